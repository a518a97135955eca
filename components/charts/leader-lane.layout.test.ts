import { expect, test } from 'vitest';
import type { LeaderChange } from '../../lib/api/types.ts';
import { barAt, layoutLane } from './leader-lane.layout.ts';

const now = 10_000_000;
const HOUR = 3_600_000;
const change = (at: number, leader: string | null, leaderlessMs: number | null = null): LeaderChange => ({
  at,
  term: String(at),
  leaderId: leader,
  leaderName: leader,
  revision: '1',
  leaderlessMs,
  leaderlessMsMax: leaderlessMs,
  unseenTerms: 0,
});
const lane = (changes: readonly LeaderChange[], watchingSince = 0) =>
  layoutLane({ changes, watchingSince, now, spanMs: HOUR, width: 1_000 });

test('a leader of before the picture reaches in from its left edge, the present one to its right', () => {
  const { bars, xOf } = lane([change(now - 2 * HOUR, 'a'), change(now - HOUR / 2, 'b')]);
  expect(bars.map((bar) => [bar.leaderId, xOf(bar.from), xOf(bar.to)])).toEqual([
    ['a', 0, 500],
    ['b', 500, 1_000],
  ]);
});

test('the time without a leader belongs to nobody', () => {
  const { bars } = lane([change(now - HOUR, 'a'), change(now - 1_000_000, 'b', 60_000)]);
  expect(barAt(bars, now - 1_030_000)).toBeUndefined();
  expect(barAt(bars, now - 1_070_000)?.leaderId).toBe('a');
  expect(barAt(bars, now - 500)?.leaderId).toBe('b');
});

test('a loss that goes on is a span of its own, up to the return', () => {
  const { bars } = lane([change(now - 3_000, 'a'), change(now - 2_000, null), change(now - 1_000, 'b', 1_000)]);
  expect(bars.map((bar) => [bar.leaderId, bar.to - bar.from])).toEqual([
    ['a', 1_000],
    [null, 1_000],
    ['b', 1_000],
  ]);
});

test('what was before watching began is marked, not drawn', () => {
  expect(lane([change(now - HOUR / 4, 'a')], now - HOUR / 4).watchedFrom).toBe(now - HOUR / 4);
  expect(lane([]).watchedFrom).toBeNull();
});
