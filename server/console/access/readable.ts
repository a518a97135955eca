/** What a user may read, from what the roles of the user grant. */

import type { StoreAccess } from '../../../lib/api/types.ts';
import { prefixRangeEnd, utf8Encode } from '../../../lib/base/bytes.ts';
import { ALL_KEYS, isEverything, type KeyRange, subtract, unionOf } from '../../../lib/keys/ranges.ts';
import { fromWire } from '../../../lib/keys/wire-bytes.ts';
import type { Grants } from '../../engines/engine.ts';

/** Null: everything. Empty: nothing. Sorted and disjoint. */
export function readableRanges({ isRoot, roles }: Grants): readonly KeyRange[] | null {
  if (isRoot) return null;
  const granted = roles.flatMap((role) => role.permissions).filter(({ type }) => type !== 'write');
  const ranges = unionOf(granted.map(({ key, end }) => (key.length === 0 ? { ...ALL_KEYS, end } : { key, end })));
  return isEverything(ranges) ? null : ranges;
}

/** Whether whoever sees a store like this may read everything under a prefix. */
export function mayReadAll(access: StoreAccess, prefix: string): boolean {
  if (access.mode !== 'user' || access.isRoot || access.readable === null) return true;
  const key = utf8Encode(prefix);
  const ranges = access.readable.map((range) => ({ key: fromWire(range.key), end: fromWire(range.end) }));
  return subtract({ key, end: prefixRangeEnd(key) }, unionOf(ranges)).length === 0;
}
