import { expect, test } from 'vitest';
import type { LeaseView } from '../../lib/api/types.ts';
import { leaseTime, leaseTimeText } from './lease-time.ts';

const lease = (granted: number, remaining: number): LeaseView => ({
  id: 'a',
  grantedTtlSeconds: String(granted),
  remainingTtlSeconds: String(remaining),
  at: 1_000_000,
  keyCount: 0,
  keys: [],
  hasHidden: false,
});
const after = (l: LeaseView, ms: number) => leaseTime(l, 1_000_000 + ms);

test('the countdown runs from the moment the store said so', () => {
  expect(after(lease(60, 40), 0)).toMatchObject({ leftMs: 40_000, state: 'running' });
  expect(leaseTimeText(after(lease(60, 40), 12_400))).toBe('28 s');
  expect(after(lease(60, 30), 0).share).toBeCloseTo(0.5);
});

test('a clock that lags never adds time', () => {
  expect(after(lease(60, 40), -5_000).leftMs).toBe(40_000);
});

test('time that is up is due, not gone, until the store says so', () => {
  expect(leaseTimeText(after(lease(60, 1), 5_000))).toBe('ends now');
  expect(leaseTimeText(after(lease(60, -1), 0))).toBe('ended');
});

test('soon is judged by the lease: the last quarter of a short one, the last ten seconds of a long one', () => {
  expect(after(lease(8, 3), 0).state).toBe('running');
  expect(after(lease(8, 1), 0).state).toBe('soon');
  expect(after(lease(3600, 9), 0).state).toBe('soon');
});

test('long times show two units', () => {
  expect(leaseTimeText(after(lease(999_999, 80), 0))).toBe('1 min 20 s');
  expect(leaseTimeText(after(lease(999_999, 7260), 0))).toBe('2 h 1 min');
  expect(leaseTimeText(after(lease(999_999, 172_800), 0))).toBe('2 d');
});
