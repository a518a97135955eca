/**
 * N permits, given out in the order of arrival. Ours, because no layout exists in the wild:
 *
 *   <name>/permits               the number of permits, decimal; whoever comes first writes it, all must agree
 *   <name>/permits/<nanoseconds> one per contender, leased: value "" while it waits, "held" once it has its permit
 *
 * A contender has a permit when fewer than N stand before it. Waiting is quiet: the first in line watches those before it,
 * everybody else only its direct predecessor, which says "held" when it stops waiting. One release so wakes at most two.
 */
import { utf8Decode } from '../../base/bytes.ts';
import { type Event, EventType, type KeyValue } from '../../base/etcdpb/mvcc.ts';
import { createRevisionIs, getOp, putOp } from '../client.ts';
import { EvictedError, LayoutError } from '../errors.ts';
import type { Session } from '../session.ts';
import { type Held, hold, join, leave, orLeave, type Place } from './contender.ts';
import { type Lockable, type TryOptions, within } from './mutex.ts';
import { answered, changeUnder, endOf, inCreateOrder, type RecipeStore, uniqueKey, type WaitOptions } from './store.ts';

export const PERMITS_MAX = 1_000_000;
const HELD = 'held';

export interface Semaphore extends Lockable {
  /** Changes the number of permits for everybody. Who has one keeps it. @throws LayoutError when nobody has set any yet */
  resize(permits: number): Promise<void>;
}

/**
 * Reentrant: a session that has a permit gets the same one again, and gives it back with its last release.
 * @param name without a trailing slash. @param permits from 1 on; @throws RangeError
 */
export function semaphore(store: RecipeStore, name: string, permits: number): Semaphore {
  checkPermits(permits);
  const line: Line = { store, name, limitKey: `${name}/permits`, prefix: `${name}/permits/`, permits };
  const entered = new WeakMap<Session, Reentry>();
  const acquire = async (session: Session, options: WaitOptions = {}): Promise<Held> => {
    const again = entered.get(session);
    if (again?.held.isHeld === true) return again.enter();
    return enter(line, session, { ...options, patient: true }, entered) as Promise<Held>;
  };
  return {
    acquire,
    tryAcquire: async (session, { signal, timeoutMs = 0 }: TryOptions = {}) => {
      const again = entered.get(session);
      if (again?.held.isHeld === true) return again.enter();
      if (timeoutMs <= 0) return enter(line, session, { signal, patient: false }, entered);
      return within(store, { signal, timeoutMs }, (patience) => acquire(session, { signal: patience }));
    },
    resize: async (next) => {
      checkPermits(next);
      const signal = new AbortController().signal;
      const { kvs } = await answered(store, signal, () => store.get({ key: line.limitKey }));
      if (kvs[0] === undefined) throw new LayoutError(`nobody has set the permits of ${name} yet`);
      await store.txn({ success: [putOp(line.limitKey, String(next))] });
    },
  };
}

function checkPermits(permits: number): void {
  if (!Number.isSafeInteger(permits) || permits < 1 || permits > PERMITS_MAX)
    throw new RangeError(`permits must be a whole number from 1 to ${PERMITS_MAX}, got ${permits}`);
}

interface Line {
  readonly store: RecipeStore;
  readonly name: string;
  readonly limitKey: string;
  readonly prefix: string;
  readonly permits: number;
}

async function enter(
  line: Line,
  session: Session,
  { signal, patient }: WaitOptions & { readonly patient: boolean },
  entered: WeakMap<Session, Reentry>,
): Promise<Held | null> {
  const { store, name } = line;
  await agree(line, session, signal);
  const candidate = { store, session, key: uniqueKey(store, `${name}/permits`), value: '', signal };
  const place = await join(candidate);
  const seenAt = await orLeave(candidate, place, (stop) => permitOf(line, { session, place, stop, patient }));
  if (seenAt === null) {
    await leave(store, session, place);
    return null;
  }
  const reentry = new Reentry(hold(store, session, place, seenAt));
  entered.set(session, reentry);
  return reentry.enter();
}

