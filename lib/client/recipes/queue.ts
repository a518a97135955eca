/**
 * Queues: each item goes to exactly one consumer, and comes back when that consumer dies before it is done.
 *
 * - first in, first out: `<name>/<nanoseconds>`, taken in the order of revisions (Go's recipes.Queue)
 * - by priority: `<name>/<priority, 5 digits>/<number, 16 digits>`, taken in key order, with the bookkeeping key
 *   `__<name>/<priority>` (Go's recipes.PriorityQueue)
 * - delayed: `<name>/due/<milliseconds since 1970, 15 digits>-<nanoseconds>`, taken in key order once due; ours
 *
 * Taking moves an item out of the queue, so that Go programs never see what one of ours has in hand:
 *
 *   __<name>/taken/<number>/<rest of its key>    the item's value; the number tells this claim from all others
 *   __<name>/claims/<number>/<rest of its key>   leased by the consumer; gone without the item being done: the item goes back
 *   __<name>/takers/<nanoseconds>       consumers of an empty queue, leased, in line: an item wakes the first of them only
 *
 * What comes back keeps its key where that is free, but is the youngest by revision. `put` is sent once: when its answer stays out, the error's
 * `maybeApplied` says so.
 */
import { utf8Decode } from '../../base/bytes.ts';
import { CompareResult, CompareTarget, SortOrder, SortTarget } from '../../base/etcdpb/kv.ts';
import { EventType, type KeyValue } from '../../base/etcdpb/mvcc.ts';
import { type Bytes, createRevisionIs, deleteOp, getOp, modRevisionIs, putOp, rangeOf, toBytes } from '../client.ts';
import type { Session } from '../session.ts';
import { lockable, within } from './mutex.ts';
import {
  answered,
  changeUnder,
  isPassing,
  lastCreatedBefore,
  type RecipeStore,
  uniqueKey,
  type WaitOptions,
} from './store.ts';

export const PRIORITY_MAX = 65_535;
/** Asks again for what comes due at least this often: clocks are set. */
const DUE_LOOK_MS_MAX = 60_000;

export interface Taken {
  readonly key: string;
  readonly value: Uint8Array;
  /** Aborts when the session is lost: somebody else gets the item. */
  readonly signal: AbortSignal;
  /** The item is done: it is gone for good. Resolves to false when it was given to somebody else meanwhile. */
  done(): Promise<boolean>;
  /** Gives it back, for somebody else to take. Resolves to false when it had gone back already. */
  putBack(): Promise<boolean>;
}

export interface TakeOptions extends WaitOptions {
  /** 0: only what is there now. */
  readonly timeoutMs?: number;
}

interface Consumable {
  /** The next item, in order; waits for one. @throws SessionLostError, ClientError, or the signal's reason */
  take(session: Session, options?: WaitOptions): Promise<Taken>;
  /** Null: none came in that time. */
  tryTake(session: Session, options?: TakeOptions): Promise<Taken | null>;
}

export interface Queue extends Consumable {
  put(value: Bytes, options?: WaitOptions): Promise<void>;
}

export interface PriorityQueue extends Consumable {
  /** @param priority 0 comes first. */
  put(value: Bytes, priority: number, options?: WaitOptions): Promise<void>;
}

export interface DelayedQueue extends Consumable {
  /** May be taken from `dueAt` on (milliseconds since 1970), by the consumers' clocks. */
  put(value: Bytes, dueAt: number, options?: WaitOptions): Promise<void>;
}

/** @param name without a trailing slash. */
export function queue(store: RecipeStore, name: string): Queue {
  return {
    ...consumer({ store, name, prefix: `${name}/`, order: SortTarget.MOD, dueAtOf: () => 0, back: backToItsKey(name) }),
    put: async (value, { signal } = {}) => {
      for (;;) {
        const key = uniqueKey(store, name);
        const { succeeded } = await store.txn(
          { compare: [createRevisionIs(key, 0)], success: [putOp(key, value)] },
          { signal },
        );
        if (succeeded) return;
      }
    },
  };
}

/** @param name without a trailing slash. */
export function priorityQueue(store: RecipeStore, name: string): PriorityQueue {
  return {
    ...consumer({
      store,
      name,
      prefix: `${name}/`,
      order: SortTarget.KEY,
      dueAtOf: () => 0,
      back: backInSequence(store, name),
    }),
    put: (value, priority, options = {}) => {
      if (!Number.isSafeInteger(priority) || priority < 0 || priority > PRIORITY_MAX)
        throw new RangeError(`a priority is a whole number from 0 to ${PRIORITY_MAX}, got ${priority}`);
      return putInSequence(store, `${name}/${String(priority).padStart(5, '0')}`, value, options);
    },
  };
}

