import { expect, test } from 'vitest';
import type { LeaseList } from '../../lib/api/lease-types.ts';
import { endingOf, endingSentence, endsWith, knownText } from './lease-summary.ts';

const second = (leases: number, keys: number, unkeptLeases = 0, unkeptKeys = 0) => ({
  ...{ leases, keys, unkeptLeases, unkeptKeys },
});

test('what ends in a minute is told with what nobody was seen to renew', () => {
  const calendar = [second(1, 2), second(0, 0), second(2, 3, 1, 2)];
  expect(endingSentence(endingOf({ calendar }))).toBe(
    '3 leases with 5 keys end in the next 60 s unless they are renewed; 1 lease with 2 keys was not seen to be renewed.',
  );
});

test('none, one and all read as sentences', () => {
  expect(endingSentence(second(0, 0))).toBe('Nothing ends in the next 60 s.');
  expect(endingSentence(second(1, 0, 1, 0))).toBe(
    '1 lease with no keys ends in the next 60 s unless it is renewed; it was not seen to be renewed.',
  );
  expect(endingSentence(second(2, 1, 2, 1))).toContain('; none was seen to be renewed.');
  expect(endingSentence(second(2, 1))).toContain('; all were seen to be renewed.');
});

const list: LeaseList = {
  ...{ revision: '1', at: 100_000, total: 10, read: 10, oldestAt: 88_000, counts: 'all', matching: 10 },
  ...{ offset: 0, isOfReadable: false, leases: [], keyless: 0, overdue: 0, calendar: [] },
};

test('a list says how old its oldest time is, and when it is not complete yet', () => {
  expect(knownText(list)).toBe('times read within the last 12 s');
  expect(knownText({ ...list, read: 4 })).toBe('times of 4 of 10 read so far');
  expect(knownText({ ...list, counts: 'readable' })).toContain('keys are those you may read');
});

test('leases and keys that whoever looks may not read are said to be there', () => {
  expect(knownText({ ...list, isOfReadable: true })).toContain('only leases of keys you may read');
  const lease = { id: 'a', grantedTtlSeconds: '60', remainingTtlSeconds: '5', at: 0, keys: [], hasHidden: true };
  expect(endsWith({ ...lease, keyCount: 0 })).toBe('When it ends, keys that you may not read disappear with it.');
  expect(endsWith({ ...lease, keyCount: 1 })).toBe(
    'When it ends, 1 key and others that you may not read disappear with it.',
  );
  expect(endsWith({ ...lease, keyCount: 0, hasHidden: false })).toContain('nothing disappears with it');
});
