/**
 * A lock with the key layout of clientv3's concurrency package, so that programs in Go, `etcdctl lock` and this client exclude
 * each other: each contender owns `<name>/<lease in hex>` without a value, and the smallest create revision holds.
 */
import type { Bytes, getOp } from '../client.ts';
import type { Session } from '../session.ts';
import { type Candidate, type Held, hold, join, leave, look, orLeave, turnOf } from './contender.ts';
import { lastCreatedBefore, type RecipeStore, type WaitOptions } from './store.ts';

export interface TryOptions extends WaitOptions {
  /** How long to stand in line before giving up; 0: only if it is free now. */
  readonly timeoutMs?: number;
}

export interface Lockable {
  /**
   * Resolves when this session holds it. @throws AlreadyHeldError, EvictedError when the place in line was deleted,
   * SessionLostError, ClientError, or the signal's reason
   */
  acquire(session: Session, options?: WaitOptions): Promise<Held>;
  /** Null: not to be had in that time; nothing stays behind in the store. @throws as `acquire` */
  tryAcquire(session: Session, options?: TryOptions): Promise<Held | null>;
}

export type Mutex = Lockable;

/** @param name without a trailing slash. */
export function mutex(store: RecipeStore, name: string): Mutex {
  const prefix = `${name}/`;
  return lockable({
    store,
    keyOf: (session) => `${prefix}${session.leaseHex}`,
    blocker: (createRevision) => lastCreatedBefore(prefix, createRevision),
  });
}

export interface LineUp {
  readonly store: RecipeStore;
  readonly keyOf: (session: Session) => string;
  readonly value?: Bytes;
  /** The operation that finds whom to wait for, standing at this create revision. */
  readonly blocker: (createRevision: number) => ReturnType<typeof getOp>;
}

export function lockable(line: LineUp): Lockable {
  const { store, keyOf, blocker, value = '' } = line;
  const candidateOf = (session: Session, signal: AbortSignal | undefined): Candidate => ({
    store,
    session,
    key: keyOf(session),
    value,
    signal,
  });
  const acquire = async (session: Session, { signal }: WaitOptions = {}): Promise<Held> => {
    const candidate = candidateOf(session, signal);
    const place = await join(candidate);
    const seenAt = await orLeave(candidate, place, (stop) =>
      turnOf({ store, place, blocker: blocker(place.createRevision), signal: stop }),
    );
    return hold(store, session, place, seenAt);
  };
  const acquireNow = async (session: Session, signal: AbortSignal | undefined): Promise<Held | null> => {
    const candidate = candidateOf(session, signal);
    const place = await join(candidate);
    const now = await orLeave(candidate, place, (stop) =>
      look({ store, place, blocker: blocker(place.createRevision), signal: stop }),
    );
    if (now.blocker === null) return hold(store, session, place, now.revision);
    await leave(store, session, place);
    return null;
  };
  return {
    acquire,
    tryAcquire: (session, { signal, timeoutMs = 0 } = {}) =>
      timeoutMs <= 0
        ? acquireNow(session, signal)
        : within(store, { signal, timeoutMs }, (patience) => acquire(session, { signal: patience })),
  };
}

/** Runs `work` with a signal that also aborts when the time is up; null: it did. */
export async function within<T>(
  store: RecipeStore,
  { signal, timeoutMs }: { readonly signal: AbortSignal | undefined; readonly timeoutMs: number },
  work: (signal: AbortSignal) => Promise<T>,
): Promise<T | null> {
  const timeUp = new AbortController();
  const finished = new AbortController();
  const timer = store.host.sleep(timeoutMs, finished.signal).then(() => timeUp.abort());
  try {
    return await work(AbortSignal.any([timeUp.signal, ...(signal === undefined ? [] : [signal])]));
  } catch (cause) {
    if (timeUp.signal.aborted && cause === timeUp.signal.reason) return null;
    throw cause;
  } finally {
    finished.abort();
    await timer;
  }
}
