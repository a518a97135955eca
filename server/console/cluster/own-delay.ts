/**
 * How long this process itself stood still (a long computation, a starved machine): what it then calls late may have been in time.
 * A timer that should run every TICK_MS tells by its own lateness.
 */
const TICK_MS = 50;
/** Older standstills matter to no call any more. */
const KEPT_MS = 5_000;

export class OwnDelay {
  readonly #now: () => number;
  #stalls: { readonly at: number; readonly ms: number }[] = [];
  #timer: NodeJS.Timeout | undefined;
  #dueAt = 0;

  constructor(now: () => number) {
    this.#now = now;
  }

  start(): void {
    this.#dueAt = this.#now() + TICK_MS;
    this.#timer = setInterval(() => this.#tick(), TICK_MS);
    this.#timer.unref();
  }

  close(): void {
    clearInterval(this.#timer);
  }

  /** Milliseconds lost since then, a standstill that ends just now included. */
  since(at: number): number {
    const now = this.#now();
    const past = this.#stalls.filter((stall) => stall.at >= at).reduce((sum, { ms }) => sum + ms, 0);
    return past + Math.max(0, now - this.#dueAt);
  }

  #tick(): void {
    const now = this.#now();
    const late = now - this.#dueAt;
    this.#dueAt = now + TICK_MS;
    if (late <= 0) return;
    this.#stalls = this.#stalls.filter((stall) => stall.at > now - KEPT_MS);
    this.#stalls.push({ at: now, ms: late });
  }
}
