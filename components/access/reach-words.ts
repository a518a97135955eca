/** What somebody may do, in words. */
import type { AccessPermission, AccessReach } from '../../lib/api/access-types.ts';
import type { WireRange } from '../../lib/api/types.ts';
import { rangeWords } from '../../lib/keys/range-words.ts';
import type { Extent } from '../../lib/keys/who-can.ts';

/** In one phrase; a role says the rest. */
const RANGES_NAMED_MAX = 6;

function listed(ranges: readonly WireRange[]): string {
  const words = ranges.slice(0, RANGES_NAMED_MAX).map(rangeWords).join(', ');
  const more = ranges.length - RANGES_NAMED_MAX;
  return more > 0 ? `${words} and ${more} more` : words;
}

/** "reads and writes /app/…", "reads every key, writes /app/…", "nothing". */
export function reachWords({ read, write }: AccessReach): string {
  if (read.length === 0 && write.length === 0) return 'nothing';
  if (JSON.stringify(read) === JSON.stringify(write)) return `reads and writes ${listed(read)}`;
  const parts = [
    ...(read.length === 0 ? [] : [`reads ${listed(read)}`]),
    ...(write.length === 0 ? [] : [`writes ${listed(write)}`]),
  ];
  return parts.join(', ');
}

export const TYPE_WORDS: Readonly<Record<AccessPermission['type'], string>> = {
  read: 'read',
  write: 'write',
  readwrite: 'read and write',
};

/** Of one key there is no part. */
export const EXTENT_WORDS: Readonly<Record<Extent, string>> = { all: 'yes', part: 'some of it', none: 'no' };
