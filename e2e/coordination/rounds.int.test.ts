/** A short slice of the rounds on real members; `npm run e2e -- coordination` runs 10, and the model for half an hour of its time. */
import { randomInt } from 'node:crypto';
import { expect, test } from 'vitest';
import { runRounds } from './rounds.ts';

const SLICE_TIMEOUT_MS = 180_000;

test(
  'locks, elections, permits, queues and counters keep their promises while members are killed and stopped',
  async () => {
    const seed = randomInt(2 ** 20);
    const lines: string[] = [`seed ${seed}`];
    const { problems, turns } = await runRounds({ rounds: 2, seed, print: (line) => lines.push(line) });
    expect(problems, lines.join('\n')).toEqual([]);
    expect(turns, lines.join('\n')).toBeGreaterThan(100);
  },
  SLICE_TIMEOUT_MS,
);
