import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import { LEASE_TIMES_MAX } from '../../lib/api/lease-types.ts';
import { LeaseTimesBoard } from './lease-times.ts';

beforeEach(() => void vi.useFakeTimers());
afterEach(() => void vi.useRealTimers());

function board(gone: readonly string[] = []) {
  const asked: (readonly string[])[] = [];
  const reading = (at: number) => ({
    ...{ grantedTtlSeconds: '60', remainingTtlSeconds: '50', at },
    rhythm: { observedFrom: at, renewals: [], everyMs: null, pace: 'unknown' as const },
  });
  const ask = async (ids: readonly string[]) => {
    asked.push(ids);
    return { leases: ids.map((id) => ({ id, time: gone.includes(id) ? null : reading(asked.length) })) };
  };
  return { asked, board: new LeaseTimesBoard(ask) };
}

test('all leases on the screen are asked for together, and again each second', async () => {
  const { asked, board: times } = board(['b']);
  const told: string[] = [];
  for (const id of ['a', 'b', 'c']) times.subscribe(id, () => told.push(id));
  await vi.advanceTimersByTimeAsync(50);
  expect(asked).toEqual([['a', 'b', 'c']]);
  expect([times.get('a')?.at, times.get('b'), times.get('d')]).toEqual([1, null, undefined]);
  await vi.advanceTimersByTimeAsync(1_000);
  expect(asked).toHaveLength(2);
  expect(told).toEqual(['a', 'b', 'c', 'a', 'b', 'c']);
});

test('one that appears is asked for at once; when none is left nothing is asked', async () => {
  const { asked, board: times } = board();
  const leaveA = times.subscribe('a', () => undefined);
  await vi.advanceTimersByTimeAsync(50);
  const leaveB = times.subscribe('b', () => undefined);
  await vi.advanceTimersByTimeAsync(50);
  expect(asked).toEqual([['a'], ['a', 'b']]);
  leaveA();
  leaveB();
  await vi.advanceTimersByTimeAsync(10_000);
  expect(asked).toHaveLength(2);
  times.subscribe('a', () => undefined);
  await vi.advanceTimersByTimeAsync(50);
  expect(asked).toHaveLength(3);
});

test('more than one question may hold are asked in several', async () => {
  const { asked, board: times } = board();
  for (let i = 0; i <= LEASE_TIMES_MAX; i++) times.subscribe(String(i), () => undefined);
  await vi.advanceTimersByTimeAsync(50);
  expect(asked.map((ids) => ids.length)).toEqual([LEASE_TIMES_MAX, 1]);
});
