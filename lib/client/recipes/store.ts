/** What a recipe needs of a client, and the steps that all recipes are made of. */
import { SortOrder, SortTarget } from '../../base/etcdpb/kv.ts';
import { type Event, EventType, type KeyValue } from '../../base/etcdpb/mvcc.ts';
import { GrpcCode } from '../../base/grpc-status.ts';
import { type Bytes, type Client, rangeOf } from '../client.ts';
import { ClientError, CompactedError } from '../errors.ts';

/** A client, or the model check's stand-in for one. */
export type RecipeStore = Pick<Client, 'get' | 'txn' | 'watch' | 'host'>;

export interface WaitOptions {
  /** Aborting it gives the wait up: nothing stays behind in the store. */
  readonly signal?: AbortSignal | undefined;
}

const AGAIN_MS_MIN = 50;
const AGAIN_MS_MAX = 1_000;

/**
 * Repeats a step until the store has answered it. Only for steps that do no harm twice: reads, and transactions whose guard
 * lets at most one of the repetitions through. @throws what the store refuses, or the signal's reason.
 */
export async function answered<T>(store: RecipeStore, signal: AbortSignal, step: () => Promise<T>): Promise<T> {
  for (let failures = 0; ; failures++) {
    signal.throwIfAborted();
    try {
      return await step();
    } catch (cause) {
      signal.throwIfAborted();
      if (!isPassing(cause)) throw cause;
    }
    const full = Math.min(AGAIN_MS_MAX, AGAIN_MS_MIN * 2 ** failures);
    await store.host.sleep(full / 2 + (store.host.random() * full) / 2, signal);
  }
}

/** Whether asking again may help: nobody answered, or not in time. */
export const isPassing = (cause: unknown): boolean =>
  cause instanceof ClientError &&
  (cause.code === GrpcCode.UNAVAILABLE || cause.code === GrpcCode.DEADLINE_EXCEEDED || cause.maybeApplied);

/** The key under `prefix` that was created last before `revision`. */
export const lastCreatedBefore = (prefix: Bytes, revision: number) => ({
  requestRange: {
    ...rangeOf({ prefix }),
    limit: 1,
    maxCreateRevision: revision - 1,
    sortTarget: SortTarget.CREATE,
    sortOrder: SortOrder.DESCEND,
  },
});

/** The keys under `prefix` in the order in which they were created, up to and with `revision`; 0: all. */
export const inCreateOrder = (prefix: Bytes, revision = 0) => ({
  requestRange: {
    ...rangeOf({ prefix }),
    maxCreateRevision: revision,
    sortTarget: SortTarget.CREATE,
    sortOrder: SortOrder.ASCEND,
  },
});

export interface Life {
  readonly key: Bytes;
  /** Says which life of the key is meant. */
  readonly createRevision: number;
  /** A revision at which that life was seen. */
  readonly seenAt: number;
}

/** Resolves when that life of the key is over, or the signal aborts. `until` may end the wait at an earlier change. */
export async function endOf(
  store: RecipeStore,
  { key, createRevision, seenAt }: Life,
  signal: AbortSignal,
  until: (event: Event) => boolean = () => false,
): Promise<void> {
  const ends = (event: Event) =>
    event.type === EventType.DELETE || event.kv?.createRevision !== createRevision || until(event);
  for (let from = seenAt + 1; !signal.aborted; ) {
    try {
      for await (const { events } of store.watch({ key }, { startRevision: from, signal })) {
        if (events.some(ends)) return;
      }
    } catch (cause) {
      if (!(cause instanceof CompactedError)) throw cause;
      // What happened since is gone from the history: what stands there now tells as much.
      const { kvs, revision } = await answered(store, signal, () => store.get({ key }, { signal }));
      if (kvs[0]?.createRevision !== createRevision) return;
      from = revision + 1;
    }
  }
}

/**
 * Resolves at the first change under the prefix after `revision` for which `matters` holds, or when it cannot be told any more
 * whether there was one, or when the signal aborts: it is only ever a reason to look again.
 */
export async function changeUnder(
  store: RecipeStore,
  target: { readonly prefix: Bytes } | { readonly key: Bytes },
  options: {
    readonly revision: number;
    readonly signal: AbortSignal;
    readonly matters?: (event: Event) => boolean;
  },
): Promise<void> {
  const { signal, matters = () => true } = options;
  try {
    for await (const { events } of store.watch(target, { startRevision: options.revision + 1, signal })) {
      if (events.some(matters)) return;
    }
  } catch (cause) {
    if (!(cause instanceof CompactedError)) throw cause;
  }
}

const NANOS_PER_MS = 1_000_000;

/** `<prefix>/<nanoseconds since 1970>`, as Go's recipes name keys; the digits below a millisecond are chance. */
export function uniqueKey(store: RecipeStore, prefix: string): string {
  const nanos = BigInt(Math.floor(store.host.now())) * BigInt(NANOS_PER_MS);
  return `${prefix}/${nanos + BigInt(Math.floor(store.host.random() * NANOS_PER_MS))}`;
}

export const oldest = (kvs: readonly KeyValue[]): KeyValue | null =>
  kvs.reduce<KeyValue | null>(
    (best, kv) => (best === null || kv.createRevision < best.createRevision ? kv : best),
    null,
  );
