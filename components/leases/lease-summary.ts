/** The leases in words: what ends soon, and what is held by nothing. */
import type { LeaseView } from '../../lib/api/types.ts';
import { plural } from '../../lib/format/number.ts';
import { leaseTime } from './lease-time.ts';

export const SUMMARY_MS = 60_000;

export interface LeaseSummary {
  readonly total: number;
  readonly endingLeases: number;
  readonly endingKeys: number;
  readonly orphans: number;
}

export function summarise(leases: readonly LeaseView[], now: number): LeaseSummary {
  let endingLeases = 0;
  let endingKeys = 0;
  let orphans = 0;
  for (const lease of leases) {
    const { leftMs, state } = leaseTime(lease, now);
    if (lease.keyCount === 0) orphans++;
    if (state === 'gone' || leftMs > SUMMARY_MS) continue;
    endingLeases++;
    endingKeys += lease.keyCount;
  }
  return { total: leases.length, endingLeases, endingKeys, orphans };
}

/** "2 leases with 5 keys end in the next 60 s unless they are renewed". */
export function endingSentence({ endingLeases, endingKeys }: LeaseSummary): string {
  if (endingLeases === 0) return 'Nothing ends in the next 60 s';
  const keys = endingKeys === 0 ? 'no keys' : plural(endingKeys, 'key');
  return endingLeases === 1
    ? `1 lease with ${keys} ends in the next 60 s unless it is renewed`
    : `${plural(endingLeases, 'lease')} with ${keys} end in the next 60 s unless they are renewed`;
}

/** What ends with a lease, as the sentence of its revocation. */
export function endsWith(lease: LeaseView): string {
  if (lease.keyCount === 0) return 'No key is attached: nothing disappears with it.';
  return `When it ends, ${plural(lease.keyCount, 'key')} ${lease.keyCount === 1 ? 'disappears' : 'disappear'} with it.`;
}

export const LEASE_FILTERS = {
  ending: 'Ending in 60 s',
  overdue: 'Renewal overdue',
  keyless: 'Without keys',
} as const;
export type LeaseFilter = keyof typeof LEASE_FILTERS;

/** Clients renew at a third of the TTL: with less than this left, nobody keeps it alive, or somebody who is in trouble. */
const OVERDUE_SHARE = 0.5;

/** As of the moment the store said so: a row does not come and go between two answers. */
export function filterLeases(leases: readonly LeaseView[], filter: LeaseFilter | null): readonly LeaseView[] {
  if (filter === null) return leases;
  return leases.filter((lease) => {
    const { leftMs, share, state } = leaseTime(lease, lease.at);
    if (filter === 'keyless') return lease.keyCount === 0;
    return state !== 'gone' && (filter === 'ending' ? leftMs <= SUMMARY_MS : share < OVERDUE_SHARE);
  });
}

export type LeaseSort = 'left' | 'granted' | 'keys' | 'id';

/** A new array; ties in the order of ids, so that rows with equal times do not swap places. */
export function sortLeases(
  leases: readonly LeaseView[],
  by: { readonly column: LeaseSort; readonly descending: boolean },
): readonly LeaseView[] {
  const value = (lease: LeaseView): number => {
    switch (by.column) {
      case 'left':
        // The moment it ends does not change as time passes: rows stay put between two answers.
        return lease.at + Number(lease.remainingTtlSeconds) * 1000;
      case 'granted':
        return Number(lease.grantedTtlSeconds);
      case 'keys':
        return lease.keyCount;
      case 'id':
        return 0;
    }
  };
  const sign = by.descending ? -1 : 1;
  return [...leases].sort((a, b) => sign * (value(a) - value(b) || compareHex(a.id, b.id)));
}

/** Hex ids by value: a shorter one is smaller. */
const compareHex = (a: string, b: string): number => a.length - b.length || (a < b ? -1 : a > b ? 1 : 0);
