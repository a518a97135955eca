/**
 * Leader election with the key layout of clientv3's concurrency package, so that programs in Go, `etcdctl elect` and this
 * client can stand in the same election: each candidate owns `<name>/<lease in hex>`, its value is its proposal, and
 * the smallest create revision leads.
 */
import { type Event, EventType, type KeyValue } from '../../base/etcdpb/mvcc.ts';
import { type Bytes, createRevisionIs, putOp } from '../client.ts';
import { EvictedError } from '../errors.ts';
import type { Session } from '../session.ts';
import { type Held, hold, join, orLeave, turnOf } from './contender.ts';
import { answered, changeUnder, lastCreatedBefore, oldest, type RecipeStore, type WaitOptions } from './store.ts';

export interface Leadership extends Omit<Held, 'isHeld' | 'release'> {
  /** The same as `token`: grows from leader to leader of one election. */
  readonly createRevision: number;
  readonly isLeader: boolean;
  /** Changes the published value. @throws EvictedError when somebody else leads by now. */
  proclaim(value: Bytes): Promise<void>;
  /** Gives it up; the session lives on. */
  resign(): Promise<void>;
}

export interface Election {
  /**
   * Stands as candidate and resolves when this session leads. Aborting `signal` withdraws the candidacy.
   * @throws EvictedError when the candidate's key was deleted, SessionLostError when its lease went.
   */
  campaign(session: Session, value: Bytes, options?: WaitOptions): Promise<Leadership>;
  /** Who leads now and each change of it; null while nobody does. Never ends by itself. */
  observe(options?: WaitOptions): AsyncGenerator<KeyValue | null, void, void>;
  /** Keeps the answer to "who leads" at hand, fresh by one watch. Resolves when it is known for the first time. */
  cache(): Promise<LeaderCache>;
}

export interface LeaderCache {
  /** As last heard: for routing and for showing, never for acting as leader. */
  readonly leader: KeyValue | null;
  /** Null while it is being followed; otherwise why no more. */
  readonly failure: unknown;
  close(): void;
}

/** @param name without a trailing slash. */
export function election(store: RecipeStore, name: string): Election {
  const prefix = `${name}/`;
  return {
    campaign: (session, value, { signal } = {}) => campaign({ store, prefix, session, signal }, value),
    observe: ({ signal } = {}) => observe(store, prefix, signal ?? new AbortController().signal),
    cache: () => cache(store, prefix),
  };
}

interface Candidacy {
  readonly store: RecipeStore;
  readonly prefix: string;
  readonly session: Session;
  readonly signal: AbortSignal | undefined;
}

async function campaign({ store, prefix, session, signal }: Candidacy, value: Bytes): Promise<Leadership> {
  const candidate = { store, session, key: `${prefix}${session.leaseHex}`, value, signal };
  const place = await join(candidate);
  const blocker = lastCreatedBefore(prefix, place.createRevision);
  const seenAt = await orLeave(candidate, place, (stop) => turnOf({ store, place, blocker, signal: stop }));
  const held = hold(store, session, place, seenAt);
  return {
    key: held.key,
    token: held.token,
    createRevision: held.token,
    signal: held.signal,
    guard: held.guard,
    get isLeader() {
      return held.isHeld;
    },
    proclaim: async (next) => {
      held.signal.throwIfAborted();
      const put = putOp(held.key, next, session.lease);
      // Proclaiming the same twice does no harm, and the guard keeps it to this term of office.
      const { succeeded } = await answered(store, held.signal, () =>
        store.txn({ compare: [createRevisionIs(held.key, held.token)], success: [put] }),
      );
      if (succeeded) return;
      const evicted = new EvictedError(`${held.key} was deleted`);
      await held.release();
      throw evicted;
    },
    resign: () => held.release(),
  };
}

async function* observe(
  store: RecipeStore,
  prefix: string,
  signal: AbortSignal,
): AsyncGenerator<KeyValue | null, void, void> {
  let last: KeyValue | null | undefined;
  try {
    while (!signal.aborted) {
      const { kvs, revision } = await answered(store, signal, () => store.get({ prefix }, { signal }));
      const leader = oldest(kvs);
      if (last === undefined || last?.modRevision !== leader?.modRevision) yield leader;
      last = leader;
      // A change is only a reason to look again, linearizably: guessing the next leader from events is how observers come to
      // name the wrong one.
      await changeUnder(store, { prefix }, { revision, signal, matters: (event) => concerns(event, leader) });
    }
  } catch (cause) {
    if (!signal.aborted) throw cause;
  }
}

/** With a leader, only what happens to its key matters: nobody can come before it. */
function concerns(event: Event, leader: KeyValue | null): boolean {
  if (leader === null) return event.type === EventType.PUT;
  return event.kv !== undefined && Buffer.compare(event.kv.key, leader.key) === 0;
}

async function cache(store: RecipeStore, prefix: string): Promise<LeaderCache> {
  const closing = new AbortController();
  const leaders = observe(store, prefix, closing.signal);
  const first = await leaders.next();
  let leader = first.value ?? null;
  let failure: unknown = null;
  const follow = async () => {
    for await (const next of leaders) leader = next;
  };
  follow().catch((cause: unknown) => {
    leader = null;
    failure = cause;
  });
  return {
    get leader() {
      return leader;
    },
    get failure() {
      return failure;
    },
    close: () => closing.abort(),
  };
}