/** Writes the number of permits, or makes sure that the one written is ours. */
async function agree({ store, limitKey, permits }: Line, session: Session, signal?: AbortSignal): Promise<void> {
  const stop = AbortSignal.any([session.signal, ...(signal ? [signal] : [])]);
  const { succeeded, ranges } = await answered(store, stop, () =>
    store.txn({
      compare: [createRevisionIs(limitKey, 0)],
      success: [putOp(limitKey, String(permits))],
      failure: [getOp({ key: limitKey })],
    }),
  );
  const found = ranges[0]?.[0];
  if (succeeded || found === undefined) return;
  const limit = permitsIn(found, limitKey);
  // Its life began with another number: two programs disagree. A number changed later by `resize` is the one that counts.
  if (limit !== permits && found.version === 1)
    throw new LayoutError(`${limitKey} says ${limit} permits, this program asks with ${permits}`);
}

function permitsIn(kv: KeyValue, key: string): number {
  const limit = Number(utf8Decode(kv.value));
  if (!Number.isSafeInteger(limit) || limit < 1) throw new LayoutError(`${key} does not hold a number of permits`);
  return limit;
}

interface Waiting {
  readonly session: Session;
  readonly place: Place;
  readonly stop: AbortSignal;
  readonly patient: boolean;
}

/** Resolves to a revision at which the permit was ours; null: not now, and `patient` is false. */
async function permitOf(line: Line, { session, place, stop, patient }: Waiting): Promise<number | null> {
  const { store, limitKey, prefix } = line;
  for (;;) {
    const { succeeded, ranges, revision } = await answered(store, stop, () =>
      store.txn(
        {
          compare: [createRevisionIs(place.key, place.createRevision)],
          success: [getOp({ key: limitKey }), inCreateOrder(prefix, place.createRevision)],
        },
        { signal: stop },
      ),
    );
    if (!succeeded) throw new EvictedError(`${place.key} was deleted while waiting for a permit`);
    const [[limitKv] = [], standing = []] = ranges;
    const limit = limitKv === undefined ? line.permits : permitsIn(limitKv, limitKey);
    const before = standing.slice(0, -1);
    if (before.length < limit) {
      await announce(store, session, place);
      return revision;
    }
    if (!patient) return null;
    await room(line, { before, limit, revision, stop });
    stop.throwIfAborted();
  }
}

/** Tells the next in line that it comes first now. */
async function announce(store: RecipeStore, session: Session, { key, createRevision }: Place): Promise<void> {
  const put = putOp(key, HELD, session.lease);
  const { succeeded } = await answered(store, session.signal, () =>
    store.txn({ compare: [createRevisionIs(key, createRevision)], success: [put] }),
  );
  if (!succeeded) throw new EvictedError(`${key} was deleted while taking its permit`);
}

/** Resolves when it is worth looking again. */
async function room(
  { store, limitKey, prefix }: Line,
  at: {
    readonly before: readonly KeyValue[];
    readonly limit: number;
    readonly revision: number;
    readonly stop: AbortSignal;
  },
): Promise<void> {
  const { before, limit, revision, stop } = at;
  const predecessor = before.at(-1);
  const isWaiting = predecessor !== undefined && before.length > limit && utf8Decode(predecessor.value) !== HELD;
  if (isWaiting) {
    const { key, createRevision } = predecessor;
    return endOf(store, { key, createRevision, seenAt: revision }, stop, (event) => event.type === EventType.PUT);
  }
  const ahead = new Set(before.map((kv) => utf8Decode(kv.key)));
  const matters = (event: Event): boolean => {
    const key = event.kv === undefined ? undefined : utf8Decode(event.kv.key);
    return key === limitKey || (event.type === EventType.DELETE && ahead.has(key));
  };
  // The prefix without its slash: the number of permits lies there too.
  return changeUnder(store, { prefix: prefix.slice(0, -1) }, { revision, signal: stop, matters });
}

/** One permit, entered several times by one session. */
class Reentry {
  readonly held: Held;
  #depth = 0;

  constructor(held: Held) {
    this.held = held;
  }

  enter(): Held {
    this.#depth++;
    const { held } = this;
    let isReleased = false;
    return {
      key: held.key,
      token: held.token,
      signal: held.signal,
      guard: held.guard,
      get isHeld() {
        return !isReleased && held.isHeld;
      },
      release: async () => {
        if (isReleased) return;
        isReleased = true;
        this.#depth--;
        if (this.#depth === 0) await held.release();
      },
    };
  }
}