/** @param name without a trailing slash. */
export function delayedQueue(store: RecipeStore, name: string): DelayedQueue {
  const prefix = `${name}/due/`;
  const dueAtOf = (key: string) => Number(key.slice(prefix.length).split('-')[0]);
  return {
    ...consumer({ store, name, prefix, order: SortTarget.KEY, dueAtOf, back: backToItsKey(name) }),
    put: async (value, dueAt, { signal } = {}) => {
      if (!Number.isSafeInteger(dueAt) || dueAt < 0) throw new RangeError(`no such time: ${dueAt}`);
      const nanos = uniqueKey(store, '').slice(1);
      const key = `${prefix}${String(dueAt).padStart(15, '0')}-${nanos}`;
      await store.txn({ success: [putOp(key, value)] }, { signal });
    },
  };
}

async function putInSequence(store: RecipeStore, prefix: string, value: Bytes, { signal }: WaitOptions): Promise<void> {
  for (;;) {
    const { key, guard, mark } = await nextInSequence(store, prefix, signal ?? new AbortController().signal);
    const { succeeded } = await store.txn({ compare: [guard], success: [mark, putOp(key, value)] }, { signal });
    if (succeeded) return;
  }
}

/** The number behind the last one of a priority; guard and mark are the bookkeeping that keeps two from taking the same. */
async function nextInSequence(store: RecipeStore, prefix: string, signal: AbortSignal) {
  const base = `__${prefix}`;
  const last = {
    requestRange: {
      ...rangeOf({ prefix: `${prefix}/` }),
      limit: 1,
      sortTarget: SortTarget.KEY,
      sortOrder: SortOrder.DESCEND,
    },
  };
  const { ranges, revision } = await answered(store, signal, () => store.txn({ success: [last] }, { signal }));
  const lastKey = utf8Decode(ranges[0]?.[0]?.key ?? new Uint8Array(0)) ?? '';
  const number = lastKey === '' ? 0 : Number(lastKey.slice(lastKey.lastIndexOf('/') + 1)) + 1;
  const guard = {
    key: toBytes(base),
    target: CompareTarget.MOD,
    result: CompareResult.LESS,
    modRevision: revision + 1,
  };
  return { key: `${prefix}/${String(number).padStart(16, '0')}`, guard, mark: putOp(base, '') };
}

/** Where an item goes back to, and what must hold and be written with it. */
interface Back {
  readonly key: string;
  readonly compare: readonly ReturnType<typeof createRevisionIs>[];
  readonly also: readonly ReturnType<typeof putOp>[];
}

const isThere = (key: string) => ({
  key: toBytes(key),
  target: CompareTarget.CREATE,
  result: CompareResult.GREATER,
  createRevision: 0,
});

/** Keys named by nanoseconds are free again as soon as they are taken. */
const backToItsKey =
  (name: string): Source['back'] =>
  (rest) => {
    const key = `${name}/${rest}`;
    return Promise.resolve({ key, compare: [createRevisionIs(key, 0)], also: [] });
  };

/** Numbers are given out again once a priority is empty: then it goes behind the last one. */
const backInSequence =
  (store: RecipeStore, name: string): Source['back'] =>
  async (rest, stop) => {
    const prefix = `${name}/${rest.slice(0, rest.lastIndexOf('/'))}`;
    const { kvs } = await answered(store, stop, () => store.get({ key: `${name}/${rest}` }, { signal: stop }));
    const next = await nextInSequence(store, prefix, stop);
    const key = kvs[0] === undefined ? `${name}/${rest}` : next.key;
    return { key, compare: [createRevisionIs(key, 0), next.guard], also: [next.mark] };
  };

interface Source {
  readonly store: RecipeStore;
  readonly name: string;
  readonly prefix: string;
  readonly order: (typeof SortTarget)['MOD' | 'KEY'];
  /** From when on an item may be taken; 0: always. */
  readonly dueAtOf: (key: string) => number;
  /** @param rest of the item's key behind `<name>/`. */
  readonly back: (rest: string, stop: AbortSignal) => Promise<Back>;
}

