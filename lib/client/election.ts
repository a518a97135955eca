/**
 * Leader election with the key layout of clientv3's concurrency package, so that programs in Go, `etcdctl elect` and this
 * client can stand in the same election: each candidate owns `<name>/<lease in hex>`, its value is its proposal, and
 * the smallest create revision leads.
 *
 * A candidate waits for its direct predecessor to go and then looks again, because the predecessor may have been a waiting
 * candidate that left while the leader stayed: one deletion seen is no leadership. The look is a transaction that also
 * asserts that the candidate's own key still is what it put there.
 */
import { utf8Encode } from '../base/bytes.ts';
import { type Event, EventType, type KeyValue } from '../base/etcdpb/mvcc.ts';
import { onAbort } from './abort.ts';
import { type Bytes, type Client, createRevisionIs, deleteOp, getOp, lastCreatedBefore, putOp } from './client.ts';
import { EvictedError } from './errors.ts';
import type { Session } from './session.ts';

export interface Leadership {
  /** The key that stands for it. */
  readonly key: string;
  /** Fencing token: grows from leader to leader of one election. */
  readonly createRevision: number;
  /** Aborts when it ends: resigned, evicted, or the session lost. Stop acting as leader then. */
  readonly signal: AbortSignal;
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
  campaign(session: Session, value: Bytes, options?: { readonly signal?: AbortSignal }): Promise<Leadership>;
  /** Who leads now and each change of it; null while nobody does. Never ends by itself. */
  observe(options?: { readonly signal?: AbortSignal }): AsyncGenerator<KeyValue | null, void, void>;
}

/** @param name without a trailing slash. */
export function election(client: Client, name: string): Election {
  const prefix = `${name}/`;
  return {
    campaign: (session, value, { signal } = {}) => campaign({ client, prefix, session, signal }, value),
    observe: ({ signal } = {}) => observe(client, prefix, signal),
  };
}

interface Candidacy {
  readonly client: Client;
  readonly prefix: string;
  readonly session: Session;
  readonly signal: AbortSignal | undefined;
}

async function campaign(candidacy: Candidacy, value: Bytes): Promise<Leadership> {
  const { client, prefix, session } = candidacy;
  const key = `${prefix}${session.leaseHex}`;
  const stop = AbortSignal.any([session.signal, ...(candidacy.signal ? [candidacy.signal] : [])]);
  stop.throwIfAborted();
  const createRevision = await stand(client, session, key, value);
  try {
    await waitForTurn({ client, prefix, key, createRevision, stop });
  } catch (cause) {
    if (candidacy.signal?.aborted && !session.signal.aborted) await withdraw(client, key, createRevision);
    throw cause;
  }
  return lead({ client, session, key, createRevision });
}

/** Puts the candidate's key, or takes up again the one this session already has. Resolves to its create revision. */
async function stand(client: Client, session: Session, key: string, value: Bytes): Promise<number> {
  const put = putOp(key, value, session.lease);
  const first = await client.txn({ compare: [createRevisionIs(key, 0)], success: [put], failure: [getOp({ key })] });
  if (first.succeeded) return first.revision;
  const mine = first.ranges[0]?.[0];
  if (mine === undefined) throw new EvictedError(`${key} was deleted while standing for election`);
  const again = await client.txn({ compare: [createRevisionIs(key, mine.createRevision)], success: [put] });
  if (!again.succeeded) throw new EvictedError(`${key} was deleted while standing for election`);
  return mine.createRevision;
}

interface Turn {
  readonly client: Client;
  readonly prefix: string;
  readonly key: string;
  readonly createRevision: number;
  readonly stop: AbortSignal;
}

async function waitForTurn({ client, prefix, key, createRevision, stop }: Turn): Promise<void> {
  for (;;) {
    stop.throwIfAborted();
    const look = await client.txn(
      { compare: [createRevisionIs(key, createRevision)], success: [lastCreatedBefore(prefix, createRevision)] },
      { signal: stop },
    );
    if (!look.succeeded) throw new EvictedError(`${key} was deleted while waiting for its turn`);
    const predecessor = look.ranges[0]?.[0];
    if (predecessor === undefined) return;
    await deletionOf(client, predecessor.key, { startRevision: look.revision + 1, signal: stop });
    stop.throwIfAborted();
  }
}

