/**
 * A gate that everybody waits at while one key exists, as in Go's recipes: the key itself, without a value. Whoever holds it up
 * need not stay alive; whoever releases it need not be the same.
 */
import { createRevisionIs, deleteOp, putOp } from '../client.ts';
import { LayoutError, WaitTimeoutError } from '../errors.ts';
import { within } from './mutex.ts';
import { answered, endOf, type RecipeStore, type WaitOptions } from './store.ts';

export interface BarrierWait extends WaitOptions {
  readonly timeoutMs?: number;
  /** When the time is up: fail with a WaitTimeoutError (the default), or release the barrier for everybody. */
  readonly onTimeout?: 'fail' | 'release';
}

export interface Barrier {
  /** Closes it. @throws LayoutError when it is closed already */
  hold(options?: WaitOptions): Promise<void>;
  /** Opens it; does nothing when it is open. */
  release(options?: WaitOptions): Promise<void>;
  /** Resolves when it is open, at once if it is. @throws WaitTimeoutError */
  wait(options?: BarrierWait): Promise<void>;
}

export function barrier(store: RecipeStore, key: string): Barrier {
  const release = async ({ signal = never() }: WaitOptions = {}): Promise<void> => {
    await answered(store, signal, () => store.txn({ success: [deleteOp({ key })] }, { signal }));
  };
  return {
    hold: async ({ signal } = {}) => {
      // Not repeated by itself: after an unclear answer nobody could tell our own barrier from somebody else's.
      const { succeeded } = await store.txn(
        { compare: [createRevisionIs(key, 0)], success: [putOp(key, '')] },
        { signal },
      );
      if (!succeeded) throw new LayoutError(`${key} is closed already`);
    },
    release,
    wait: async ({ signal, timeoutMs, onTimeout = 'fail' } = {}) => {
      if (timeoutMs === undefined) return passed(store, key, signal ?? never());
      const opened = await within(store, { signal, timeoutMs }, async (patience) => {
        await passed(store, key, patience);
        return true;
      });
      if (opened !== null) return;
      if (onTimeout === 'fail') throw new WaitTimeoutError(`${key} was not released within ${timeoutMs} ms`);
      await release(signal === undefined ? {} : { signal });
    },
  };
}

async function passed(store: RecipeStore, key: string, signal: AbortSignal): Promise<void> {
  const { kvs, revision } = await answered(store, signal, () => store.get({ key }, { signal }));
  const [closed] = kvs;
  if (closed === undefined) return;
  await endOf(store, { key, createRevision: closed.createRevision, seenAt: revision }, signal);
  signal.throwIfAborted();
}

const never = (): AbortSignal => new AbortController().signal;
