/** The leases in words: what ends soon, what nobody renews, how much of it is known. */
import type { LeaseFilter, LeaseList } from '../../lib/api/lease-types.ts';
import type { LeaseView } from '../../lib/api/types.ts';
import { formatCount, plural } from '../../lib/format/number.ts';
import { durationText } from '../../lib/format/time.ts';

export interface Ending {
  readonly leases: number;
  readonly keys: number;
  readonly unkeptLeases: number;
  readonly unkeptKeys: number;
}

/** The calendar's seconds together. */
export function endingOf({ calendar }: Pick<LeaseList, 'calendar'>): Ending {
  const sum = { leases: 0, keys: 0, unkeptLeases: 0, unkeptKeys: 0 };
  for (const second of calendar) {
    sum.leases += second.leases;
    sum.keys += second.keys;
    sum.unkeptLeases += second.unkeptLeases;
    sum.unkeptKeys += second.unkeptKeys;
  }
  return sum;
}

const withKeys = (leases: number, keys: number): string =>
  `${plural(leases, 'lease')} with ${keys === 0 ? 'no keys' : plural(keys, 'key')}`;

/** "2 leases with 5 keys end in the next 60 s unless they are renewed; 1 with 2 keys was not seen to be renewed". */
export function endingSentence({ leases, keys, unkeptLeases, unkeptKeys }: Ending): string {
  if (leases === 0) return 'Nothing ends in the next 60 s.';
  const end =
    leases === 1 ? 'ends in the next 60 s unless it is renewed' : 'end in the next 60 s unless they are renewed';
  const all = `${withKeys(leases, keys)} ${end}`;
  if (unkeptLeases === 0) return `${all}; all were seen to be renewed.`;
  if (unkeptLeases === leases)
    return `${all}; ${leases === 1 ? 'it was' : 'none was'} ${leases === 1 ? 'not ' : ''}seen to be renewed.`;
  return `${all}; ${withKeys(unkeptLeases, unkeptKeys)} ${unkeptLeases === 1 ? 'was' : 'were'} not seen to be renewed.`;
}

/** How much of the list is known, and how old the oldest time is. */
export function knownText({ total, read, oldestAt, at, counts, isOfReadable }: LeaseList): string {
  const parts: string[] = [];
  if (isOfReadable) parts.push('only leases of keys you may read');
  if (read < total) parts.push(`times of ${formatCount(read)} of ${formatCount(total)} read so far`);
  else if (oldestAt !== null) parts.push(`times read within the last ${durationText(Math.max(1_000, at - oldestAt))}`);
  if (counts === 'readable' && !isOfReadable) parts.push('keys are those you may read');
  if (counts === 'unknown') parts.push('keys are not followed: open a lease to see its keys');
  return parts.join('; ');
}

/** What ends with a lease, as the sentence of its revocation. */
export function endsWith({ keyCount, hasHidden }: LeaseView): string {
  if (keyCount === 0) {
    return hasHidden
      ? 'When it ends, keys that you may not read disappear with it.'
      : 'No key is attached: nothing disappears with it.';
  }
  const keys = hasHidden ? `${plural(keyCount, 'key')} and others that you may not read` : plural(keyCount, 'key');
  return `When it ends, ${keys} ${keyCount === 1 && !hasHidden ? 'disappears' : 'disappear'} with it.`;
}

export const FILTER_WORDS: Readonly<Record<LeaseFilter, string>> = {
  ending: 'Ending in 60 s',
  overdue: 'Renewal overdue',
  keyless: 'Without keys',
};
