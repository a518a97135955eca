/** What one revision changed, with the versions before and after: from memory, or from the store's history. */
import { type ByteString, toByteString } from '../../../lib/base/bytes.ts';
import { GrpcCode } from '../../../lib/base/grpc-status.ts';
import { ConsoleError } from '../errors.ts';
import type { EntryChange } from '../hub/index-diff.ts';
import { entryOf } from '../hub/key-chunk.ts';
import { explainCompacted, requireRetained, type StoreContext } from '../operations/context.ts';
import { PLAN_KEYS_MAX, requireFitting } from './plan.ts';

const ALL = { key: Uint8Array.of(0), end: Uint8Array.of(0) };

/** @throws ConsoleError OUT_OF_RANGE when what stood there before is compacted */
export async function changesAt(context: StoreContext, revision: number): Promise<readonly EntryChange[]> {
  // Its previous versions are readable only one revision earlier.
  requireRetained(context, revision - 1);
  const { timeline } = context.hub;
  if (timeline.covers(revision - 1) && timeline.covers(revision)) return [...timeline.changes(revision - 1, revision)];
  const { history } = context.engine;
  if (history === null) throw new ConsoleError(GrpcCode.UNIMPLEMENTED, 'this store keeps no history of changes');
  try {
    const request = {
      ...ALL,
      fromRevision: revision,
      toRevision: revision,
      eventsMax: PLAN_KEYS_MAX,
      withPrevious: true,
    };
    const { events, dropped, complete } = await history.changes(request);
    if (dropped) requireFitting(Number.POSITIVE_INFINITY);
    if (!complete)
      throw new ConsoleError(GrpcCode.UNAVAILABLE, `the store did not tell in time what revision ${revision} changed`);
    return events.map(({ type, kv, prev }) => {
      const key = toByteString(kv.key) as ByteString;
      const existed = type === 'delete' || kv.version > 1;
      if (prev === null && existed) throw notRetained(revision);
      return { key, before: prev === null ? null : entryOf(prev), after: type === 'put' ? entryOf(kv) : null };
    });
  } catch (error) {
    throw await explainCompacted(context, revision, error);
  }
}

const notRetained = (revision: number): ConsoleError =>
  new ConsoleError(GrpcCode.OUT_OF_RANGE, `what stood there before revision ${revision} is not retained any more`, {
    revision: String(revision),
  });
