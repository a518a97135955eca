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
  /** The newest, kept whatever the spacing. */
  #latest: TimeSample | undefined;
  #spacingMs = SPACING_MIN_MS;

  /** `revision` was current at `at`. Both must not go back; earlier ones are ignored. */
  note(revision: number, at: number): void {
    if (this.#latest !== undefined && revision <= this.#latest.revision) return;
    this.#latest = { revision, at };
    const last = this.#samples.at(-1);
    if (last !== undefined && at - last.at < this.#spacingMs) return;
    this.#samples.push(this.#latest);
    if (this.#samples.length < SAMPLES_MAX) return;
    this.#samples = this.#samples.filter((_, i) => i % 2 === 0);
    this.#spacingMs *= 2;
  }

  /** Another store: its revisions have nothing to do with those noted. */
  clear(): void {
    this.#samples = [];
    this.#latest = undefined;
    this.#spacingMs = SPACING_MIN_MS;
  }

  /** Oldest first. */
  samples(): readonly TimeSample[] {
    const latest = this.#latest;
    return latest === undefined || latest === this.#samples.at(-1) ? this.#samples : [...this.#samples, latest];
  }

  /** When `revision` came about, no later than the answer and no earlier than the sample before; null when not seen. */
  timeOf(revision: number): number | null {
    const samples = this.samples();
    const first = samples[0];
    if (first === undefined || revision <= first.revision) return null;
    let low = 0;
    let high = samples.length;
    while (low < high) {
      const middle = (low + high) >>> 1;
      if ((samples[middle] as TimeSample).revision < revision) low = middle + 1;
      else high = middle;
    }
    return samples[low]?.at ?? null;
  }
}