/** Resolves when the key is deleted at or after the revision, or the signal aborts. */
async function deletionOf(
  client: Client,
  key: Uint8Array,
  options: { readonly startRevision: number; readonly signal: AbortSignal },
): Promise<void> {
  for await (const { events } of client.watch({ key }, options)) {
    if (events.some((event) => event.type === EventType.DELETE)) return;
  }
}

interface Lead {
  readonly client: Client;
  readonly session: Session;
  readonly key: string;
  readonly createRevision: number;
}

function lead({ client, session, key, createRevision }: Lead): Leadership {
  const over = new AbortController();
  const end = (reason: unknown) => over.abort(reason);
  const unlink = onAbort(session.signal, () => end(session.signal.reason));
  onAbort(over.signal, unlink);
  // Whoever deletes the key takes the leadership away: an operator evicting, or the lease expiring unseen by us.
  deletionOf(client, utf8Encode(key), { startRevision: createRevision + 1, signal: over.signal }).then(
    () => end(new EvictedError(`${key} was deleted`)),
    end,
  );
  return {
    key,
    createRevision,
    signal: over.signal,
    proclaim: async (value) => {
      over.signal.throwIfAborted();
      const put = putOp(key, value, session.lease);
      const { succeeded } = await client.txn({ compare: [createRevisionIs(key, createRevision)], success: [put] });
      if (succeeded) return;
      const evicted = new EvictedError(`${key} was deleted`);
      end(evicted);
      throw evicted;
    },
    resign: async () => {
      end(new EvictedError(`${key} resigned`));
      await withdraw(client, key, createRevision);
    },
  };
}

/** Deletes the key only if it still is the same life of it. */
async function withdraw(client: Client, key: string, createRevision: number): Promise<void> {
  await client.txn({ compare: [createRevisionIs(key, createRevision)], success: [deleteOp({ key })] });
}

async function* observe(
  client: Client,
  prefix: string,
  signal: AbortSignal | undefined,
): AsyncGenerator<KeyValue | null, void, void> {
  const options = signal === undefined ? {} : { signal };
  let last: KeyValue | null | undefined;
  try {
    while (!signal?.aborted) {
      const { leader, revision } = await currentLeader(client, prefix, options);
      if (last === undefined || last?.modRevision !== leader?.modRevision) yield leader;
      last = leader;
      await changeOf(client, prefix, leader, { ...options, startRevision: revision + 1 });
    }
  } catch (cause) {
    if (!signal?.aborted) throw cause;
  }
}

/**
 * Resolves at the first change that can matter. It is only a reason to look again, linearizably: guessing the next leader
 * from events is how observers come to name the wrong one.
 */
async function changeOf(
  client: Client,
  prefix: string,
  leader: KeyValue | null,
  options: { readonly startRevision: number; readonly signal?: AbortSignal },
): Promise<void> {
  for await (const { events } of client.watch({ prefix }, options)) {
    if (events.some((event) => concerns(event, leader))) return;
  }
}

/** With a leader, only what happens to its key matters: nobody can come before it. */
function concerns(event: Event, leader: KeyValue | null): boolean {
  if (leader === null) return event.type === EventType.PUT;
  return event.kv !== undefined && Buffer.compare(event.kv.key, leader.key) === 0;
}

async function currentLeader(
  client: Client,
  prefix: string,
  options: { readonly signal?: AbortSignal },
): Promise<{ readonly leader: KeyValue | null; readonly revision: number }> {
  const { kvs, revision } = await client.get({ prefix }, options);
  const leader = kvs.reduce<KeyValue | null>(
    (best, kv) => (best === null || kv.createRevision < best.createRevision ? kv : best),
    null,
  );
  return { leader, revision };
}
