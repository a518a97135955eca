/**
 * `npm run e2e -- coordination`: 30 minutes' worth of seeded faults for every recipe in the model's virtual time, then 10 rounds on real
 * members; or `node e2e/coordination/main.ts --minutes 5 --rounds 2 --seed 7`. Exit code 1 when a property was broken.
 */
import { randomInt } from 'node:crypto';
import { parseArgs } from 'node:util';
import * as client from '../../lib/client/index.ts';
import { SCENARIOS } from '../../lib/client/sim/scenarios.ts';
import { runRounds } from './rounds.ts';

const MINUTES = 30;
const ROUNDS = 10;
const SEED_MAX = 2 ** 31;
const FAULTY_MS = 60_000;

const { values } = parseArgs({
  options: { minutes: { type: 'string' }, rounds: { type: 'string' }, seed: { type: 'string' } },
});
const minutes = Number(values.minutes ?? MINUTES);
const rounds = Number(values.rounds ?? ROUNDS);
const seed = Number(values.seed ?? randomInt(SEED_MAX));
if (![minutes, rounds, seed].every((value) => Number.isSafeInteger(value) && value >= 0)) {
  console.error('usage: node e2e/coordination/main.ts [--minutes N] [--rounds N] [--seed N]');
  process.exit(2);
}
for (const signal of ['SIGINT', 'SIGTERM'] as const) process.once(signal, () => process.exit(130));

const problems: string[] = [];
console.log(`seed ${seed}`);
for (const [name, check] of Object.entries(SCENARIOS)) {
  let happened = 0;
  for (let minute = 0; minute < minutes; minute++) {
    const report = await check(client, { seed: seed + minute, faultyMs: FAULTY_MS });
    happened += report.happened;
    problems.push(...report.violations.map((violation) => `${name}: ${violation}`));
  }
  console.log(
    `${name}: ${minutes} min of faults in virtual time, ${happened} times, ${problems.length} violations so far`,
  );
}
const result = await runRounds({ rounds, seed, print: (line) => console.log(line) });
problems.push(...result.problems);
for (const problem of problems) console.log(`VIOLATION ${problem}`);
console.log(`coordination: ${problems.length} violations`);
process.exitCode = problems.length === 0 ? 0 : 1;
