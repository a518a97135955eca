import { expect, test } from 'vitest';
import { runSeeds } from './seed-pool.ts';
import { reportSeed, type SeedReport, type SeedTask } from './stacks.ts';

const tasks = (first: number, last: number): SeedTask[] =>
  Array.from({ length: last - first + 1 }, (_, i) => ({ seed: first + i, stacks: ['raft'], mutation: undefined }));

async function reports(list: readonly SeedTask[], threads: number): Promise<SeedReport[]> {
  const found: SeedReport[] = [];
  await runSeeds(list, threads, (report) => found.push(report));
  return found;
}

test('threads report the same seeds, with the same hashes, in the same order as one after another', async () => {
  const list = tasks(11, 16);
  expect(await reports(list, 2)).toEqual(list.map((task) => reportSeed(task)));
});

test('a violation is reported with how to replay it', () => {
  const { lines, hasHeld } = reportSeed({ seed: 1, stacks: ['raft'], mutation: 'acknowledgeBeforeFlush' });
  expect(hasHeld).toBe(false);
  expect(lines.at(-1)).toMatch(/^seed 1 FAILED hash [0-9a-f]{16}$/);
  expect(lines.at(-2)).toBe('replay: npm run sim -- --stack raft --seed 1 --trace');
});

test('what the simulator itself throws ends the run', async () => {
  const broken: SeedTask[] = [{ seed: 1, stacks: ['raft'], mutation: 'nonsense' }];
  await expect(reports(broken, 1)).rejects.toThrow('unknown mutation nonsense');
});
