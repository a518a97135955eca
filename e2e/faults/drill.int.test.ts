/** A short slice of the drills; `npm run e2e -- faults` runs 20 rounds on three members and 20 on five. */
import { randomInt } from 'node:crypto';
import { expect, test } from 'vitest';
import { runDrill } from './drill.ts';

const ROUNDS = 3;
const SLICE_TIMEOUT_MS = 180_000;

test(
  'three members under faults lose nothing, break no order, miss no event, and keep leases and locks',
  async () => {
    const lines: string[] = [];
    const seed = randomInt(2 ** 32);
    const result = await runDrill({ members: 3, rounds: ROUNDS, seed, print: (line) => lines.push(line) });
    const story = `seed ${seed}\n${lines.join('\n')}`;
    expect(result.problems, story).toEqual([]);
    expect(result.undecided, story).toBe(0);
    expect(result.unavailableMs, story).toHaveLength(ROUNDS);
    expect(result.operations, story).toBeGreaterThan(500);
    expect(result.locks, story).toBeGreaterThan(0);
    expect(result.leases, story).toBeGreaterThan(0);
  },
  SLICE_TIMEOUT_MS,
);
