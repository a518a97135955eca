/**
 * Transaction guards. A missing key compares as version = create = mod = lease = 0; a VALUE compare on a missing key is
 * false whatever the operator, NOT_EQUAL included. With a range end every living key must satisfy the guard, and an
 * empty range counts as one missing key.
 */
import { compareBytes, EMPTY_BYTES } from '../../../lib/base/bytes.ts';
import { type Compare, CompareResult, CompareTarget } from '../../../lib/base/etcdpb/kv.ts';
import { keyRangeOf } from './key-range.ts';
import type { KvStore } from './kv-store.ts';

/** What a guard looks at; `value` is only asked for VALUE. */
export interface Comparable {
  readonly version: number;
  readonly createRevision: number;
  readonly modRevision: number;
  readonly lease: bigint;
  value(): Uint8Array;
}

const MISSING: Comparable = { version: 0, createRevision: 0, modRevision: 0, lease: 0n, value: () => EMPTY_BYTES };

export function holds(kv: KvStore, compare: Compare): boolean {
  const { rows } = kv.index;
  kv.counts.range();
  let found = false;
  let all = true;
  kv.forEachLive(keyRangeOf(compare), 0, (row) => {
    found = true;
    all = compareOne(compare, {
      version: rows.version(row),
      createRevision: rows.createRevision(row),
      modRevision: rows.main(row),
      lease: rows.lease(row),
      value: () => kv.value(row),
    });
    return all;
  });
  return found ? all : compareMissing(compare);
}

function compareMissing(compare: Compare): boolean {
  return compare.target !== CompareTarget.VALUE && compareOne(compare, MISSING);
}

function compareOne(compare: Compare, kv: Comparable): boolean {
  const order = orderOf(compare, kv);
  switch (compare.result) {
    case CompareResult.EQUAL:
      return order === 0;
    case CompareResult.NOT_EQUAL:
      return order !== 0;
    case CompareResult.GREATER:
      return order > 0;
    case CompareResult.LESS:
      return order < 0;
    default:
      return true; // An operator of a later protocol: etcd lets it pass.
  }
}

/** Negative, 0 or positive: the stored field against the given one (0 or empty when none was given). */
function orderOf(compare: Compare, kv: Comparable): number {
  switch (compare.target) {
    case CompareTarget.VERSION:
      return kv.version - (compare.version ?? 0);
    case CompareTarget.CREATE:
      return kv.createRevision - (compare.createRevision ?? 0);
    case CompareTarget.MOD:
      return kv.modRevision - (compare.modRevision ?? 0);
    case CompareTarget.VALUE:
      return compareBytes(kv.value(), compare.value ?? EMPTY_BYTES);
    case CompareTarget.LEASE: {
      const lease = compare.lease ?? 0n;
      return kv.lease === lease ? 0 : kv.lease < lease ? -1 : 1;
    }
    default:
      return 0;
  }
}
