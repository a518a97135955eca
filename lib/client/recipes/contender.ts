/**
 * Standing in line: one leased key per contender, in the order of create revisions. Mutexes, elections, reader-writer locks,
 * semaphores and barriers stand in line; they differ in the names of the keys and in whom they wait for.
 *
 * - Whoever waits, waits for one key to go and then looks again, because its owner may have been a waiting contender that left
 *   while the holder stayed: one deletion seen gives no right. The look also asserts that the own key still stands.
 * - A request without an answer is asked again under a guard that lets only one through. If it arrives late, after its contender
 *   has left, it is removed again (`sweep`); or, where even a moment would be too much, a fence keeps it out (`fenceKey`).
 * - A session has one place per key. A place that is being left is waited for.
 */

import { equalBytes, utf8Decode } from '../../base/bytes.ts';
import type { Compare } from '../../base/etcdpb/kv.ts';
import type { KeyValue } from '../../base/etcdpb/mvcc.ts';
import type { Init } from '../../base/protobuf/schema.ts';
import { onAbort } from '../abort.ts';
import { type Bytes, createRevisionIs, deleteOp, getOp, modRevisionIs, putOp, toBytes } from '../client.ts';
import { AlreadyHeldError, EvictedError } from '../errors.ts';
import type { Session } from '../session.ts';
import { answered, changeUnder, endOf, isPassing, type RecipeStore } from './store.ts';

/** How long a request whose answer never came may still arrive: well above etcd's own 7 s for a proposal. */
const LATE_MS_MAX = 30_000;

export interface Place {
  readonly key: string;
  /** Its rank in line, and the fencing token of whoever holds by it. */
  readonly createRevision: number;
  /** An answer stayed out while joining: the request may still arrive. */
  readonly isUnclear: boolean;
  readonly fenceKey?: string | undefined;
}

export interface Candidate {
  readonly store: RecipeStore;
  readonly session: Session;
  readonly key: string;
  readonly value: Bytes;
  readonly signal?: AbortSignal | undefined;
  /**
   * A leased key of this session's own that every request to join is guarded by. It is only ever written when a place is left whose
   * joining was unclear: what arrives after that finds the guard broken.
   */
  readonly fenceKey?: string;
}

/** What a session stands for, and the places it is just leaving. */
const places = new WeakMap<Session, Map<string, Promise<unknown> | 'taken'>>();

function placesOf(session: Session): Map<string, Promise<unknown> | 'taken'> {
  const known = places.get(session);
  if (known !== undefined) return known;
  const fresh = new Map<string, Promise<unknown> | 'taken'>();
  places.set(session, fresh);
  return fresh;
}

/** Takes a place in line. @throws AlreadyHeldError, EvictedError, SessionLostError, ClientError, or the signal's reason */
export async function join(candidate: Candidate): Promise<Place> {
  const { session, key, signal } = candidate;
  const taken = placesOf(session);
  for (let before = taken.get(key); before !== undefined; before = taken.get(key)) {
    if (before === 'taken') throw new AlreadyHeldError(`${key} is held or waited for by this session already`);
    await orAborted(before, signal);
  }
  taken.set(key, 'taken');
  const arriving = arrive(candidate);
  try {
    return await orAborted(arriving, signal);
  } catch (cause) {
    taken.delete(key);
    // The request may be under way. Whoever gave up does not wait for it, but what it brings is taken away again.
    if (signal?.aborted) leaveLater(candidate, arriving);
    throw cause;
  }
}

async function arrive({ store, session, key, value, fenceKey }: Candidate): Promise<Place> {
  const put = putOp(key, value, session.lease);
  const fence = fenceKey === undefined ? [] : [modRevisionIs(fenceKey, fencesOf(session).get(fenceKey) ?? 0)];
  let isUnclear = false;
  const guarded = (createRevision: number) =>
    answered(store, session.signal, () =>
      store
        .txn({ compare: [createRevisionIs(key, createRevision), ...fence], success: [put], failure: [getOp({ key })] })
        .catch((cause: unknown) => {
          isUnclear ||= isPassing(cause);
          throw cause;
        }),
    );
  const first = await guarded(0);
  if (first.succeeded) return { key, createRevision: first.revision, isUnclear, fenceKey };
  const mine = first.ranges[0]?.[0];
  if (mine === undefined) throw new EvictedError(`${key} was deleted while taking a place in line`);
  const place = { key, createRevision: mine.createRevision, isUnclear, fenceKey };
  // A request of ours arrived although its answer did not. Writing it again would change its rank for Go's reader-writer locks.
  if (mine.lease === session.lease && equalBytes(mine.value, toBytes(value))) return place;
  const again = await guarded(mine.createRevision);
  if (!again.succeeded) throw new EvictedError(`${key} was deleted while taking a place in line`);
  return place;
}

