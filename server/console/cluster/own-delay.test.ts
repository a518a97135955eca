import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import { OwnDelay } from './own-delay.ts';

let delay: OwnDelay;
beforeEach(() => {
  vi.useFakeTimers({ now: 10_000 });
  delay = new OwnDelay(Date.now);
  delay.start();
});
afterEach(() => {
  delay.close();
  vi.useRealTimers();
});

test('a process that runs in time has lost nothing', () => {
  vi.advanceTimersByTime(2_000);
  expect(delay.since(10_000)).toBe(0);
});

test('a standstill counts for what it fell into, also while its end has not been noticed yet', () => {
  vi.advanceTimersByTime(1_000);
  vi.setSystemTime(11_450);
  expect(delay.since(10_500)).toBe(400);
  vi.advanceTimersByTime(50);
  expect(delay.since(10_500)).toBeGreaterThanOrEqual(400);
  vi.advanceTimersByTime(1_000);
  expect(delay.since(10_500)).toBeGreaterThanOrEqual(400);
  expect(delay.since(12_000)).toBe(0);
});
