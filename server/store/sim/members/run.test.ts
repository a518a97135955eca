import { expect, test } from 'vitest';
import { type MemberRunResult, runMemberSeed } from './run.ts';

/** More in `npm run sim -- --stack member --seeds A..B`; these guard every commit. */
const SEEDS = Array.from({ length: 25 }, (_, i) => i + 1);

const results = new Map<number, MemberRunResult>();

function resultOf(seed: number): MemberRunResult {
  const known = results.get(seed);
  if (known !== undefined) return known;
  const result = runMemberSeed(seed);
  results.set(seed, result);
  return result;
}

test.each(SEEDS)('whole members keep every promise in seed %i', (seed) => {
  const { violation, counts } = resultOf(seed);
  expect(violation).toBeUndefined();
  expect(counts.acknowledged).toBeGreaterThan(0);
});

test('a seed is its run: the same trace every time, another one for another seed', () => {
  const lines: string[] = [];
  const first = runMemberSeed(4, { print: (line) => lines.push(line) });
  const again: string[] = [];
  const second = runMemberSeed(4, { print: (line) => again.push(line) });
  expect(again).toEqual(lines);
  expect(second).toEqual(first);
  expect(resultOf(4).hash).toBe(first.hash);
  expect(resultOf(5).hash).not.toBe(first.hash);
});

test('the seeds together exercise crashes, elections, reads, watches, leases, images and failing disks', () => {
  const sum = new Map<string, number>();
  for (const seed of SEEDS)
    for (const [name, count] of Object.entries(resultOf(seed).counts)) sum.set(name, (sum.get(name) ?? 0) + count);
  const of = (name: string) => sum.get(name) ?? 0;
  expect(of('crashes')).toBeGreaterThan(50);
  expect(of('leaderships')).toBeGreaterThan(25);
  expect(of('reads')).toBeGreaterThan(500);
  expect(of('watchEvents')).toBeGreaterThan(1000);
  expect(of('renewals')).toBeGreaterThan(25);
  expect(of('expired')).toBeGreaterThan(10);
  expect(of('images')).toBeGreaterThan(10);
  expect(of('diskFaults')).toBeGreaterThan(10);
  expect(of('refusals')).toBeGreaterThan(0);
  expect(of('changes')).toBeGreaterThan(20);
  expect(of('removed')).toBeGreaterThan(0);
});