/** Gives the place up. Resolves when it is known to be gone, at the latest with the session's lease. */
export function leave(store: RecipeStore, session: Session, place: Place): Promise<void> {
  const gone = remove(store, session, place);
  const taken = placesOf(session);
  const settled = gone.then(
    () => undefined,
    () => undefined,
  );
  taken.set(place.key, settled);
  void settled.then(() => {
    if (taken.get(place.key) === settled) taken.delete(place.key);
  });
  return gone;
}

function leaveLater({ store, session, key }: Candidate, arriving: Promise<Place>): void {
  const leaving = arriving
    .then((place) => remove(store, session, place))
    // Nothing arrived, or the session ended: either way nothing stands there for us.
    .catch(() => undefined);
  const taken = placesOf(session);
  taken.set(key, leaving);
  void leaving.then(() => {
    if (taken.get(key) === leaving) taken.delete(key);
  });
}

async function remove(store: RecipeStore, session: Session, place: Place): Promise<void> {
  const { key, createRevision, isUnclear, fenceKey } = place;
  try {
    if (isUnclear && fenceKey !== undefined) await raiseFence(store, session, fenceKey);
    const { revision } = await answered(store, session.signal, () =>
      store.txn({ compare: [createRevisionIs(key, createRevision)], success: [deleteOp({ key })] }),
    );
    if (isUnclear && fenceKey === undefined) sweep(store, session, { key, revision });
  } catch (cause) {
    // With the session its lease ends, and with that the key.
    if (!session.signal.aborted) throw cause;
  }
}

/** From now on no request to join arrives that was sent before. */
async function raiseFence(store: RecipeStore, session: Session, fenceKey: string): Promise<void> {
  const known = fencesOf(session).get(fenceKey) ?? 0;
  const { succeeded, ranges, revision } = await answered(store, session.signal, () =>
    store.txn({
      compare: [modRevisionIs(fenceKey, known)],
      success: [putOp(fenceKey, '', session.lease)],
      failure: [getOp({ key: fenceKey })],
    }),
  );
  // A first try may have gone through although its answer stayed out.
  fencesOf(session).set(fenceKey, succeeded ? revision : (ranges[0]?.[0]?.modRevision ?? 0));
}

/** Mod revisions of the fences this session has written. */
const fences = new WeakMap<Session, Map<string, number>>();

function fencesOf(session: Session): Map<string, number> {
  const known = fences.get(session);
  if (known !== undefined) return known;
  const fresh = new Map<string, number>();
  fences.set(session, fresh);
  return fresh;
}

/** Removes what a late request brings after its contender has left, unless the session stands there again. */
function sweep(store: RecipeStore, session: Session, from: { readonly key: string; readonly revision: number }): void {
  const { key } = from;
  const over = new AbortController();
  const stop = AbortSignal.any([session.signal, over.signal]);
  const watching = (async () => {
    let { revision } = from;
    while (!stop.aborted) {
      await changeUnder(store, { key }, { revision, signal: stop });
      if (stop.aborted) return;
      const found = await answered(store, stop, () => store.get({ key }, { signal: stop }));
      revision = found.revision;
      const late = found.kvs[0];
      if (late === undefined || late.lease !== session.lease || placesOf(session).has(key)) continue;
      await answered(store, stop, () =>
        store.txn({ compare: [createRevisionIs(key, late.createRevision)], success: [deleteOp({ key })] }),
      );
    }
  })();
  // Should the sweeping fail for good, the end of the session still removes the key.
  watching.catch(() => undefined);
  void store.host.sleep(LATE_MS_MAX, stop).then(() => over.abort());
}