function consumer(source: Source): Consumable {
  const { store } = source;
  const take = async (session: Session, { signal }: WaitOptions = {}): Promise<Taken> => {
    const stop = AbortSignal.any([session.signal, ...(signal ? [signal] : [])]);
    const now = await takeNow(source, session, stop);
    return 'taken' in now ? now.taken : takeInLine(source, session, stop);
  };
  return {
    take,
    tryTake: async (session, { signal, timeoutMs = 0 } = {}) => {
      if (timeoutMs > 0) return within(store, { signal, timeoutMs }, (patience) => take(session, { signal: patience }));
      const stop = AbortSignal.any([session.signal, ...(signal ? [signal] : [])]);
      const now = await takeNow(source, session, stop);
      return 'taken' in now ? now.taken : null;
    },
  };
}

/** Waits for an item as the first of the waiting consumers: the others sleep on. */
async function takeInLine(source: Source, session: Session, stop: AbortSignal): Promise<Taken> {
  const { store, name, prefix } = source;
  const takers = `__${name}/takers`;
  const line = lockable({
    store,
    keyOf: () => uniqueKey(store, takers),
    blocker: (createRevision) => lastCreatedBefore(`${takers}/`, createRevision),
  });
  const front = await line.acquire(session, { signal: stop });
  const signal = AbortSignal.any([stop, front.signal]);
  try {
    for (;;) {
      const now = await takeNow(source, session, signal);
      if ('taken' in now) return now.taken;
      await somethingToTake({ store, name, prefix, signal, ...now });
      signal.throwIfAborted();
    }
  } finally {
    // The item counts; that the line moves on is seen to in the background.
    front.release().catch(() => undefined);
  }
}

async function somethingToTake(wait: {
  readonly store: RecipeStore;
  readonly name: string;
  readonly prefix: string;
  readonly signal: AbortSignal;
  readonly revision: number;
  readonly dueAt: number | null;
}): Promise<void> {
  const { store, name, prefix, revision, dueAt } = wait;
  const over = new AbortController();
  const signal = AbortSignal.any([wait.signal, over.signal]);
  const isItem = { matters: (event: { readonly type: number }) => event.type === EventType.PUT };
  const isClaimLost = { matters: (event: { readonly type: number }) => event.type === EventType.DELETE };
  const waits = [
    changeUnder(store, { prefix }, { revision, signal, ...isItem }),
    changeUnder(store, { prefix: `__${name}/claims/` }, { revision, signal, ...isClaimLost }),
  ];
  if (dueAt !== null) {
    const leftMs = Math.max(1, dueAt - store.host.now());
    waits.push(store.host.sleep(Math.min(DUE_LOOK_MS_MAX, leftMs), signal));
  }
  try {
    await Promise.race(waits);
  } finally {
    over.abort();
    // Those that lost the race end by the signal.
    await Promise.allSettled(waits);
  }
}

type Now =
  | { readonly taken: Taken }
  /** Nothing to take at `revision`; the first item comes due at `dueAt`, if there is one. */
  | { readonly revision: number; readonly dueAt: number | null };

/** Takes the first item there is, after returning what consumers that died had in hand. */
async function takeNow(source: Source, session: Session, stop: AbortSignal): Promise<Now> {
  const { store, name, prefix, order, dueAtOf } = source;
  const first = {
    requestRange: { ...rangeOf({ prefix }), limit: 1, sortTarget: order, sortOrder: SortOrder.ASCEND },
  };
  const keysUnder = (kept: string) => ({
    requestRange: { ...rangeOf({ prefix: `__${name}/${kept}/` }), keysOnly: true },
  });
  for (;;) {
    const { ranges, revision } = await answered(store, stop, () =>
      store.txn({ success: [first, keysUnder('taken'), keysUnder('claims')] }, { signal: stop }),
    );
    const [[item] = [], taken = [], claims = []] = ranges;
    if (await returnOrphans(source, taken, claims, stop)) continue;
    if (item === undefined) return { revision, dueAt: null };
    const key = utf8Decode(item.key) ?? '';
    const dueAt = dueAtOf(key);
    if (dueAt > store.host.now()) return { revision, dueAt };
    const hand = await claim(source, session, item);
    if (hand !== null) return { taken: inHand(source, session, { item, hand }) };
  }
}

const restOf = (key: Uint8Array, prefix: string): string => (utf8Decode(key) ?? '').slice(prefix.length);

