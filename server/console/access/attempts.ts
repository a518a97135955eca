/**
 * How often somebody may try passwords. Failures only count; a fitting password clears those of its own pair. The waits keep
 * guessing slow without letting a stranger lock an operator out: what one address did wrong never blocks another one.
 */
import { GrpcCode } from '../../../lib/base/grpc-status.ts';
import { ConsoleError } from '../errors.ts';

/** Failures of one address with one user before it must wait. */
export const FREE_FAILURES = 5;
/** Failures of one address with whatever users. */
export const FREE_FAILURES_PER_ADDRESS = 20;
const WAIT_MIN_MS = 1_000;
export const WAIT_MAX_MS = 5 * 60_000;
/** Forgotten after this long without another failure. */
const MEMORY_MS = 15 * 60_000;
/** Remembered pairs and addresses; the longest silent go first. */
const REMEMBERED_MAX = 10_000;

interface Failures {
  count: number;
  lastAt: number;
}

export interface Attempt {
  readonly store: string;
  readonly user: string;
  /** Where the request came from. */
  readonly address: string;
}

export class Attempts {
  /** In order of their last failure. */
  readonly #failures = new Map<string, Failures>();
  readonly #now: () => number;

  constructor(now: () => number) {
    this.#now = now;
  }

  /** @throws ConsoleError RESOURCE_EXHAUSTED with `retryAfterSeconds` in its detail */
  check(attempt: Attempt): void {
    const waitMs = Math.max(
      this.#waitMs(pairOf(attempt), FREE_FAILURES),
      this.#waitMs(addressOf(attempt), FREE_FAILURES_PER_ADDRESS),
    );
    if (waitMs <= 0) return;
    const seconds = Math.ceil(waitMs / 1000);
    throw new ConsoleError(GrpcCode.RESOURCE_EXHAUSTED, `too many failed sign-ins: try again in ${seconds} s`, {
      retryAfterSeconds: seconds,
    });
  }

  failed(attempt: Attempt): void {
    for (const key of [pairOf(attempt), addressOf(attempt)]) {
      const count = this.#recall(key) + 1;
      this.#failures.delete(key);
      this.#failures.set(key, { count, lastAt: this.#now() });
    }
    for (const key of this.#failures.keys()) {
      if (this.#failures.size <= REMEMBERED_MAX) break;
      this.#failures.delete(key);
    }
  }

  succeeded(attempt: Attempt): void {
    this.#failures.delete(pairOf(attempt));
  }

  #waitMs(key: string, free: number): number {
    const count = this.#recall(key);
    const known = this.#failures.get(key);
    if (known === undefined || count < free) return 0;
    const wait = Math.min(WAIT_MAX_MS, WAIT_MIN_MS * 2 ** (count - free));
    return known.lastAt + wait - this.#now();
  }

  #recall(key: string): number {
    const known = this.#failures.get(key);
    return known === undefined || this.#now() - known.lastAt > MEMORY_MS ? 0 : known.count;
  }
}

const pairOf = ({ store, user, address }: Attempt): string => JSON.stringify([store, user, address]);
const addressOf = ({ address }: Attempt): string => address;