export interface Turn {
  readonly store: RecipeStore;
  readonly place: Place;
  /** The operation that finds the one key to wait for; nothing found: it is our turn. */
  readonly blocker: ReturnType<typeof getOp>;
  readonly signal: AbortSignal;
}

export interface Look {
  readonly blocker: KeyValue | null;
  readonly revision: number;
}

/** Who stands in the way now. @throws EvictedError when the own key is gone */
export async function look({ store, place, blocker, signal }: Turn): Promise<Look> {
  const { succeeded, ranges, revision } = await answered(store, signal, () =>
    store.txn({ compare: [createRevisionIs(place.key, place.createRevision)], success: [blocker] }, { signal }),
  );
  if (!succeeded) throw new EvictedError(`${place.key} was deleted while waiting for its turn`);
  return { blocker: ranges[0]?.[0] ?? null, revision };
}

/** Resolves to the revision at which nobody stood in the way any more. */
export async function turnOf(turn: Turn): Promise<number> {
  for (;;) {
    const { blocker, revision } = await look(turn);
    if (blocker === null) return revision;
    const { key, createRevision } = blocker;
    await endOf(turn.store, { key, createRevision, seenAt: revision }, turn.signal);
    turn.signal.throwIfAborted();
  }
}

/** What is held by a place in line. */
export interface Held {
  readonly key: string;
  /** Fencing token: give it to whatever the lock protects, and let that refuse smaller ones. */
  readonly token: number;
  /** Aborts when it ends: released, taken away, or the session lost. Stop acting as holder then. */
  readonly signal: AbortSignal;
  /** Judged now, also by the session's deadline: false in a process that was stopped for too long, before any timer ran. */
  readonly isHeld: boolean;
  /** A guard for transactions: they go through only while it is still held, whatever the clocks say. */
  readonly guard: Init<Compare>;
  /** Gives it up; the session lives on. Safe to call twice. */
  release(): Promise<void>;
}

/** @param seenAt a revision at which the place was seen to hold. */
export function hold(store: RecipeStore, session: Session, place: Place, seenAt: number): Held {
  const { key, createRevision } = place;
  const over = new AbortController();
  const end = (reason: unknown) => over.abort(reason);
  const unlink = onAbort(session.signal, () => end(session.signal.reason));
  onAbort(over.signal, unlink);
  // Whoever deletes the key takes it away: an operator, or the lease expiring unseen by us.
  let isGone = false;
  endOf(store, { key, createRevision, seenAt }, over.signal).then(() => {
    if (over.signal.aborted) return;
    isGone = true;
    placesOf(session).delete(key);
    end(new EvictedError(`${key} was deleted`));
  }, end);
  let leaving: Promise<void> | undefined;
  return {
    key,
    token: createRevision,
    signal: over.signal,
    get isHeld() {
      return !over.signal.aborted && session.isAlive;
    },
    guard: createRevisionIs(key, createRevision),
    release: () => {
      if (leaving !== undefined) return leaving;
      end(new EvictedError(`${key} was released`));
      leaving = isGone ? Promise.resolve() : leave(store, session, place);
      return leaving;
    },
  };
}

/** Stops the line-up when `signal` or the session ends; a place that was taken is given up if it was the caller's wish. */
export async function orLeave<T>(
  candidate: Candidate,
  place: Place,
  work: (stop: AbortSignal) => Promise<T>,
): Promise<T> {
  const { session, signal } = candidate;
  const stop = AbortSignal.any([session.signal, ...(signal ? [signal] : [])]);
  try {
    return await work(stop);
  } catch (cause) {
    if (cause instanceof EvictedError) placesOf(session).delete(place.key);
    else if (!session.signal.aborted) {
      const leaving = leave(candidate.store, session, place);
      // Who gave up in a hurry does not wait for the store; any other failure is reported when the place is free.
      if (signal?.aborted) leaving.catch(() => undefined);
      else await leaving;
    }
    throw cause;
  }
}

/** The promise's result, or the signal's reason as soon as it aborts. */
export function orAborted<T>(work: Promise<T>, signal: AbortSignal | undefined): Promise<T> {
  if (signal === undefined) return work;
  return new Promise((resolve, reject) => {
    const done = onAbort(signal, () => reject(signal.reason));
    work.then(resolve, reject).finally(done);
  });
}

export const textOf = (key: Uint8Array): string => utf8Decode(key) ?? '';
