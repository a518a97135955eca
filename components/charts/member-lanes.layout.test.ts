import { expect, test } from 'vitest';
import { bands, type LaneTime, laneAxis, linePaths, sliceAt, topOf } from './member-lanes.layout.ts';

const time = (at: readonly number[], now = at.at(-1) ?? 0): LaneTime => ({ at, everyMs: 5_000, now, spanMs: 100_000 });
const BASE = 1_000_000;

test('time runs from left to right, and back from px to time', () => {
  const axis = laneAxis(time([BASE]), 200);
  expect(axis.xOf(BASE)).toBe(200);
  expect(axis.xOf(BASE - 50_000)).toBe(100);
  expect(axis.timeAt(100)).toBe(BASE - 50_000);
});

test('a line breaks where a value is missing, and where whole slices are', () => {
  const at = [BASE, BASE + 5_000, BASE + 10_000, BASE + 15_000, BASE + 40_000, BASE + 45_000];
  const axis = laneAxis(time(at), 200);
  const { line } = linePaths([1, 2, null, 3, 4, 5], time(at), { axis, top: 5, height: 30 });
  expect(line.split('M').filter((part) => part !== '')).toHaveLength(3);
});

test('the highest value touches the ceiling, zero the ground', () => {
  const at = [BASE, BASE + 5_000];
  const { line } = linePaths([0, 8], time(at), { axis: laneAxis(time(at), 200), top: 8, height: 30 });
  expect(line).toBe('M190,29L200,1');
});

test('a moment belongs to the slice that ends after it, or to none', () => {
  const at = [BASE, BASE + 5_000, BASE + 40_000];
  expect(sliceAt(time(at), BASE - 4_000)).toBe(0);
  expect(sliceAt(time(at), BASE + 1)).toBe(1);
  expect(sliceAt(time(at), BASE + 20_000), 'nobody watched').toBeNull();
  expect(sliceAt(time(at), BASE + 41_000), 'not over yet').toBeNull();
  expect(sliceAt(time([]), BASE)).toBeNull();
});

test('a scale fits every member and is never empty', () => {
  expect(topOf([[1, null], [7]], 2)).toBe(7);
  expect(topOf([[null]], 2)).toBe(2);
});

test('a role lasts as long as its slices; silence and a new term begin anew', () => {
  const at = [5, 10, 15, 20, 25].map((second) => BASE + second * 1_000);
  const lane = { role: ['follower', 'follower', null, 'leader', 'leader'], term: [1, 1, null, 2, 3] } as const;
  const axis = laneAxis(time(at), 100);
  expect(bands(lane, time(at), axis).map(({ role, term, width }) => [role, term, Math.round(width)])).toEqual([
    ['follower', 1, 10],
    ['leader', 2, 5],
    ['leader', 3, 5],
  ]);
});
