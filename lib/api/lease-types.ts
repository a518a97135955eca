/** What the routes about many leases say; see types.ts for the conventions. */
import type { WireBytes, WireHexId, WireInt, WireTime } from './types.ts';

export const LEASE_SORTS = ['left', 'granted', 'keys', 'id'] as const;
export type LeaseSort = (typeof LEASE_SORTS)[number];

/**
 * ending: time is up within LEASE_CALENDAR_SECONDS unless renewed. overdue: more than half of its time passed without a renewal.
 * keyless: nothing hangs on it.
 */
export const LEASE_FILTERS = ['ending', 'overdue', 'keyless'] as const;
export type LeaseFilter = (typeof LEASE_FILTERS)[number];

export const LEASE_PAGE_MAX = 500;
/** Ids in one question about times. */
export const LEASE_TIMES_MAX = 200;
export const LEASE_CALENDAR_SECONDS = 60;

/** Who keeps a lease alive, as far as its time left told when it was asked for again and again. */
export interface LeaseRhythm {
  /** Asked for without a longer pause since then. */
  readonly observedFrom: WireTime;
  /** Renewals, oldest first, each right to a second: the store tells whole seconds. The first may be the grant. */
  readonly renewals: readonly WireTime[];
  /** Between two renewals; null: not seen often enough to say, or quicker than whole seconds can show. */
  readonly everyMs: number | null;
  /** kept: renewed while watched. overdue: half of its time is gone without a renewal. unknown: not watched long enough. */
  readonly pace: 'kept' | 'overdue' | 'unknown';
}

/** What the store said of a lease at `at`. Count down from there. */
export interface LeaseReading {
  readonly grantedTtlSeconds: WireInt;
  readonly remainingTtlSeconds: WireInt;
  readonly at: WireTime;
  readonly rhythm: LeaseRhythm;
}

export interface LeaseRow {
  readonly id: WireHexId;
  /** Null: not read yet. */
  readonly time: LeaseReading | null;
  /** Null: the console does not follow this store's keys. */
  readonly keyCount: number | null;
  /** The first of them. */
  readonly keys: readonly WireBytes[];
}

/** What ends in one second of the next LEASE_CALENDAR_SECONDS, unless renewed. */
export interface LeaseCalendarSecond {
  readonly leases: number;
  readonly keys: number;
  /** Those of them that nobody was seen to renew. */
  readonly unkeptLeases: number;
  readonly unkeptKeys: number;
}

export interface LeaseList {
  /** Keys are as they were then. */
  readonly revision: WireInt;
  readonly at: WireTime;
  /** All leases of the store, or all that this user is told of. */
  readonly total: number;
  /** Only leases of keys that this user may read: since 3.5 a store tells no others to whoever may not read every key of every lease. */
  readonly isOfReadable: boolean;
  /** Those whose time is known; the rest is being read. */
  readonly read: number;
  /** The oldest of the times known; null: none is. */
  readonly oldestAt: WireTime | null;
  /** What `keyCount` counts: every key, those this user may read, or nothing because keys are not followed. */
  readonly counts: 'all' | 'readable' | 'unknown';
  /** Those that fit the filter. */
  readonly matching: number;
  readonly offset: number;
  readonly leases: readonly LeaseRow[];
  readonly keyless: number;
  readonly overdue: number;
  /** From `at` on, one for each second. Of leases whose time is known. */
  readonly calendar: readonly LeaseCalendarSecond[];
}

export interface LeaseListQuery {
  readonly sort: LeaseSort;
  readonly descending: boolean;
  readonly only: LeaseFilter | null;
  /** Part of the id, or of the name of a key. */
  readonly find: string;
  readonly offset: number;
  readonly limit: number;
}

/** In the order asked for. */
export interface LeaseTimes {
  readonly at: WireTime;
  readonly leases: readonly { readonly id: WireHexId; readonly time: LeaseReading | null }[];
}
