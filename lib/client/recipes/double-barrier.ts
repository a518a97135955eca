/**
 * A start that waits for everybody and an end that waits for everybody, with the key layout of Go's recipes: each process owns
 * `<name>/waiters/<nanoseconds>`, leased; whoever completes the number writes `<name>/ready`, and whoever is last to leave
 * deletes it. Ours besides: `<name>/fences/session-<lease hex>`, leased, written only after a request whose answer stayed out.
 *
 * A barrier of barriers: each level but the last has a name of its own below the next (`<name>/row-1/rack-7/waiters/…`); who
 * completes a level enters the next one for all of it, and says ready when that is.
 */
import { type Event, EventType, type KeyValue } from '../../base/etcdpb/mvcc.ts';
import { createRevisionIs, deleteOp, getOp, modRevisionIs, putOp } from '../client.ts';
import { EvictedError, LayoutError, WaitTimeoutError } from '../errors.ts';
import type { Session } from '../session.ts';
import { type Candidate, join, leave, orLeave, type Place } from './contender.ts';
import { within } from './mutex.ts';
import { answered, changeUnder, endOf, inCreateOrder, type RecipeStore, uniqueKey, type WaitOptions } from './store.ts';

export const PARTIES_MAX = 10_000;

export interface EnterOptions extends WaitOptions {
  readonly timeoutMs?: number;
  /**
   * When the time is up: `fail` (the default) steps back out with a BarrierTimeoutError; `release` lets everybody go who is there;
   * `partial` goes on alone while the others keep waiting.
   */
  readonly onTimeout?: 'fail' | 'release' | 'partial';
}

export interface Entered {
  /** False: the time was up before everybody was there. */
  readonly isComplete: boolean;
  /** How many of this level were there when it went on. */
  readonly present: number;
  /** Resolves when everybody who started together has left. @throws ClientError, SessionLostError */
  leave(options?: WaitOptions): Promise<void>;
}

export class BarrierTimeoutError extends WaitTimeoutError {
  override readonly name = 'BarrierTimeoutError';
  readonly present: number;
  readonly expected: number;

  constructor(name: string, counts: { readonly present: number; readonly expected: number }) {
    super(`${name}: ${counts.present} of ${counts.expected} were there when the time was up`);
    this.present = counts.present;
    this.expected = counts.expected;
  }
}

export interface DoubleBarrier {
  /** Resolves when as many have entered as it takes. @throws LayoutError when there is no room for one more */
  enter(session: Session, options?: EnterOptions): Promise<Entered>;
}

export interface Level {
  /** The key below which this level's processes (or, from the second on, its groups) gather. */
  readonly name: string;
  readonly count: number;
}

export const doubleBarrier = (store: RecipeStore, name: string, count: number): DoubleBarrier =>
  hierarchicalBarrier(store, [{ name, count }]);

/** @param levels the own group first, then what it is a part of: `[{ name: 'jobs/row-1', count: 3 }, { name: 'jobs', count: 2 }]`. */
export function hierarchicalBarrier(store: RecipeStore, levels: readonly Level[]): DoubleBarrier {
  const [own, ...above] = levels;
  if (own === undefined) throw new RangeError('a barrier needs at least one level');
  for (const { count } of levels) {
    if (!Number.isSafeInteger(count) || count < 1 || count > PARTIES_MAX)
      throw new RangeError(`a barrier is for 1 to ${PARTIES_MAX} parties, got ${count}`);
  }
  return { enter: (session, options = {}) => enter({ store, session, own, above }, options) };
}

interface Party {
  readonly store: RecipeStore;
  readonly session: Session;
  readonly own: Level;
  readonly above: readonly Level[];
}

async function enter(party: Party, { signal, timeoutMs, onTimeout = 'fail' }: EnterOptions): Promise<Entered> {
  const { store, session, own } = party;
  const key = uniqueKey(store, `${own.name}/waiters`);
  const fenceKey = `${own.name}/fences/session-${session.leaseHex}`;
  const candidate: Candidate = { store, session, key, value: '', signal, fenceKey };
  const place = await join(candidate);
  return orLeave(candidate, place, async (stop) => {
    const here: Here = { ...party, place };
    if (timeoutMs === undefined) return entered(here, await started(here, stop), true);
    const start = await within(store, { signal: stop, timeoutMs }, (patience) => started(here, patience));
    return start === null ? timedOut(here, stop, onTimeout) : entered(here, start, true);
  });
}

interface Here extends Party {
  readonly place: Place;
}

interface Start {
  /** Mod revision of the `ready` key; 0: none was written, we go on alone. */
  readonly ready: number;
  readonly present: number;
  /** Whom we stand for above, when it was us who completed this level. */
  readonly above: Entered | null;
}

