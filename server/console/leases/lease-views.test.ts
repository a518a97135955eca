import { expect, test } from 'vitest';
import type { LeaseListQuery } from '../../../lib/api/lease-types.ts';
import type { ByteString } from '../../../lib/base/bytes.ts';
import type { LeaseRecord } from './lease-book.ts';
import { leasePage } from './lease-views.ts';
import { Renewals } from './renewals.ts';

const NOW = 1_000_000;
const QUERY: LeaseListQuery = { sort: 'left', descending: false, only: null, find: '', offset: 0, limit: 100 };

function record(id: bigint, grantedTtlSeconds: number, remainingTtlSeconds: number, at = NOW): LeaseRecord {
  const renewals = new Renewals();
  if (at !== 0) renewals.note({ grantedTtlSeconds, remainingTtlSeconds, at });
  return { id, hex: id.toString(16), grantedTtlSeconds, remainingTtlSeconds, at, renewals };
}

const KEYS = new Map<bigint, ReadonlySet<ByteString>>([
  [1n, new Set(['/a/1', '/a/2', '/a/3', '/a/4'] as ByteString[])],
  [2n, new Set(['/b'] as ByteString[])],
]);
const keysOf = (lease: bigint) => KEYS.get(lease) ?? new Set<ByteString>();
const page = (records: readonly LeaseRecord[], query: Partial<LeaseListQuery> = {}) =>
  leasePage({ records, keysOf, now: NOW }, { ...QUERY, ...query });
const ids = (records: readonly LeaseRecord[], query: Partial<LeaseListQuery> = {}) =>
  page(records, query).leases.map(({ id }) => id);

const some = [record(3n, 600, 500), record(1n, 60, 10), record(0x10n, 0, 0, 0), record(2n, 60, 50)];

test('leases come soonest to end first, or last, and those not read yet at the end either way', () => {
  expect(ids(some)).toEqual(['1', '2', '3', '10']);
  expect(ids(some, { descending: true })).toEqual(['3', '2', '1', '10']);
  expect(ids(some, { sort: 'keys', descending: true })).toEqual(['1', '2', '10', '3']);
  expect(ids(some, { sort: 'id' }), 'ids by value, not as text').toEqual(['1', '2', '3', '10']);
});

test('a page is cut out of the ordered whole, with how many there are', () => {
  const cut = page(some, { offset: 1, limit: 2 });
  expect(cut.leases.map(({ id }) => id)).toEqual(['2', '3']);
  expect([cut.total, cut.matching, cut.read, cut.oldestAt]).toEqual([4, 4, 3, NOW]);
});

test('the first keys are shown, all are counted', () => {
  expect(page(some).leases[0]).toMatchObject({ keyCount: 4, keys: ['/a/1', '/a/2', '/a/3'] });
});

test('finders: what ends in a minute, what nobody renewed, what holds nothing', () => {
  expect(ids(some, { only: 'ending' })).toEqual(['1', '2']);
  expect(ids(some, { only: 'overdue' })).toEqual(['1']);
  expect(ids(some, { only: 'keyless' })).toEqual(['3', '10']);
});

test('a text finds leases by a part of their id or of the name of any of their keys', () => {
  expect(ids(some, { find: '/a/4' })).toEqual(['1']);
  expect(ids(some, { find: '1' })).toEqual(['1', '10']);
});

test('the calendar counts what ends in each second; what should have ended is due now', () => {
  const late = record(1n, 60, 5, NOW - 9_000);
  const { calendar } = page([late, record(2n, 60, 50), record(3n, 600, 500)]);
  expect(calendar).toHaveLength(60);
  expect(calendar[0]).toEqual({ leases: 1, keys: 4, unkeptLeases: 1, unkeptKeys: 4 });
  expect(calendar[50]).toEqual({ leases: 1, keys: 1, unkeptLeases: 1, unkeptKeys: 1 });
  expect(calendar.reduce((sum, { leases }) => sum + leases, 0)).toBe(2);
});

test('where keys are not followed none are claimed', () => {
  const answer = leasePage({ records: some, keysOf: null, now: NOW }, QUERY);
  expect(answer.leases[0]).toMatchObject({ keyCount: null, keys: [] });
  expect(answer.keyless).toBe(0);
});
