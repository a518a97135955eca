/**
 * The simple tokens this member knows. The log gives them out, so that every member knows them; time takes them away, each
 * member by its own clock, and a restart takes all. So they are no state: they are in no snapshot, and nothing depends on them
 * being the same everywhere.
 *
 * Every token lives equally long after its last use, so the map's order is the order of their ends.
 */
import type { TokenChange } from './types.ts';

/** Beyond this many the one unused for longest goes: a client whose token is gone signs in again by itself. */
export const TOKENS_MAX = 100_000;
/** `--auth-token-ttl`, as etcd has it. */
const TOKEN_TTL_MS_DEFAULT = 300_000;

interface Token {
  readonly username: string;
  readonly endsAt: number;
}

export class SimpleTokens {
  readonly #ttlMs: number;
  readonly #tokens = new Map<string, Token>();

  constructor(ttlMs: number = TOKEN_TTL_MS_DEFAULT) {
    this.#ttlMs = ttlMs;
  }

  get size(): number {
    return this.#tokens.size;
  }

  /** Times are in ms of one monotonic clock. */
  take(change: TokenChange, nowMs: number): void {
    if (change.kind === 'dropAll') this.#tokens.clear();
    else if (change.kind === 'dropUser') {
      for (const [token, { username }] of this.#tokens) if (username === change.username) this.#tokens.delete(token);
    } else {
      this.#forget(nowMs);
      if (this.#tokens.size >= TOKENS_MAX) this.#dropOldest();
      this.#tokens.set(change.token, { username: change.username, endsAt: nowMs + this.#ttlMs });
    }
  }

  /** Whose token this is; using it keeps it alive. */
  use(token: string, nowMs: number): string | undefined {
    const known = this.#tokens.get(token);
    if (known === undefined) return undefined;
    this.#tokens.delete(token);
    if (known.endsAt <= nowMs) return undefined;
    this.#tokens.set(token, { username: known.username, endsAt: nowMs + this.#ttlMs });
    return known.username;
  }

  #forget(nowMs: number): void {
    for (const [token, { endsAt }] of this.#tokens) {
      if (endsAt > nowMs) return;
      this.#tokens.delete(token);
    }
  }

  #dropOldest(): void {
    for (const token of this.#tokens.keys()) {
      this.#tokens.delete(token);
      return;
    }
  }
}
