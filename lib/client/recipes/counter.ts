/**
 * Counters. `counter` is one key that holds a decimal number, changed by compare-and-swap. `shardedCounter` spreads the writes over
 * several keys (`<name>/shards/<n>`), its value is their sum at one revision. `localCounter` counts in memory and adds what came
 * together from time to time.
 *
 * An addition whose answer stays out may or may not have happened. With a session it is made certain: each transaction also
 * advances the session's ticket (`<name>/tickets/session-<lease hex>`, leased, the number of its additions so far), which tells whether the
 * addition went through and keeps it from going through twice. Without a session the error's `maybeApplied` says so.
 */
import { utf8Decode } from '../../base/bytes.ts';
import type { KeyValue } from '../../base/etcdpb/mvcc.ts';
import { getOp, modRevisionIs, putOp } from '../client.ts';
import { LayoutError } from '../errors.ts';
import type { Session } from '../session.ts';
import { answered, isPassing, type RecipeStore, type WaitOptions } from './store.ts';

export const SHARDS_MAX = 100;

export interface AddOptions extends WaitOptions {
  /** Makes the addition happen exactly once, whatever happens to requests and answers. One session adds one thing after another. */
  readonly session?: Session;
}

export interface Counter {
  /** The value as of one revision. @throws LayoutError when something else stands there */
  get(options?: WaitOptions): Promise<bigint>;
  /** Resolves to the new value (of the shard, where there are several). @throws ClientError; see its `maybeApplied` */
  add(delta: bigint | number, options?: AddOptions): Promise<bigint>;
}

/** @param key holds the number itself, decimal, as other programs may read it. */
export function counter(store: RecipeStore, key: string): Counter {
  return {
    get: async ({ signal = never() } = {}) => {
      const { kvs } = await answered(store, signal, () => store.get({ key }, { signal }));
      return numberIn(kvs[0], key);
    },
    add: (delta, options = {}) => add({ store, key, ticketKeyOf: ticketsOf(key) }, BigInt(delta), options),
  };
}

/** @param shards how many keys share the load. All programs must agree; fewer later would not count the rest. */
export function shardedCounter(store: RecipeStore, name: string, shards: number): Counter {
  if (!Number.isSafeInteger(shards) || shards < 1 || shards > SHARDS_MAX)
    throw new RangeError(`a counter has 1 to ${SHARDS_MAX} shards, got ${shards}`);
  const prefix = `${name}/shards/`;
  return {
    get: async ({ signal = never() } = {}) => {
      const { kvs } = await answered(store, signal, () => store.get({ prefix }, { signal }));
      return kvs.reduce((sum, kv) => sum + numberIn(kv, utf8Decode(kv.key) ?? prefix), 0n);
    },
    add: (delta, options = {}) => {
      const shard = Math.floor(store.host.random() * shards);
      const key = `${prefix}${String(shard).padStart(3, '0')}`;
      return add({ store, key, ticketKeyOf: ticketsOf(name) }, BigInt(delta), options);
    },
  };
}

export interface LocalCounter {
  /** Counts here; costs the store nothing. */
  add(delta: bigint | number): void;
  /** What was counted here and is not in the store yet. */
  readonly pending: bigint;
  /** Adds what is pending to the counter. Calls that come together share one write. @throws ClientError, SessionLostError */
  sync(): Promise<void>;
}

/** @param session makes each sync count exactly once. When it is lost, `pending` is what is certainly not counted. */
export function localCounter(target: Counter, session: Session): LocalCounter {
  let pending = 0n;
  let running: Promise<void> | undefined;
  const push = async (): Promise<void> => {
    const delta = pending;
    if (delta === 0n) return;
    pending = 0n;
    try {
      await target.add(delta, { session });
    } catch (cause) {
      if (!(cause instanceof UnclearAdditionError)) pending += delta;
      throw cause;
    }
  };
  return {
    add: (delta) => {
      pending += BigInt(delta);
    },
    get pending() {
      return pending;
    },
    sync: async () => {
      // What was added while another sync was under way is not in it.
      while (running !== undefined) await running.catch(() => undefined);
      running = push().finally(() => {
        running = undefined;
      });
      return running;
    },
  };
}

