/** What a user may read, from what the roles of the user grant. */
import type { Grants, KeyRange } from '../../engines/engine.ts';
import { ALL_KEYS, isEverything, unionOf } from '../../engines/ranges.ts';

/** Null: everything. Empty: nothing. Sorted and disjoint. */
export function readableRanges({ isRoot, roles }: Grants): readonly KeyRange[] | null {
  if (isRoot) return null;
  const granted = roles.flatMap((role) => role.permissions).filter(({ type }) => type !== 'write');
  const ranges = unionOf(granted.map(({ key, end }) => (key.length === 0 ? { ...ALL_KEYS, end } : { key, end })));
  return isEverything(ranges) ? null : ranges;
}
