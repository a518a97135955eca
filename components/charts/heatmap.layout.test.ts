import { expect, test } from 'vitest';
import type { HeatView } from '../../lib/api/space-types.ts';
import { HEAT_LEVELS, HEAT_ROW_PX, layoutHeat, levelOf } from './heatmap.layout.ts';

const counts = (filled: Readonly<Record<number, number>>): number[] =>
  Array.from({ length: 10 }, (_, step) => filled[step] ?? 0);

const view: HeatView = {
  prefix: '',
  revision: '9',
  from: 100_000,
  stepMs: 1_000,
  steps: 10,
  since: { revision: '1', at: 102_000 },
  rows: [
    { path: 'a/', name: 'a', kind: 'folder', writes: 1_001, deletes: 0, counts: counts({ 2: 1, 9: 1_000 }) },
    { path: 'b', name: 'b', kind: 'key', writes: 30, deletes: 30, counts: counts({ 5: 30 }) },
  ],
  rest: { children: 0, writes: 0, counts: counts({}) },
  changes: 1_031,
};

test('each cell stands at its row and its time, in the path of its strength', () => {
  const layout = layoutHeat(view, 1_000);
  expect(layout.levels.map(({ path }) => (path.match(/M/g) ?? []).length)).toEqual([1, 0, 1, 0, 0, 1]);
  expect(layout.levels[0]?.path).toMatch(/^M200 1h/);
  expect(layout.levels[2]?.path).toMatch(new RegExp(`^M500 ${HEAT_ROW_PX + 1}h`));
  expect(layout.levels.map(({ from }) => from)[0], 'one change is the weakest').toBe(1);
  expect(layout.height).toBe(2 * HEAT_ROW_PX);
});

test('a point of the picture leads back to its cell, and to none outside', () => {
  const layout = layoutHeat(view, 1_000);
  for (let row = 0; row < 2; row++)
    for (let step = 0; step < 10; step++)
      expect(layout.cellAt(layout.xOf(step) + 5, row * HEAT_ROW_PX + 5)).toEqual({ row, step });
  expect(layout.cellAt(1_001, 5)).toBeNull();
  expect(layout.cellAt(5, 2 * HEAT_ROW_PX)).toBeNull();
});

test('what lies before the memory of the console is not drawn as quiet', () => {
  expect(layoutHeat(view, 1_000).unknownWidth).toBe(200);
  expect(layoutHeat({ ...view, since: { revision: '1', at: 1 } }, 1_000).unknownWidth).toBe(0);
});

test('levels grow with the count and the busiest cell is the strongest', () => {
  const levels = [1, 3, 10, 100, 500, 1_000].map((count) => levelOf(count, 1_000));
  expect(levels).toEqual(levels.toSorted((a, b) => a - b));
  expect([levelOf(1, 1_000), levelOf(1_000, 1_000), levelOf(1, 1)]).toEqual([0, HEAT_LEVELS - 1, HEAT_LEVELS - 1]);
});