/** The session ended while nobody could say whether the addition had happened. */
export class UnclearAdditionError extends Error {
  override readonly name = 'UnclearAdditionError';
}

interface Cell {
  readonly store: RecipeStore;
  readonly key: string;
  readonly ticketKeyOf: (session: Session) => string;
}

const ticketsOf =
  (name: string) =>
  (session: Session): string =>
    `${name}/tickets/session-${session.leaseHex}`;

async function add(cell: Cell, delta: bigint, { session, signal = never() }: AddOptions): Promise<bigint> {
  if (session === undefined) return addOnce(cell, delta, signal);
  const before = lastAddition.get(session) ?? Promise.resolve();
  const mine = before.then(() => addCertainly(cell, delta, session, signal));
  lastAddition.set(
    session,
    mine.then(
      () => undefined,
      () => undefined,
    ),
  );
  return mine;
}

/** One addition per session at a time: that is what makes its ticket tell something. */
const lastAddition = new WeakMap<Session, Promise<void>>();

async function addOnce({ store, key }: Cell, delta: bigint, signal: AbortSignal): Promise<bigint> {
  for (;;) {
    const { kvs } = await answered(store, signal, () => store.get({ key }, { signal }));
    const next = numberIn(kvs[0], key) + delta;
    const { succeeded } = await store.txn({
      compare: [modRevisionIs(key, kvs[0]?.modRevision ?? 0)],
      success: [putOp(key, String(next))],
    });
    if (succeeded) return next;
  }
}

async function addCertainly(cell: Cell, delta: bigint, session: Session, signal: AbortSignal): Promise<bigint> {
  const { store, key } = cell;
  const ticketKey = cell.ticketKeyOf(session);
  const stop = AbortSignal.any([session.signal, signal]);
  let ticket: number | undefined;
  /** The counter's revision under which an addition was sent whose answer stayed out. */
  let unclearAt: number | undefined;
  try {
    for (;;) {
      const { ranges } = await answered(store, stop, () =>
        store.txn({ success: [getOp({ key }), getOp({ key: ticketKey })] }, { signal: stop }),
      );
      const [[kv] = [], [ticketKv] = []] = ranges;
      const found = ticketKv?.modRevision ?? 0;
      ticket ??= found;
      // Only our own addition can have moved the ticket: it went through although its answer stayed out.
      if (found !== ticket) return numberIn(kv, key);
      const at = kv?.modRevision ?? 0;
      // What was sent under an older revision of the counter cannot go through any more.
      if (unclearAt !== at) unclearAt = undefined;
      const next = numberIn(kv, key) + delta;
      const turn = Number(utf8Decode(ticketKv?.value ?? new Uint8Array(0)) ?? '0') + 1;
      const { succeeded } = await store
        .txn({
          compare: [modRevisionIs(key, at), modRevisionIs(ticketKey, ticket)],
          success: [putOp(key, String(next)), putOp(ticketKey, String(turn), session.lease)],
        })
        .catch((cause: unknown) => {
          if (!isPassing(cause)) throw cause;
          // The next look tells whether it went through.
          unclearAt = at;
          return { succeeded: false };
        });
      if (succeeded) return next;
    }
  } catch (cause) {
    if (unclearAt !== undefined && stop.aborted)
      throw new UnclearAdditionError(`nobody could say whether ${key} was added to`, { cause });
    throw cause;
  }
}

function numberIn(kv: KeyValue | undefined, key: string): bigint {
  if (kv === undefined) return 0n;
  const text = utf8Decode(kv.value) ?? '';
  if (!/^-?\d+$/.test(text)) throw new LayoutError(`${key} holds no number`);
  return BigInt(text);
}

const never = (): AbortSignal => new AbortController().signal;
