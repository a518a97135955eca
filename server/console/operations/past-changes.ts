/** Stretches of changes for replay and for a watch that begins in the past, and which revision was current at a moment. */
import type { ChangesPage, PastChange, RevisionAt, WireBytes } from '../../../lib/api/types.ts';
import { type ByteString, fromByteString, toByteString } from '../../../lib/base/bytes.ts';
import { GrpcCode } from '../../../lib/base/grpc-status.ts';
import { wireToByteString } from '../../../lib/keys/wire-bytes.ts';
import { ConsoleError } from '../errors.ts';
import type { LoggedChange } from '../history/timeline.ts';
import { toChangeEvent } from '../hub/change-event.ts';
import { requireReached } from '../hub/reached.ts';
import { explainCompacted, requireRetained, type StoreContext } from './context.ts';

/** Revisions in one page; the store reads all of them. */
export const CHANGES_REVISIONS_MAX = 500;
/** The same where only some keys are asked for: the console reads as much, the browser gets less. */
export const NARROW_REVISIONS_MAX = 5_000;
/** A single revision holds at most as many as one transaction may delete, which has no bound of its own. */
const CHANGES_EVENTS_MAX = 200_000;
const ALL = { key: Uint8Array.of(0), end: Uint8Array.of(0) };

export interface ChangesQuery {
  /** Both inclusive. */
  readonly from: number;
  readonly to: number;
  /** Only keys that start with it. */
  readonly prefix?: WireBytes;
}

/**
 * From what the console saw where it still has all of it, values included; else the store's history is read.
 *
 * @throws ConsoleError OUT_OF_RANGE when `from` was compacted or lies in the future
 */
export async function pastChanges(context: StoreContext, query: ChangesQuery): Promise<ChangesPage> {
  const { hub } = context;
  await requireReached(hub, query.from);
  requireRetained(context, query.from);
  const most = query.prefix === undefined ? CHANGES_REVISIONS_MAX : NARROW_REVISIONS_MAX;
  // Beyond what the console has followed the store is asked: it may be ahead, or nothing there is for this user.
  const isFollowed = query.from <= hub.revision;
  const newest = isFollowed ? hub.revision : hub.storeRevision;
  const span = { from: query.from, to: Math.min(query.to, query.from + most - 1, newest) };
  const prefix = query.prefix === undefined ? ('' as ByteString) : wireToByteString(query.prefix);
  const page = { from: String(span.from), to: String(span.to) };
  const remembered = isFollowed ? (fromRecent(context, span, prefix) ?? fromTimeline(context, span, prefix)) : null;
  if (remembered !== null) return { ...page, source: 'memory', changes: remembered };
  return { ...page, source: 'store', changes: await readChanges(context, span, prefix) };
}

interface Span {
  readonly from: number;
  readonly to: number;
}

function fromRecent({ hub }: StoreContext, { from, to }: Span, prefix: ByteString): PastChange[] | null {
  const recent = hub.recent?.since(from - 1) ?? null;
  if (recent === null) return null;
  return recent.filter(
    (change) => Number(change.revision) <= to && (prefix === '' || wireToByteString(change.key).startsWith(prefix)),
  );
}

/** Null when it reaches not back so far, or a value is forgotten. */
function fromTimeline({ hub }: StoreContext, { from, to }: Span, prefix: ByteString): PastChange[] | null {
  const { timeline, values } = hub;
  if (!timeline.covers(from - 1) || !timeline.covers(to)) return null;
  const found: PastChange[] = [];
  for (const change of timeline.changes(from - 1, to)) {
    if (!change.key.startsWith(prefix)) continue;
    const value = change.after === null ? NO_VALUE : values.get(change.key, change.revision);
    if (value === undefined) return null;
    found.push(toPastChange(change, value));
  }
  return found;
}

const NO_VALUE = new Uint8Array();

/** As the watch told it: a delete's event has the key and its revision only. */
function toPastChange({ revision, at, key, after }: LoggedChange, value: Uint8Array): PastChange {
  const { createRevision, version, lease } = after ?? { createRevision: 0, version: 0, lease: 0n };
  const kv = { key: fromByteString(key), value, createRevision, modRevision: revision, version, lease };
  return toChangeEvent({ type: after === null ? 'delete' : 'put', kv, prev: null }, at);
}

async function readChanges(context: StoreContext, { from, to }: Span, prefix: ByteString): Promise<PastChange[]> {
  const { history } = context.engine;
  if (history === null) throw new ConsoleError(GrpcCode.UNIMPLEMENTED, 'this store keeps no history of changes');
  try {
    // All keys, whatever is asked for: only then has every revision an event, and an old server's answer a sure end.
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
    return events
      .filter(({ kv }) => prefix === '' || toByteString(kv.key).startsWith(prefix))
      .map((event) => ({ ...toChangeEvent(event, 0), at: context.hub.timeOf(event.kv.modRevision) }));
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
