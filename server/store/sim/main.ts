/**
 * `npm run sim -- --seed N` or `--seeds A..B`, with `--stack member` (whole members instead of bare Raft cores), `--trace` (every
 * event) and `--mutation NAME` (a broken member that must be caught). The last line of a seed is `seed N ok hash H`, or the violation followed by `seed N FAILED hash H` and exit code 1.
 */
import { parseArgs } from 'node:util';
import { Prng } from '../../../lib/base/prng.ts';
import { MEMBER_MUTATIONS } from './members/mutations.ts';
import { describeMemberParameters, drawMemberParameters } from './members/parameters.ts';
import { runMemberSeed } from './members/run.ts';
import { MUTATIONS } from './mutations.ts';
import { describeParameters, drawParameters } from './parameters.ts';
import { type RunOptions, runSeed } from './run.ts';

/** What a seed can run, and what both tell of it. */
interface Stack {
  readonly describe: (seed: number) => string;
  readonly run: (seed: number, options: RunOptions) => SeedResult;
  readonly mutations: readonly string[];
}

interface SeedResult {
  readonly seed: number;
  readonly hash: string;
  readonly violation: string | undefined;
  readonly counts: Readonly<Record<string, number>>;
}

const STACKS: Readonly<Record<string, Stack>> = {
  raft: {
    describe: (seed) => describeParameters(drawParameters(new Prng(seed).fork())),
    run: runSeed,
    mutations: Object.keys(MUTATIONS),
  },
  member: {
    describe: (seed) => describeMemberParameters(drawMemberParameters(new Prng(seed).fork())),
    run: runMemberSeed,
    mutations: Object.keys(MEMBER_MUTATIONS),
  },
};

const USAGE =
  'usage: npm run sim -- --seed N | --seeds A..B [--stack raft|member] [--trace] [--mutation NAME]\n' +
  Object.entries(STACKS)
    .map(([name, { mutations }]) => `mutations of ${name}: ${mutations.join(' ')}`)
    .join('\n');
const SEED_MAX = 0xffff_ffff;

interface Arguments {
  readonly first: number;
  readonly last: number;
  readonly trace: boolean;
  readonly stackName: string;
  readonly stack: Stack;
  readonly mutation: string | undefined;
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
      stack: { type: 'string', default: 'raft' },
    },
  });
  const { mutation, stack: stackName } = values;
  const stack = STACKS[stackName];
  if (stack === undefined) throw new Error(`unknown stack ${stackName}`);
  if (mutation !== undefined && !stack.mutations.includes(mutation)) throw new Error(`unknown mutation ${mutation}`);
  const [first, last] = seedRange(values.seed, values.seeds);
  return { first, last, trace: values.trace, stackName, stack, mutation };
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

function report(result: SeedResult, stackName: string): void {
  const { seed, counts, violation, hash } = result;
  const summary = Object.entries(counts).map(([name, value]) => `${name}=${value}`);
  console.log(`seed ${seed} ran ${summary.join(' ')}`);
  if (violation === undefined) {
    console.log(`seed ${seed} ok hash ${hash}`);
    return;
  }
  console.log(`violation: ${violation}`);
  console.log(`replay: npm run sim -- --stack ${stackName} --seed ${seed} --trace`);
  console.log(`seed ${seed} FAILED hash ${hash}`);
}

function main(): number {
  let options: Arguments;
  try {
    options = parse(process.argv.slice(2));
  } catch (error) {
    console.error(`${error instanceof Error ? error.message : error}\n${USAGE}`);
    return 2;
  }
  let failed = 0;
  for (let seed = options.first; seed <= options.last; seed++) {
    console.log(`seed ${seed} draws ${options.stack.describe(seed)}`);
    const result = options.stack.run(seed, {
      ...(options.trace ? { print: (line: string) => console.log(line) } : {}),
      ...(options.mutation === undefined ? {} : { mutation: options.mutation }),
    });
    report(result, options.stackName);
    if (result.violation !== undefined) failed++;
  }
  return failed > 0 ? 1 : 0;
}

process.exitCode = main();
