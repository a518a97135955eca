import { expect, test } from 'vitest';
import { layoutRate } from './rate-strip.layout.ts';

const count = (second: number, puts: number, deletes = 0) => ({ second, puts, deletes });

test('the tallest second fills the strip, deletes take their share of a bar', () => {
  const { bars, peak } = layoutRate({ counts: [count(1, 3, 1), count(2, 2)], width: 100, height: 40 });
  expect(peak).toBe(4);
  expect(bars.map((bar) => [bar.putsHeight, bar.deletesHeight])).toEqual([
    [30, 10],
    [20, 0],
  ]);
});

test('one change beside a storm is still seen, and nothing is drawn where nothing came', () => {
  const { bars } = layoutRate({ counts: [count(1, 100_000), count(2, 1), count(3, 0)], width: 300, height: 40 });
  expect(bars[1]?.putsHeight).toBeGreaterThan(1);
  expect(bars[2]?.putsHeight).toBe(0);
});

test('a pixel finds the second that is drawn at it', () => {
  const { barAt } = layoutRate({ counts: [count(1, 1), count(2, 1), count(3, 1)], width: 300, height: 40 });
  expect([barAt(0)?.second, barAt(150)?.second, barAt(299)?.second]).toEqual([1, 2, 3]);
});
