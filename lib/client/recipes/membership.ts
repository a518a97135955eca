/** Leased keys that say who is there: written, changed and taken away by their owner, followed by everybody else. */
import { toByteString } from '../../base/bytes.ts';
import type { KeyValue } from '../../base/etcdpb/mvcc.ts';
import { EventType } from '../../base/etcdpb/mvcc.ts';
import { type Bytes, createRevisionIs, putOp } from '../client.ts';
import { CompactedError, EvictedError } from '../errors.ts';
import type { Session } from '../session.ts';
import { type Held, hold, join } from './contender.ts';
import { answered, type RecipeStore, type WaitOptions } from './store.ts';

export interface Presence extends Pick<Held, 'key' | 'signal'> {
  /** False: gone, or the store may have given its lease up. */
  readonly isPresent: boolean;
  /** @throws EvictedError when somebody took the key away. */
  update(value: Bytes): Promise<void>;
  /** Leaves; the session lives on. Safe to call twice. */
  leave(): Promise<void>;
}

/** Writes a leased key of one's own. @throws AlreadyHeldError when this session is there under this key already */
export async function appear(
  store: RecipeStore,
  session: Session,
  entry: { readonly key: string; readonly value: Bytes },
  options: WaitOptions = {},
): Promise<Presence> {
  const place = await join({ store, session, ...entry, signal: options.signal });
  const held = hold(store, session, place, place.createRevision);
  return {
    key: held.key,
    signal: held.signal,
    get isPresent() {
      return held.isHeld;
    },
    update: async (value) => {
      held.signal.throwIfAborted();
      const { succeeded } = await answered(store, held.signal, () =>
        store.txn({
          compare: [createRevisionIs(held.key, held.token)],
          success: [putOp(held.key, value, session.lease)],
        }),
      );
      if (!succeeded) throw new EvictedError(`${held.key} was deleted`);
    },
    leave: () => held.release(),
  };
}

export interface Present {
  readonly kvs: readonly KeyValue[];
  readonly revision: number;
}

/** Who is there now, and again after each change; complete each time. Never ends by itself. */
export async function* present(
  store: RecipeStore,
  prefix: string,
  signal: AbortSignal,
): AsyncGenerator<Present, void, void> {
  try {
    while (!signal.aborted) {
      const { kvs, revision } = await answered(store, signal, () => store.get({ prefix }, { signal }));
      yield { kvs, revision };
      yield* changes(store, prefix, { kvs, revision, signal });
    }
  } catch (cause) {
    if (!signal.aborted) throw cause;
  }
}

/** Ends when history is gone: then the list is read again. */
async function* changes(
  store: RecipeStore,
  prefix: string,
  from: Present & { readonly signal: AbortSignal },
): AsyncGenerator<Present, void, void> {
  const there = new Map(from.kvs.map((kv) => [toByteString(kv.key), kv]));
  try {
    const watch = store.watch({ prefix }, { startRevision: from.revision + 1, signal: from.signal });
    for await (const { events, revision } of watch) {
      for (const { type, kv } of events) {
        if (kv === undefined) continue;
        if (type === EventType.DELETE) there.delete(toByteString(kv.key));
        else there.set(toByteString(kv.key), kv);
      }
      if (events.length > 0) yield { kvs: [...there.values()], revision };
    }
  } catch (cause) {
    if (!(cause instanceof CompactedError)) throw cause;
  }
}
