/**
 * Which revision was current at which wall time, as far as this console saw it. etcd stores no times, so what happened
 * before the console started has none.
 *
 * Bounded: beyond SAMPLES_MAX every second sample goes and the spacing doubles, so times stay evenly spread over the
 * whole uptime and get coarser as it grows.
 */

export const SAMPLES_MAX = 500;
const SPACING_MIN_MS = 500;

export interface TimeSample {
  readonly revision: number;
  readonly at: number;
}

export class RevisionTimes {
  #samples: TimeSample[] = [];
  #spacingMs = SPACING_MIN_MS;

  /** `revision` was current at `at`. Both must not go back; earlier ones are ignored. */
  note(revision: number, at: number): void {
    const last = this.#samples.at(-1);
    if (last !== undefined && (revision <= last.revision || at - last.at < this.#spacingMs)) return;
    this.#samples.push({ revision, at });
    if (this.#samples.length <= SAMPLES_MAX) return;
    this.#samples = this.#samples.filter((_, i) => i % 2 === 0);
    this.#spacingMs *= 2;
  }

  /** Another store: its revisions have nothing to do with those noted. */
  clear(): void {
    this.#samples = [];
    this.#spacingMs = SPACING_MIN_MS;
  }

  /** Oldest first. */
  samples(): readonly TimeSample[] {
    return this.#samples;
  }

  /** When `revision` came about, no later than the answer and no earlier than the sample before; null when not seen. */
  timeOf(revision: number): number | null {
    const first = this.#samples[0];
    if (first === undefined || revision <= first.revision) return null;
    let low = 0;
    let high = this.#samples.length;
    while (low < high) {
      const middle = (low + high) >>> 1;
      if ((this.#samples[middle] as TimeSample).revision < revision) low = middle + 1;
      else high = middle;
    }
    return this.#samples[low]?.at ?? null;
  }
}
