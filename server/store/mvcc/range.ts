/**
 * Range, option by option as etcd's apply does it:
 * - `count` = keys in the range at the revision, whatever limit and filters say;
 * - without sort order and filters the scan stops one key after the limit, in key order, even when a sort target is set
 *   (the target then orders only those: etcd's quirk); otherwise everything is read, filtered, sorted, then cut;
 * - a target other than KEY with order NONE sorts ascending.
 */
import { compareBytes } from '../../../lib/base/bytes.ts';
import { type RangeRequest, type RangeResponse, SortOrder, SortTarget } from '../../../lib/base/etcdpb/kv.ts';
import type { KeyValue } from '../../../lib/base/etcdpb/mvcc.ts';
import { type KeyRange, keyRangeOf } from './key-range.ts';
import type { KvStore } from './kv-store.ts';
import type { Row } from './row-table.ts';

/** @throws EtcdError compacted | future revision */
export function executeRange(kv: KvStore, request: RangeRequest): RangeResponse {
  kv.counts.range();
  kv.checkReadable(request.revision);
  const range = keyRangeOf(request);
  if (request.countOnly) {
    return { header: undefined, kvs: [], more: false, count: countAt(kv, range, request.revision) };
  }
  const scansAll = request.sortOrder !== SortOrder.NONE || hasFilters(request);
  const scanMax = request.limit > 0 && !scansAll ? request.limit + 1 : Number.MAX_SAFE_INTEGER;
  const { rows, count } = collect(kv, { range, revision: request.revision, scanMax });
  const filtered = hasFilters(request) ? rows.filter((row) => passesFilters(kv, row, request)) : rows;
  sortRows(kv, filtered, request);
  const more = request.limit > 0 && filtered.length > request.limit;
  if (more) filtered.length = request.limit;
  const kvs: KeyValue[] = filtered.map((row) => kv.keyValue(row, request));
  return { header: undefined, kvs, more, count };
}

function countAt(kv: KvStore, range: KeyRange, revision: number): number {
  if (range.kind === 'range' && revision <= 0) return kv.index.countLive(range);
  let count = 0;
  kv.forEachLive(range, revision, () => {
    count++;
    return true;
  });
  return count;
}

function collect(
  kv: KvStore,
  options: { readonly range: KeyRange; readonly revision: number; readonly scanMax: number },
): { rows: Row[]; count: number } {
  const { range, revision, scanMax } = options;
  const rows: Row[] = [];
  let count = 0;
  let stopped = false;
  const countsByTree = range.kind === 'range' && revision <= 0;
  kv.forEachLive(range, revision, (row) => {
    count++;
    if (rows.length < scanMax) rows.push(row);
    stopped = countsByTree && rows.length >= scanMax;
    return !stopped;
  });
  return { rows, count: stopped ? countAt(kv, range, revision) : count };
}

function hasFilters(request: RangeRequest): boolean {
  return (
    request.minModRevision !== 0 ||
    request.maxModRevision !== 0 ||
    request.minCreateRevision !== 0 ||
    request.maxCreateRevision !== 0
  );
}

function passesFilters(kv: KvStore, row: Row, request: RangeRequest): boolean {
  const { rows } = kv.index;
  const mod = rows.main(row);
  const create = rows.createRevision(row);
  return (
    (request.minModRevision === 0 || mod >= request.minModRevision) &&
    (request.maxModRevision === 0 || mod <= request.maxModRevision) &&
    (request.minCreateRevision === 0 || create >= request.minCreateRevision) &&
    (request.maxCreateRevision === 0 || create <= request.maxCreateRevision)
  );
}

function sortRows(kv: KvStore, list: Row[], request: RangeRequest): void {
  const { rows } = kv.index;
  const { sortTarget, sortOrder } = request;
  if (sortTarget === SortTarget.VERSION) list.sort((a, b) => rows.version(a) - rows.version(b));
  else if (sortTarget === SortTarget.CREATE) list.sort((a, b) => rows.createRevision(a) - rows.createRevision(b));
  else if (sortTarget === SortTarget.MOD) list.sort((a, b) => rows.main(a) - rows.main(b));
  else if (sortTarget === SortTarget.VALUE) sortByValue(kv, list);
  if (sortOrder === SortOrder.DESCEND) list.reverse();
}

/** Reads each value once. */
function sortByValue(kv: KvStore, list: Row[]): void {
  const values = new Map(list.map((row) => [row, kv.value(row)] as const));
  list.sort((a, b) => compareBytes(values.get(a) as Uint8Array, values.get(b) as Uint8Array));
}
