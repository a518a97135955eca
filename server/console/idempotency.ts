/**
 * Repeated writes with the same idempotency key get the first one's result. Bounded in number and in time; a browser
 * repeats within seconds.
 */
import { GrpcCode } from '../../lib/base/grpc-status.ts';
import { ConsoleError } from './errors.ts';

export const REMEMBERED_MAX = 1_000;
const REMEMBER_MS = 10 * 60_000;

interface Remembered {
  readonly request: string;
  readonly result: Promise<unknown>;
  readonly at: number;
}

export class IdempotencyCache {
  readonly #entries = new Map<string, Remembered>();
  readonly #now: () => number;

  constructor(now: () => number = Date.now) {
    this.#now = now;
  }

  /** @param request what was asked, as text: the same key for something else is refused. */
  run<T>(call: { readonly key: string; readonly request: string }, action: () => Promise<T>): Promise<T> {
    this.#forgetOld();
    const known = this.#entries.get(call.key);
    if (known !== undefined) {
      if (known.request !== call.request) {
        const message = 'idempotencyKey: was used for a different request; every request needs a key of its own';
        return Promise.reject(new ConsoleError(GrpcCode.INVALID_ARGUMENT, message, { field: 'idempotencyKey' }));
      }
      return known.result as Promise<T>;
    }
    const result = action();
    this.#entries.set(call.key, { request: call.request, result, at: this.#now() });
    // What certainly did not happen for a passing reason may be tried again under the same key.
    result.catch((error: unknown) => {
      if (isPassing(error)) this.#entries.delete(call.key);
    });
    return result;
  }

  #forgetOld(): void {
    const before = this.#now() - REMEMBER_MS;
    for (const [key, { at }] of this.#entries) {
      if (at > before && this.#entries.size < REMEMBERED_MAX) break;
      this.#entries.delete(key);
    }
  }
}

function isPassing(error: unknown): boolean {
  if (!(error instanceof Error) || !('code' in error)) return true;
  if ('outcome' in error && error.outcome === 'unknown') return false;
  return error.code === GrpcCode.UNAVAILABLE || error.code === GrpcCode.DEADLINE_EXCEEDED;
}
