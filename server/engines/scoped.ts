/**
 * An engine that sees only some ranges of the keys: those its user may read. Whoever lists, watches or reads history of
 * more gets the part that is allowed, as if the store held nothing else. Writes and reads of single keys pass: about those
 * the store itself decides, in its own words.
 */

import { GrpcCode } from '../../lib/base/grpc-status.ts';
import { contains, intersect, type KeyRange, unionOf } from '../../lib/keys/ranges.ts';
import {
  type ChangesRequest,
  type ChangesResult,
  type Engine,
  EngineError,
  type HistoryCapability,
  type KvCapability,
  type LeaseCapability,
  type ListRequest,
  type ListResult,
  type StoredEvent,
  type StoredKey,
} from './engine.ts';

/** @param readable at least one range */
export function scopeEngine(engine: Engine, readable: readonly KeyRange[]): Engine {
  const ranges = unionOf(readable);
  const { kind, endpoints, kv, leases, cluster, history, access, maintenance, metrics, extras } = engine;
  return {
    kind,
    endpoints,
    kv: { list: (request) => listWithin(kv, ranges, request), write: (request) => kv.write(request) },
    leases: leases === null ? null : scopeLeases(leases, ranges),
    cluster,
    access,
    maintenance,
    metrics,
    extras,
    history: history === null ? null : scopeHistory(history, ranges),
    watch: (request, handler) =>
      engine.watch({ ...request, ranges: request.ranges.flatMap((range) => allowedParts(range, ranges)) }, handler),
    cost: () => engine.cost(),
    close: (why) => engine.close(why),
  };
}

/** What is not allowed at all goes to the store as it is, to be refused there. */
function allowedParts(range: KeyRange, ranges: readonly KeyRange[]): readonly KeyRange[] {
  const parts = range.end.length === 0 ? [] : intersect(range, ranges);
  return parts.length === 0 ? [{ key: range.key, end: range.end }] : parts;
}

/** Servers before 3.5 name every key of a lease to anybody; later ones none, if one of them is not for whoever asks. */
function scopeLeases(leases: LeaseCapability, ranges: readonly KeyRange[]): LeaseCapability {
  return {
    ...leases,
    read: async (id, withKeys = true) => {
      const state = await leases.read(id, withKeys).catch(async (error: unknown) => {
        if (!(error instanceof EngineError) || error.code !== GrpcCode.PERMISSION_DENIED) throw error;
        return { ...(await leases.read(id, false)), hasHidden: true };
      });
      const keys = state.keys.filter((key) => contains(ranges, key));
      return { ...state, keys, hasHidden: state.hasHidden || keys.length < state.keys.length };
    },
  };
}

function scopeHistory(history: HistoryCapability, ranges: readonly KeyRange[]): HistoryCapability {
  return {
    changes: async (request) => {
      const parts = allowedParts(request, ranges).map((range) => history.changes({ ...request, ...range }));
      return mergeChanges(await Promise.all(parts), request);
    },
    compactedRevision: (known) => history.compactedRevision(known, ranges[0]?.key),
  };
}

/** Range by range at one revision, until `limit` keys are found; the rest is only counted. */
async function listWithin(kv: KvCapability, ranges: readonly KeyRange[], request: ListRequest): Promise<ListResult> {
  const parts = allowedParts(request, ranges);
  const limit = request.limit ?? 0;
  const kvs: StoredKey[] = [];
  let revision = 0;
  let pinned = request.revision ?? 0;
  let count = 0;
  let more = false;
  for (const part of parts) {
    const isFull = limit > 0 && kvs.length >= limit;
    const page = await kv.list({
      ...request,
      ...part,
      revision: pinned,
      ...(limit > 0 && !isFull ? { limit: limit - kvs.length } : {}),
      ...(isFull ? { countOnly: true } : {}),
    });
    revision = Math.max(revision, page.revision);
    // The later parts are read where the first one stood.
    if (pinned === 0) pinned = page.revision;
    kvs.push(...page.kvs);
    count += page.count;
    more ||= page.more || (isFull && page.count > 0);
  }
  return { revision: request.revision === undefined || request.revision === 0 ? pinned : revision, kvs, more, count };
}

function mergeChanges(parts: readonly ChangesResult[], request: ChangesRequest): ChangesResult {
  const all: StoredEvent[] = parts.flatMap((part) => part.events).sort((a, b) => a.kv.modRevision - b.kv.modRevision);
  const events = all.slice(-request.eventsMax);
  return {
    events,
    dropped: events.length < all.length || parts.some((part) => part.dropped),
    complete: parts.every((part) => part.complete),
  };
}
