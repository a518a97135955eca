/**
 * Clients that take a lock in turn, by clientv3's layout, and write under it with its fencing token. Some let it go, some fall silent
 * while they hold it.
 */
import { setTimeout as sleep } from 'node:timers/promises';
import type { Prng } from '../../lib/base/prng.ts';
import {
  type Client,
  ClientError,
  connect,
  createRevisionIs,
  EvictedError,
  election,
  type Leadership,
  putOp,
  SessionLostError,
} from '../../lib/client/index.ts';
import { guardedValue, type LockNames } from '../../server/store/sim/histories/lock-order.ts';

const CONTENDERS = 4;
const TTL_SECONDS = 2;
const CALL_TIMEOUT_MS = 1500;
/** What a holder's timer may be late on a busy machine. */
const BELIEF_GRACE_MS = 25;

interface LockingOptions {
  readonly endpoints: readonly string[];
  readonly prng: Prng;
  readonly prefix: string;
}

export class Locking {
  readonly names: LockNames;
  /** Two who believed to hold it at once, in words. */
  readonly problems: string[] = [];
  readonly #options: LockingOptions;
  readonly #stop = new AbortController();
  readonly #running: Promise<void>[] = [];
  readonly #believers = new Set<Leadership>();
  acquired = 0;
  #serial = 0;

  constructor(options: LockingOptions) {
    this.#options = options;
    this.names = { lockPrefix: `${options.prefix}lock/`, protectedKey: `${options.prefix}protected` };
  }

  start(): void {
    for (let i = 0; i < CONTENDERS; i++) this.#running.push(this.#contend(this.#options.prng.fork()));
  }

  async stop(): Promise<void> {
    this.#stop.abort();
    await Promise.all(this.#running);
  }

  async #contend(prng: Prng): Promise<void> {
    while (!this.#stop.signal.aborted) {
      const client = connect({ endpoints: prng.shuffle([...this.#options.endpoints]) });
      try {
        await this.#turn(client, prng);
      } catch (cause) {
        if (!isExpected(cause, this.#stop.signal)) throw cause;
      } finally {
        // Without its session closed, the lock is held until the lease ends.
        client.close();
      }
      await sleep(prng.int(0, 100));
    }
  }

  async #turn(client: Client, prng: Prng): Promise<void> {
    const session = await client.session({ ttlSeconds: TTL_SECONDS });
    const name = this.names.lockPrefix.slice(0, -1);
    const isSilent = prng.chance(0.25);
    try {
      const held = await election(client, name).campaign(session, 'drill', { signal: this.#stop.signal });
      await this.#hold(client, held, prng);
      if (!isSilent) await held.resign();
    } finally {
      if (!isSilent || this.#stop.signal.aborted) await session.close();
    }
  }

  async #hold(client: Client, held: Leadership, prng: Prng): Promise<void> {
    this.acquired++;
    const others = [...this.#believers];
    this.#believers.add(held);
    try {
      await sleep(BELIEF_GRACE_MS);
      for (const other of others) {
        if (this.#believers.has(other) && !other.signal.aborted && !held.signal.aborted)
          this.problems.push(`${held.key} was given the lock while ${other.key} believed to hold it`);
      }
      for (let writes = prng.int(1, 6); writes > 0 && !held.signal.aborted; writes--) {
        await this.#write(client, held);
        await sleep(prng.int(0, 60));
      }
    } finally {
      this.#believers.delete(held);
    }
  }

  async #write(client: Client, { key, createRevision }: Leadership): Promise<void> {
    const value = guardedValue(key, createRevision, ++this.#serial);
    const success = [putOp(this.names.protectedKey, value)];
    await client.txn({ compare: [createRevisionIs(key, createRevision)], success }, { timeoutMs: CALL_TIMEOUT_MS });
  }
}

/** What a client under faults must reckon with. */
const isExpected = (cause: unknown, stop: AbortSignal): boolean =>
  cause instanceof ClientError || cause instanceof EvictedError || cause instanceof SessionLostError || stop.aborted;
