/**
 * `npm run e2e -- faults`: 20 rounds of faults on three real members and 20 on five; or `node e2e/faults/main.ts --members 3 --rounds 20
 * --seed 7`. Exit code 1 when anything was wrong or undecided, or when the median time without a leader was too long.
 */
import { randomInt } from 'node:crypto';
import { parseArgs } from 'node:util';
import { type DrillResult, runDrill } from './drill.ts';
import { ELECTION_TIMEOUT_MS } from './drill-members.ts';

const ROUNDS = 20;
const SIZES = [3, 5];
const SEED_MAX = 2 ** 32 - 1;
/** The median that "done when" allows after a SIGKILL of the leader. */
const UNAVAILABLE_MS_MAX = 2 * ELECTION_TIMEOUT_MS + 1000;

function report({ unavailableMs, problems, skipped, ...counts }: DrillResult, title: string): boolean {
  const sorted = [...unavailableMs].sort((a, b) => a - b);
  const median = sorted[Math.floor((sorted.length - 1) / 2)] ?? Number.POSITIVE_INFINITY;
  const worst = sorted.at(-1) ?? Number.POSITIVE_INFINITY;
  const counted = Object.entries(counts).map(([name, value]) => `${name}=${value}`);
  console.log(`${title}: ${counted.join(' ')} violations=${problems.length}`);
  console.log(
    `${title}: unavailable after a leader SIGKILL: median ${median.toFixed(0)} ms, worst ${worst.toFixed(0)} ms, ` +
      `bound for the median ${UNAVAILABLE_MS_MAX} ms`,
  );
  for (const name of skipped) console.log(`${title}: skipped: ${name}`);
  return problems.length === 0 && counts.undecided === 0 && median <= UNAVAILABLE_MS_MAX;
}

const { values } = parseArgs({
  options: { members: { type: 'string' }, rounds: { type: 'string' }, seed: { type: 'string' } },
});
const rounds = Number(values.rounds ?? ROUNDS);
const sizes = values.members === undefined ? SIZES : [Number(values.members)];
const seed = values.seed === undefined ? randomInt(SEED_MAX) : Number(values.seed);
if (![rounds, seed, ...sizes].every(Number.isSafeInteger)) {
  console.error('usage: node e2e/faults/main.ts [--members N] [--rounds N] [--seed N]');
  process.exit(2);
}
for (const signal of ['SIGINT', 'SIGTERM'] as const) process.once(signal, () => process.exit(130));
let isSound = true;
for (const members of sizes) {
  const title = `${members} members`;
  console.log(`${title}: seed ${seed}, ${rounds} rounds`);
  const result = await runDrill({ members, rounds, seed, print: (line) => console.log(line) });
  isSound = report(result, title) && isSound;
}
process.exitCode = isSound ? 0 : 1;
