/**
 * One process of the model check: a client whose requests take time, get lost, or are answered into the void; whose watches lag;
 * that may be paused and may die. Its sessions are kept alive over the same network.
 *
 * A request without an answer ends after a while, as one with an open outcome: lost before it arrived, carried out although nobody
 * heard, or carried out late, up to LATE_MS after the client gave it up.
 */
import type { Compare, RequestOp } from '../../base/etcdpb/kv.ts';
import { GrpcCode } from '../../base/grpc-status.ts';
import type { Init } from '../../base/protobuf/schema.ts';
import { onAbort } from '../abort.ts';
import { type GetResult, rangeOf, type Target, type TxnResult, type WatchOptions } from '../client.ts';
import { ClientError, CompactedError, SessionLostError } from '../errors.ts';
import type { Host } from '../host.ts';
import type { RecipeStore } from '../recipes/store.ts';
import type { Session } from '../session.ts';
import type { WatchBatch } from '../watch.ts';
import { type Commit, NoSuchLeaseError, type SimStore, within } from './sim-store.ts';
import type { World } from './world.ts';

export interface Network {
  readonly store: SimStore;
  readonly world: World;
  /** Probability that a request gets no answer. */
  readonly lossChance: number;
  readonly latencyMs: readonly [min: number, max: number];
}

const GIVE_UP_MS: readonly [number, number] = [300, 1_500];
const LATE_MS = 4_000;
const BEATS_PER_TTL = 3;
const BEAT_AGAIN_MS = 200;

export class SimClient implements RecipeStore {
  readonly host: Host;
  readonly #network: Network;
  #pausedUntil = 0;
  #isDead = false;
  #requests = 0;
  #wakeUps = 0;

