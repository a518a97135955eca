/** Stretches of changes for replay, and which revision was current at a moment. */
import type { ChangesPage, RevisionAt } from '../../../lib/api/types.ts';
import { GrpcCode } from '../../../lib/base/grpc-status.ts';
import { ConsoleError } from '../errors.ts';
import { toChangeEvent } from '../hub/change-event.ts';
import { explainCompacted, type StoreContext } from './context.ts';

/** Revisions in one page; the store reads all of them. */
export const CHANGES_REVISIONS_MAX = 500;
/** A single revision holds at most as many as one transaction may delete, which has no bound of its own. */
const CHANGES_EVENTS_MAX = 200_000;
/** How long a revision that the watch has not reached yet is waited for. */
const FOLLOW_MS = 1_000;
const ALL = { key: Uint8Array.of(0), end: Uint8Array.of(0) };

export async function pastChanges(
  context: StoreContext,
  query: { readonly from: number; readonly to: number },
): Promise<ChangesPage> {
  const { hub } = context;
  await hub.follows(query.from, FOLLOW_MS);
  if (query.from > hub.revision) {
    throw new ConsoleError(
      GrpcCode.OUT_OF_RANGE,
      `revision ${query.from} does not exist yet; the newest is ${hub.revision}`,
      { revision: String(query.from), current: String(hub.revision) },
    );
  }
  const to = Math.min(query.to, query.from + CHANGES_REVISIONS_MAX - 1, hub.revision);
  const recent = hub.recent?.since(query.from - 1) ?? null;
  const changes =
    recent === null
      ? await readChanges(context, query.from, to)
      : recent.filter((change) => Number(change.revision) <= to);
  return { from: String(query.from), to: String(to), changes };
}

async function readChanges(context: StoreContext, from: number, to: number): Promise<ChangesPage['changes']> {
  const { history } = context.engine;
  if (history === null) throw new ConsoleError(GrpcCode.UNIMPLEMENTED, 'this store keeps no history of changes');
  try {
    const request = { ...ALL, fromRevision: from, toRevision: to, eventsMax: CHANGES_EVENTS_MAX };
    const { events, dropped, complete } = await history.changes(request);
    if (dropped) {
      throw new ConsoleError(
        GrpcCode.RESOURCE_EXHAUSTED,
        `revisions ${from} to ${to} hold more than ${CHANGES_EVENTS_MAX} changes`,
      );
    }
    if (!complete)
      throw new ConsoleError(GrpcCode.UNAVAILABLE, `the store did not tell all changes up to ${to} in time`);
    return events.map((event) => ({ ...toChangeEvent(event, 0), at: context.hub.timeOf(event.kv.modRevision) }));
  } catch (error) {
    throw await explainCompacted(context, from, error);
  }
}

export function revisionAt({ hub }: StoreContext, time: number): RevisionAt {
  const found = hub.revisionAt(time);
  return {
    time,
    revision: found === null ? null : String(found.revision),
    at: found?.at ?? null,
    exact: found?.exact ?? false,
    watchingSince: hub.times.samples()[0]?.at ?? null,
  };
}
