import { expect, test } from 'vitest';
import type { LeaseView } from '../../lib/api/types.ts';
import { endingSentence, endsWith, filterLeases, sortLeases, summarise } from './lease-summary.ts';

const lease = (id: string, remaining: number, keyCount = 0): LeaseView => ({
  id,
  grantedTtlSeconds: '600',
  remainingTtlSeconds: String(remaining),
  at: 0,
  keyCount,
  keys: [],
});

test('what ends within a minute is counted, what has ended or lasts longer is not', () => {
  const summary = summarise([lease('a', 30, 2), lease('b', 61, 4), lease('c', -1, 9), lease('d', 500)], 0);
  expect(summary).toEqual({ total: 4, endingLeases: 1, endingKeys: 2, orphans: 1 });
  expect(summarise([lease('b', 61, 4)], 2_000).endingLeases).toBe(1);
});

test('the sentence agrees in number', () => {
  expect(endingSentence(summarise([], 0))).toBe('Nothing ends in the next 60 s');
  expect(endingSentence(summarise([lease('a', 5, 1)], 0))).toBe(
    '1 lease with 1 key ends in the next 60 s unless it is renewed',
  );
  expect(endingSentence(summarise([lease('a', 5), lease('b', 5)], 0))).toBe(
    '2 leases with no keys end in the next 60 s unless they are renewed',
  );
  expect(endsWith(lease('a', 5, 3))).toBe('When it ends, 3 keys disappear with it.');
});

test('rows with equal times keep the order of their ids, by value', () => {
  const sorted = sortLeases([lease('ff', 5), lease('a0', 5), lease('9', 5), lease('b', 1)], {
    column: 'left',
    descending: false,
  });
  expect(sorted.map((one) => one.id)).toEqual(['b', '9', 'a0', 'ff']);
});

test('the finders show what ends soon, what nobody renews, and what holds nothing', () => {
  const all = [lease('a', 590, 2), lease('b', 200, 1), lease('c', 30), lease('d', -1, 1)];
  const ids = (filter: Parameters<typeof filterLeases>[1]) => filterLeases(all, filter).map(({ id }) => id);
  expect(ids(null)).toEqual(['a', 'b', 'c', 'd']);
  expect(ids('ending')).toEqual(['c']);
  expect(ids('overdue'), 'healthy clients renew at a third of the TTL').toEqual(['b', 'c']);
  expect(ids('keyless')).toEqual(['c']);
});