/** Resolves when everybody is there. */
async function started(here: Here, stop: AbortSignal): Promise<Start> {
  const { store, own, place } = here;
  let above: Entered | null = null;
  try {
    for (;;) {
      const { ready, waiters, revision } = await lookAt({ store, own, stop });
      // A `ready` from before we came belongs to those who started without us.
      if (ready > place.createRevision) return { ready, present: waiters.length, above };
      const rank = waiters.findIndex((kv) => kv.createRevision === place.createRevision);
      if (rank < 0) throw new EvictedError(`${place.key} was deleted while waiting at the barrier`);
      if (rank >= own.count) throw new LayoutError(`${own.name} is full: ${own.count} are there already`);
      if (rank === own.count - 1) {
        above ??= await enterAbove(here, stop);
        await sayReady(here, ready, stop);
        continue;
      }
      const matters = (event: Event) => event.type === EventType.PUT;
      await firstOf(stop, [
        (signal) => changeUnder(store, { key: `${own.name}/ready` }, { revision, signal, matters }),
        (signal) => endOf(store, { ...place, seenAt: revision }, signal),
      ]);
      stop.throwIfAborted();
    }
  } catch (cause) {
    await above?.leave({ signal: AbortSignal.abort() }).catch(() => undefined);
    throw cause;
  }
}

function enterAbove({ store, session, above }: Here, signal: AbortSignal): Promise<Entered | null> {
  const [own, ...rest] = above;
  return own === undefined ? Promise.resolve(null) : enter({ store, session, own, above: rest }, { signal });
}

/** Guarded by our own place: should it arrive late, after we have left, it must not start those who come next. */
async function sayReady({ store, own, place }: Here, seen: number, stop: AbortSignal): Promise<void> {
  const readyKey = `${own.name}/ready`;
  await answered(store, stop, () =>
    store.txn({
      compare: [createRevisionIs(place.key, place.createRevision), modRevisionIs(readyKey, seen)],
      success: [putOp(readyKey, '')],
    }),
  );
}

async function lookAt({
  store,
  own,
  stop,
}: {
  readonly store: RecipeStore;
  readonly own: Level;
  readonly stop: AbortSignal;
}): Promise<{ readonly ready: number; readonly waiters: readonly KeyValue[]; readonly revision: number }> {
  const { ranges, revision } = await answered(store, stop, () =>
    store.txn(
      { success: [getOp({ key: `${own.name}/ready` }), inCreateOrder(`${own.name}/waiters/`)] },
      { signal: stop },
    ),
  );
  const [[ready] = [], waiters = []] = ranges;
  return { ready: ready?.modRevision ?? 0, waiters, revision };
}

async function timedOut(here: Here, stop: AbortSignal, onTimeout: 'fail' | 'release' | 'partial'): Promise<Entered> {
  const { store, own, place } = here;
  const { ready, waiters } = await lookAt({ store, own, stop });
  const present = waiters.length;
  if (ready > place.createRevision) return entered(here, { ready, present, above: null }, true);
  if (onTimeout === 'fail') throw new BarrierTimeoutError(own.name, { present, expected: own.count });
  if (onTimeout === 'partial') return entered(here, { ready: 0, present, above: null }, false);
  await sayReady(here, ready, stop);
  const after = await lookAt({ store, own, stop });
  return entered(here, { ready: after.ready, present: after.waiters.length, above: null }, false);
}

function entered(here: Here, { ready, present, above }: Start, isComplete: boolean): Entered {
  const { store, session, place } = here;
  return {
    isComplete,
    present,
    leave: async (options = {}) => {
      await leave(store, session, place);
      await above?.leave(options);
      if (ready > 0) await everybodyLeft(here, ready, options.signal);
    },
  };
}

/** Resolves when nobody stands there any more who started at `ready`. The last one takes the `ready` key away. */
async function everybodyLeft({ store, session, own }: Here, ready: number, signal?: AbortSignal): Promise<void> {
  const stop = AbortSignal.any([session.signal, ...(signal ? [signal] : [])]);
  const readyKey = `${own.name}/ready`;
  for (;;) {
    const { waiters, revision } = await lookAt({ store, own, stop });
    const last = waiters.findLast((kv) => kv.createRevision < ready);
    if (last === undefined) {
      await answered(store, stop, () =>
        store.txn({ compare: [modRevisionIs(readyKey, ready)], success: [deleteOp({ key: readyKey })] }),
      );
      return;
    }
    const { key, createRevision } = last;
    await endOf(store, { key, createRevision, seenAt: revision }, stop);
    stop.throwIfAborted();
  }
}

/** Waits for the first of several things, and stops waiting for the others. */
async function firstOf(stop: AbortSignal, waits: readonly ((signal: AbortSignal) => Promise<void>)[]): Promise<void> {
  const over = new AbortController();
  const signal = AbortSignal.any([stop, over.signal]);
  try {
    await Promise.race(waits.map((wait) => wait(signal)));
  } finally {
    over.abort();
  }
}
