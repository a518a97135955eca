import { expect, test } from 'vitest';
import { layoutCalendar } from './lease-calendar.layout.ts';

const second = (leases: number, unkeptLeases: number) => ({ leases, keys: leases, unkeptLeases, unkeptKeys: 0 });

test('bars are as tall as leases end, and one lease beside thousands still shows', () => {
  const { bars, peak } = layoutCalendar({
    seconds: [second(1_000, 0), second(0, 0), second(1, 1)],
    width: 30,
    height: 40,
  });
  expect(peak).toBe(1_000);
  expect(bars.map(({ keptHeight, unkeptHeight }) => [keptHeight, unkeptHeight])).toEqual([
    [40, 0],
    [0, 0],
    [0, 2],
  ]);
});

test('a bar never leaves the strip, and a place names its second', () => {
  const { bars, barAt } = layoutCalendar({ seconds: [second(1_000, 1), second(5, 5)], width: 20, height: 40 });
  for (const { keptHeight, unkeptHeight } of bars) expect(keptHeight + unkeptHeight).toBeLessThanOrEqual(40);
  expect([barAt(0)?.second, barAt(11)?.second, barAt(25)]).toEqual([0, 1, undefined]);
});
