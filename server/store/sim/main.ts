/**
 * `npm run sim -- --seed N` or `--seeds A..B`: bare Raft cores and whole members under faults, or one of the two with `--stack`. With `--trace`
 * (every event) and `--mutation NAME` (a broken member that must be caught). The last line of a seed is `seed N ok hash H`, or
 * `seed N FAILED hash H` with the violation before it, and exit code 1. Many seeds share the machine's cores (`--threads N`); lines come in
 * order of the seeds and do not depend on it.
 */
import { availableParallelism } from 'node:os';
import { parseArgs } from 'node:util';
import { runSeeds } from './seed-pool.ts';
import { reportSeed, type SeedReport, type SeedTask, STACK_NAMES, STACKS, type StackName } from './stacks.ts';

const USAGE = [
  'usage: npm run sim -- --seed N | --seeds A..B [--stack raft|member] [--trace] [--mutation NAME] [--threads N]',
  ...STACK_NAMES.map((name) => `mutations of ${name}: ${STACKS[name].mutations.join(' ')}`),
].join('\n');
const SEED_MAX = 0xffff_ffff;
const THREADS_MAX = 64;

interface Arguments {
  readonly first: number;
  readonly last: number;
  readonly trace: boolean;
  readonly stacks: readonly StackName[];
  readonly mutation: string | undefined;
  readonly threads: number;
}

/** @throws Error with one line for the user. */
function parse(args: string[]): Arguments {
  const { values } = parseArgs({
    args,
    options: {
      seed: { type: 'string' },
      seeds: { type: 'string' },
      trace: { type: 'boolean', default: false },
      mutation: { type: 'string' },
      stack: { type: 'string' },
      threads: { type: 'string' },
    },
  });
  const { mutation, stack, trace } = values;
  const stacks = STACK_NAMES.filter((name) => stack === undefined || name === stack);
  if (stacks.length === 0) throw new Error(`unknown stack ${stack}`);
  // A mutation breaks the members of one stack; the other would run whole and prove nothing.
  const broken = stacks.filter((name) => mutation === undefined || STACKS[name].mutations.includes(mutation));
  if (broken.length === 0) throw new Error(`unknown mutation ${mutation}`);
  const [first, last] = seedRange(values.seed, values.seeds);
  const threads = values.threads === undefined ? availableParallelism() : Number(values.threads);
  if (!Number.isInteger(threads) || threads < 1 || threads > THREADS_MAX)
    throw new Error(`--threads must be 1 to ${THREADS_MAX}, got ${values.threads}`);
  return { first, last, trace, stacks: broken, mutation, threads };
}

function seedRange(seed: string | undefined, seeds: string | undefined): [number, number] {
  if ((seed === undefined) === (seeds === undefined)) throw new Error('give either --seed or --seeds');
  const [from, to, ...rest] = seed === undefined ? (seeds ?? '').split('..') : [seed, seed];
  const first = seedNumber(from);
  const last = seedNumber(to);
  if (rest.length > 0 || last < first) throw new Error(`--seeds must be A..B with A <= B, got ${seeds}`);
  return [first, last];
}

function seedNumber(text: string | undefined): number {
  const value = Number(text);
  if (text === undefined || !/^\d+$/.test(text) || value > SEED_MAX) {
    throw new Error(`a seed is a whole number from 0 to ${SEED_MAX}, got ${text || 'nothing'}`);
  }
  return value;
}

async function main(): Promise<number> {
  let options: Arguments;
  try {
    options = parse(process.argv.slice(2));
  } catch (error) {
    console.error(`${error instanceof Error ? error.message : error}\n${USAGE}`);
    return 2;
  }
  const { first, last, stacks, mutation, trace, threads } = options;
  const tasks: SeedTask[] = Array.from({ length: last - first + 1 }, (_, i) => ({ seed: first + i, stacks, mutation }));
  let failed = 0;
  const report = ({ lines, hasHeld }: SeedReport) => {
    for (const line of lines) console.log(line);
    if (!hasHeld) failed++;
  };
  const print = (line: string) => console.log(line);
  if (trace) for (const task of tasks) report(reportSeed(task, print));
  else await runSeeds(tasks, threads, report);
  return failed > 0 ? 1 : 0;
}

process.exitCode = await main();
