/** How long a source waits before it asks again what did not answer. */
import { randomInt } from 'node:crypto';
import { setTimeout as sleep } from 'node:timers/promises';

const PAUSE_MS_MIN = 1_000;
const PAUSE_MS_MAX = 60_000;

/** Twice as long after each failure in a row; half of it by chance, since a fleet that lost its store must not come back as one. */
export class RetryPause {
  #ms = PAUSE_MS_MIN;

  /** It answered. */
  reset(): void {
    this.#ms = PAUSE_MS_MIN;
  }

  /** Ends at once when `signal` is aborted. */
  async pass(signal: AbortSignal): Promise<void> {
    const ms = this.#ms;
    this.#ms = Math.min(PAUSE_MS_MAX, ms * 2);
    await sleep(ms / 2 + randomInt(ms / 2), undefined, { signal }).catch(() => undefined);
  }
}
