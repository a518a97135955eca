/** Leases in the words of the API: sorted, filtered, cut to a page; and what ends in each of the next seconds. Pure. */
import {
  LEASE_CALENDAR_SECONDS,
  type LeaseCalendarSecond,
  type LeaseList,
  type LeaseListQuery,
  type LeaseReading,
  type LeaseRow,
} from '../../../lib/api/lease-types.ts';
import { type ByteString, toByteString, utf8Encode } from '../../../lib/base/bytes.ts';
import { byteStringToWire } from '../../../lib/keys/wire-bytes.ts';
import type { LeaseRecord } from './lease-book.ts';

/** Keys shown of each lease; `keyCount` counts all. */
const ROW_KEYS_MAX = 3;

export interface Pile {
  readonly records: readonly LeaseRecord[];
  /** Null: not known. */
  readonly keysOf: ((lease: bigint) => ReadonlySet<ByteString>) | null;
  readonly now: number;
}

type Counts = Pick<
  LeaseList,
  'total' | 'read' | 'oldestAt' | 'matching' | 'offset' | 'leases' | 'keyless' | 'overdue' | 'calendar'
>;

export function leasePage(pile: Pile, query: LeaseListQuery): Counts {
  const { records } = pile;
  const read = records.filter(({ at }) => at !== 0);
  const matching = records.filter((record) => isWanted(record, pile, query));
  const ordered = sorted(matching, pile, query).slice(query.offset, query.offset + query.limit);
  return {
    total: records.length,
    read: read.length,
    oldestAt: read.length === 0 ? null : read.reduce((oldest, { at }) => Math.min(oldest, at), pile.now),
    matching: matching.length,
    offset: query.offset,
    leases: ordered.map((record) => rowOf(record, pile)),
    keyless: pile.keysOf === null ? 0 : records.filter(({ id }) => pile.keysOf?.(id).size === 0).length,
    overdue: read.filter(isOverdue).length,
    calendar: calendarOf(read, pile),
  };
}

export const readingOf = (record: LeaseRecord): LeaseReading | null =>
  record.at === 0
    ? null
    : {
        grantedTtlSeconds: String(record.grantedTtlSeconds),
        remainingTtlSeconds: String(record.remainingTtlSeconds),
        at: record.at,
        rhythm: record.renewals.rhythm(record.grantedTtlSeconds),
      };

function rowOf(record: LeaseRecord, { keysOf }: Pile): LeaseRow {
  const keys = keysOf?.(record.id) ?? null;
  return {
    id: record.hex,
    time: readingOf(record),
    keyCount: keys?.size ?? null,
    keys: keys === null ? [] : [...firstOf(keys, ROW_KEYS_MAX)].map(byteStringToWire),
  };
}

function* firstOf<T>(values: Iterable<T>, count: number): Generator<T> {
  let taken = 0;
  for (const value of values) {
    if (taken++ === count) return;
    yield value;
  }
}

const endsAt = ({ at, remainingTtlSeconds }: LeaseRecord): number => at + remainingTtlSeconds * 1_000;

const isOverdue = ({ renewals, grantedTtlSeconds }: LeaseRecord): boolean =>
  renewals.pace(grantedTtlSeconds) === 'overdue';

function isWanted(record: LeaseRecord, { keysOf, now }: Pile, { only, find }: LeaseListQuery): boolean {
  if (find !== '' && !record.hex.includes(find.toLowerCase())) {
    const bytes = toByteString(utf8Encode(find));
    if (![...(keysOf?.(record.id) ?? [])].some((key) => key.includes(bytes))) return false;
  }
  switch (only) {
    case null:
      return true;
    case 'keyless':
      return keysOf?.(record.id).size === 0;
    case 'ending':
      return record.at !== 0 && endsAt(record) - now <= LEASE_CALENDAR_SECONDS * 1_000;
    case 'overdue':
      return record.at !== 0 && isOverdue(record);
  }
}

/** A new array. Ties in the order of ids, so that rows with equal times do not swap places; what was not read yet comes last. */
function sorted(records: readonly LeaseRecord[], { keysOf }: Pile, query: LeaseListQuery): LeaseRecord[] {
  const sign = query.descending ? -1 : 1;
  const value = (record: LeaseRecord): number => {
    switch (query.sort) {
      case 'left':
        return endsAt(record);
      case 'granted':
        return record.grantedTtlSeconds;
      case 'keys':
        return keysOf?.(record.id).size ?? 0;
      case 'id':
        return 0;
    }
  };
  const needsTime = query.sort === 'left' || query.sort === 'granted';
  return records
    .map((record) => ({ record, value: value(record), isLast: needsTime && record.at === 0 }))
    .sort(
      (a, b) =>
        Number(a.isLast) - Number(b.isLast) || sign * (a.value - b.value || compareHex(a.record.hex, b.record.hex)),
    )
    .map(({ record }) => record);
}

/** Hex ids by value: a shorter one is smaller. */
const compareHex = (a: string, b: string): number => a.length - b.length || (a < b ? -1 : a > b ? 1 : 0);

function calendarOf(read: readonly LeaseRecord[], { keysOf, now }: Pile): LeaseCalendarSecond[] {
  const seconds = Array.from({ length: LEASE_CALENDAR_SECONDS }, () => ({
    ...{ leases: 0, keys: 0, unkeptLeases: 0, unkeptKeys: 0 },
  }));
  for (const record of read) {
    // What should have ended by now, and was not asked for since, is due in the first second.
    const at = Math.max(0, Math.floor((endsAt(record) - now) / 1_000));
    const second = seconds[at];
    if (second === undefined) continue;
    const keys = keysOf?.(record.id).size ?? 0;
    second.leases++;
    second.keys += keys;
    if (record.renewals.pace(record.grantedTtlSeconds) === 'kept') continue;
    second.unkeptLeases++;
    second.unkeptKeys += keys;
  }
  return seconds;
}
