/** A Clock that stands still until a test advances it. Timers fire in order of their time, then of their creation. */
import type { Clock, Timer } from './clock.ts';

interface Pending {
  readonly at: number;
  readonly action: () => void;
}

export class ManualClock implements Clock {
  #now = 0;
  #pending: Pending[] = [];

  now(): number {
    return this.#now;
  }

  after(delayMs: number, action: () => void): Timer {
    const entry = { at: this.#now + Math.max(0, delayMs), action };
    const later = this.#pending.findIndex((other) => other.at > entry.at);
    this.#pending.splice(later === -1 ? this.#pending.length : later, 0, entry);
    return {
      cancel: () => {
        this.#pending = this.#pending.filter((other) => other !== entry);
      },
    };
  }

  /** Moves time forward by `ms`, running what falls due on the way, timers set by timers included. */
  advance(ms: number): void {
    const until = this.#now + ms;
    for (;;) {
      const next = this.#pending[0];
      if (next === undefined || next.at > until) break;
      this.#pending.shift();
      this.#now = next.at;
      next.action();
    }
    this.#now = until;
  }

  /** Runs everything due now (delay 0 included). */
  settle(): void {
    this.advance(0);
  }
}
