/** A token bucket over something a peer may do often, but not endlessly. Time comes from the caller. */
export class FloodMeter {
  readonly #burst: number;
  readonly #perMs: number;
  #tokens: number;
  #at: number;

  constructor(burst: number, perSecond: number, nowMs: number) {
    this.#burst = burst;
    this.#perMs = perSecond / 1000;
    this.#tokens = burst;
    this.#at = nowMs;
  }

  /** False when the bucket is empty: the peer goes too far. */
  take(nowMs: number, count = 1): boolean {
    this.#tokens = Math.min(this.#burst, this.#tokens + (nowMs - this.#at) * this.#perMs) - count;
    this.#at = nowMs;
    return this.#tokens >= 0;
  }

  /** Forgives everything so far. */
  refill(): void {
    this.#tokens = this.#burst;
  }
}