/** Puts back what nobody has in hand any more. Resolves to whether there was any. */
async function returnOrphans(
  source: Source,
  taken: readonly KeyValue[],
  claims: readonly KeyValue[],
  stop: AbortSignal,
): Promise<boolean> {
  if (taken.length === 0) return false;
  const { store, name } = source;
  const claimed = new Set(claims.map((kv) => restOf(kv.key, `__${name}/claims/`)));
  const orphans = taken.filter((kv) => !claimed.has(restOf(kv.key, `__${name}/taken/`)));
  for (const { key } of orphans) {
    const { kvs } = await answered(store, stop, () => store.get({ key }, { signal: stop }));
    if (kvs[0] !== undefined) await giveBack(source, kvs[0], stop);
  }
  return orphans.length > 0;
}

/** Moves an item from somebody's hand back into the queue, if nobody has it in hand any more. */
async function giveBack(source: Source, orphan: KeyValue, stop: AbortSignal): Promise<void> {
  const { store, name } = source;
  const hand = restOf(orphan.key, `__${name}/taken/`);
  const rest = hand.slice(hand.indexOf('/') + 1);
  for (;;) {
    const back = await source.back(rest, stop);
    const { succeeded, ranges } = await answered(store, stop, () =>
      store.txn({
        compare: [
          modRevisionIs(orphan.key, orphan.modRevision),
          createRevisionIs(`__${name}/claims/${hand}`, 0),
          ...back.compare,
        ],
        success: [deleteOp({ key: orphan.key }), putOp(back.key, orphan.value), ...back.also],
        failure: [getOp({ key: orphan.key }), getOp({ key: `__${name}/claims/${hand}` })],
      }),
    );
    const [[taken] = [], [claimed] = []] = ranges;
    // Its place in the queue was taken meanwhile; or somebody else has given it back.
    if (succeeded || taken === undefined || claimed !== undefined) return;
  }
}

/**
 * Moves an item into this session's hand and resolves to what tells this claim from all others; null: somebody else was faster.
 * Not to be given up half-way: an item that was moved must come to somebody.
 */
async function claim({ store, name }: Source, session: Session, item: KeyValue): Promise<string | null> {
  const hand = `${uniqueKey(store, '').slice(1)}/${restOf(item.key, `${name}/`)}`;
  const claimKey = `__${name}/claims/${hand}`;
  const { succeeded, ranges } = await answered(store, session.signal, () =>
    store.txn({
      compare: [modRevisionIs(item.key, item.modRevision)],
      success: [
        deleteOp({ key: item.key }),
        putOp(`__${name}/taken/${hand}`, item.value),
        putOp(claimKey, session.leaseHex, session.lease),
      ],
      failure: [getOp({ key: claimKey })],
    }),
  );
  // A first try may have gone through although its answer stayed out.
  return succeeded || ranges[0]?.[0]?.lease === session.lease ? hand : null;
}

interface InHand {
  readonly item: KeyValue;
  /** What its `taken` and `claims` keys end with. */
  readonly hand: string;
}

function inHand(source: Source, session: Session, { item, hand }: InHand): Taken {
  const { store, name } = source;
  const key = utf8Decode(item.key) ?? '';
  const claimKey = `__${name}/claims/${hand}`;
  const takenKey = `__${name}/taken/${hand}`;
  /** @param back where it goes back to; null: it is done. */
  const finish = async (back: Back | null): Promise<boolean | 'occupied'> => {
    let isUnclear = false;
    const puts = back === null ? [] : [putOp(back.key, item.value), ...back.also];
    const { succeeded, ranges } = await answered(store, session.signal, () =>
      store
        .txn({
          compare: [isThere(takenKey), isThere(claimKey), ...(back?.compare ?? [])],
          success: [...puts, deleteOp({ key: claimKey }), deleteOp({ key: takenKey })],
          failure: [getOp({ key: claimKey })],
        })
        .catch((cause: unknown) => {
          isUnclear ||= isPassing(cause);
          throw cause;
        }),
    );
    if (succeeded) return true;
    if (ranges[0]?.[0] !== undefined) return 'occupied';
    // While our lease lives, nobody but us ends the claim: then it was the try whose answer stayed out.
    return isUnclear && session.isAlive;
  };
  return {
    key,
    value: item.value,
    signal: session.signal,
    done: async () => (await finish(null)) === true,
    putBack: async () => {
      for (;;) {
        const back = await source.back(restOf(item.key, `${name}/`), session.signal);
        const finished = await finish(back);
        if (finished !== 'occupied') return finished;
      }
    },
  };
}
