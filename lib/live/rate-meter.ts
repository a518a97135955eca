/** Events per second over the last WINDOW_MS, from buckets of BUCKET_MS: constant memory, whatever the rate. */
export const WINDOW_MS = 2_000;
const BUCKET_MS = 100;
const BUCKETS = WINDOW_MS / BUCKET_MS;

export class RateMeter {
  readonly #counts = new Array<number>(BUCKETS).fill(0);
  readonly #stamps = new Array<number>(BUCKETS).fill(-1);

  add(count: number, now: number): void {
    const stamp = Math.floor(now / BUCKET_MS);
    const slot = stamp % BUCKETS;
    if (this.#stamps[slot] !== stamp) {
      this.#stamps[slot] = stamp;
      this.#counts[slot] = 0;
    }
    this.#counts[slot] = (this.#counts[slot] ?? 0) + count;
  }

  perSecond(now: number): number {
    const oldest = Math.floor(now / BUCKET_MS) - BUCKETS;
    let sum = 0;
    for (let slot = 0; slot < BUCKETS; slot++) if ((this.#stamps[slot] ?? -1) > oldest) sum += this.#counts[slot] ?? 0;
    return (sum * 1_000) / WINDOW_MS;
  }
}
