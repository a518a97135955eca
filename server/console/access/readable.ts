/** What a user may read, from what the roles of the user grant. */

import { ALL_KEYS, isEverything, type KeyRange, unionOf } from '../../../lib/keys/ranges.ts';
import type { Grants } from '../../engines/engine.ts';

/** Null: everything. Empty: nothing. Sorted and disjoint. */
export function readableRanges({ isRoot, roles }: Grants): readonly KeyRange[] | null {
  if (isRoot) return null;
  const granted = roles.flatMap((role) => role.permissions).filter(({ type }) => type !== 'write');
  const ranges = unionOf(granted.map(({ key, end }) => (key.length === 0 ? { ...ALL_KEYS, end } : { key, end })));
  return isEverything(ranges) ? null : ranges;
}