  constructor(network: Network) {
    this.#network = network;
    const { world } = network;
    this.host = {
      now: () => WORLD_BEGINS + world.now,
      random: () => world.prng.float(),
      sleep: (ms, signal) =>
        new Promise((resolve) => {
          const done = onAbort(signal, () => resolve());
          this.#later(ms, () => {
            done();
            resolve();
          });
        }),
    };
  }

  get isDead(): boolean {
    return this.#isDead;
  }

  /** Requests sent, and batches of events heard: what a herd would show in. */
  get cost(): { readonly requests: number; readonly wakeUps: number } {
    return { requests: this.#requests, wakeUps: this.#wakeUps };
  }

  /** Nothing of it happens any more, as after SIGKILL. What it sent before may still arrive. */
  die(): void {
    this.#isDead = true;
  }

  /** Nothing of it happens for a while, as under SIGSTOP; then everything at once. Its deadlines pass meanwhile. */
  pause(ms: number): void {
    this.#pausedUntil = Math.max(this.#pausedUntil, this.#network.world.now + ms);
  }

  async get(target: Target): Promise<GetResult> {
    const { store } = this.#network;
    // The client repeats reads by itself: the recipes see them late, never lost.
    const kvs = await this.#call({ isRead: true }, () => ({
      kvs: store.range(rangeOf(target)),
      revision: store.revision,
    }));
    return { kvs: kvs.kvs, revision: kvs.revision, count: kvs.kvs.length, more: false };
  }

  txn(
    request: {
      readonly compare?: readonly Init<Compare>[] | undefined;
      readonly success?: readonly Init<RequestOp>[] | undefined;
      readonly failure?: readonly Init<RequestOp>[] | undefined;
    },
    options: { readonly signal?: AbortSignal | undefined } = {},
  ): Promise<TxnResult> {
    const { compare = [], success = [], failure = [] } = request;
    return this.#call({ isRead: false, signal: options.signal }, () =>
      this.#network.store.txn({ compare, success, failure }),
    );
  }

  async *watch(target: Target, options: WatchOptions = {}): AsyncGenerator<WatchBatch, void, void> {
    const { store } = this.#network;
    const range = rangeOf(target);
    const { signal, startRevision = store.revision + 1 } = options;
    const inbox = new Inbox();
    const done = onAbort(signal, () => inbox.close());
    let unsubscribe: () => void = () => undefined;
    let arrivesAt = 0;
    const deliver = (commit: Commit) => {
      // In order: a later batch never overtakes an earlier one.
      arrivesAt = Math.max(arrivesAt, this.#network.world.now + this.#latency());
      this.#later(arrivesAt - this.#network.world.now, () => inbox.put(commit));
    };
    this.#later(this.#latency(), () => {
      const past = store.history(startRevision, range);
      if (past === null) return inbox.fail(new CompactedError(store.compactRevision));
      for (const commit of past) deliver(commit);
      unsubscribe = store.onCommit((commit) => {
        const ours = within(commit, range);
        if (ours !== undefined && ours.revision >= startRevision && !this.#isDead) deliver(ours);
      });
    });
    try {
      for (let next = await inbox.take(); next !== null; next = await inbox.take()) {
        this.#wakeUps++;
        yield next;
      }
    } finally {
      unsubscribe();
      done();
    }
  }

  async session(ttlSeconds: number): Promise<Session> {
    const { store, world } = this.#network;
    const ttlMs = ttlSeconds * 1_000;
    const sentAt = world.now;
    let expiresAt = Number.POSITIVE_INFINITY;
    const lease = await this.#call({ isRead: true }, () => {
      expiresAt = world.now + ttlMs;
      return store.grant();
    });
    const lost = new AbortController();
    const lose = (reason: string) => lost.abort(new SessionLostError(reason));
    const expire = () => {
      if (world.now >= expiresAt) store.revoke(lease);
      else world.after(expiresAt - world.now, expire);
    };
    world.after(expiresAt - world.now, expire);
    let deadline = sentAt + ttlMs;
    const mind = () => {
      if (lost.signal.aborted) return;
      if (world.now >= deadline) lose('the lease could not be kept alive');
      else this.#later(deadline - world.now, mind);
    };
    this.#later(deadline - world.now, mind);
    const beat = async (): Promise<void> => {
      for (let waitMs = ttlMs / BEATS_PER_TTL; !lost.signal.aborted; ) {
        await this.host.sleep(waitMs, lost.signal);
        const beatAt = world.now;
        const isAlive = await this.#call({ isRead: false, signal: lost.signal }, () => {
          if (store.hasLease(lease)) expiresAt = world.now + ttlMs;
          return store.hasLease(lease);
        }).catch(() => null);
        if (isAlive === false) lose('the lease has expired');
        if (isAlive === true) deadline = beatAt + ttlMs;
        waitMs = isAlive === null ? BEAT_AGAIN_MS : ttlMs / BEATS_PER_TTL;
      }
    };
    void beat();
    return {
      lease,
      leaseHex: lease.toString(16),
      ttlSeconds,
      signal: lost.signal,
      get isAlive() {
        return !lost.signal.aborted && world.now < deadline;
      },
      close: async () => {
        lose('the session was closed');
        await this.#call({ isRead: false }, () => store.revoke(lease)).catch(() => undefined);
      },
    };
  }

  #call<T>(how: { readonly isRead: boolean; readonly signal?: AbortSignal | undefined }, act: () => T): Promise<T> {
    const { world, lossChance } = this.#network;
    this.#requests++;
    return new Promise<T>((resolve, reject) => {
      const done = onAbort(how.signal, () => reject(how.signal?.reason));
      const answer = (settle: () => void, ms: number) =>
        this.#later(ms, () => {
          done();
          settle();
        });
      const isLost = !how.isRead && world.prng.chance(lossChance);
      const fate = isLost ? world.prng.pick(['lost', 'unheard', 'late'] as const) : 'answered';
      const giveUpMs = world.prng.int(...GIVE_UP_MS);
      if (fate !== 'answered') {
        const unclear = new ClientError(GrpcCode.UNAVAILABLE, 'no answer', { maybeApplied: true });
        answer(() => reject(unclear), giveUpMs);
      }
      if (fate === 'lost') return;
      // From here on it is under way: whether its sender lives does not matter any more.
      const arrivalMs = fate === 'late' ? giveUpMs + world.prng.int(0, LATE_MS) : this.#latency();
      world.after(arrivalMs, () => {
        try {
          const result = act();
          if (fate === 'answered') answer(() => resolve(result), this.#latency());
        } catch (cause) {
          if (!(cause instanceof NoSuchLeaseError)) throw cause;
          const refused = new ClientError(GrpcCode.NOT_FOUND, cause.message);
          if (fate === 'answered') answer(() => reject(refused), this.#latency());
        }
      });
    });
  }

  #latency(): number {
    return this.#network.world.prng.int(...this.#network.latencyMs);
  }

  /** In this process: never once it is dead, and not before it goes on when it is paused. */
  #later(ms: number, run: () => void): void {
    const { world } = this.#network;
    world.after(ms, () => {
      if (this.#isDead) return;
      if (world.now < this.#pausedUntil) this.#later(this.#pausedUntil - world.now, run);
      else run();
    });
  }
}

/** 2026-01-01: keys named by time look as they do. */
const WORLD_BEGINS = 1_767_225_600_000;

/** What a watch has received and nobody has taken yet. */
class Inbox {
  readonly #batches: WatchBatch[] = [];
  #waiting: (() => void) | null = null;
  #failure: Error | null = null;
  #isClosed = false;

  put(batch: WatchBatch): void {
    this.#batches.push(batch);
    this.#wake();
  }

  fail(failure: Error): void {
    this.#failure = failure;
    this.#wake();
  }

  close(): void {
    this.#isClosed = true;
    this.#wake();
  }

  /** Null: it was closed. @throws what it failed with */
  async take(): Promise<WatchBatch | null> {
    for (;;) {
      if (this.#isClosed) return null;
      const next = this.#batches.shift();
      if (next !== undefined) return next;
      if (this.#failure !== null) throw this.#failure;
      await new Promise<void>((resolve) => {
        this.#waiting = resolve;
      });
    }
  }

  #wake(): void {
    this.#waiting?.();
    this.#waiting = null;
  }
}
