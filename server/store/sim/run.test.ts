import { expect, test } from 'vitest';
import { type RunResult, runSeed } from './run.ts';

/** More in `npm run sim -- --seeds A..B`; these guard every commit. */
const SEEDS = Array.from({ length: 20 }, (_, i) => i + 1);

const results = new Map<number, RunResult>();

function resultOf(seed: number): RunResult {
  const known = results.get(seed);
  if (known !== undefined) return known;
  const result = runSeed(seed);
  results.set(seed, result);
  return result;
}

test.each(SEEDS)('every property holds in seed %i', (seed) => {
  const { violation, counts } = resultOf(seed);
  expect(violation).toBeUndefined();
  expect(counts.acknowledged).toBeGreaterThan(0);
});

test('a seed is its run: the same trace every time, another one for another seed', () => {
  const lines: string[] = [];
  const first = runSeed(8, { print: (line) => lines.push(line) });
  const again: string[] = [];
  const second = runSeed(8, { print: (line) => again.push(line) });
  expect(again).toEqual(lines);
  expect(second).toEqual(first);
  expect(resultOf(9).hash).not.toBe(first.hash);
});

test('printing a trace does not change it', () => {
  expect(runSeed(3, { print: () => {} }).hash).toBe(resultOf(3).hash);
});

test('the seeds together exercise crashes, elections, reads and snapshots', () => {
  const sum = { crashes: 0, leaderships: 0, reads: 0, snapshots: 0 };
  for (const seed of SEEDS) {
    const { counts } = resultOf(seed);
    sum.crashes += counts.crashes;
    sum.leaderships += counts.leaderships;
    sum.reads += counts.reads;
    sum.snapshots += counts.snapshots;
  }
  expect(sum.crashes).toBeGreaterThan(100);
  expect(sum.leaderships).toBeGreaterThan(50);
  expect(sum.reads).toBeGreaterThan(1000);
  expect(sum.snapshots).toBeGreaterThan(10);
});
