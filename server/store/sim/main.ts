/**
 * `npm run sim -- --seed N` or `--seeds A..B`, with `--trace` (every event) and `--mutation NAME` (a broken member that must be
 * caught). The last line of a seed is `seed N ok hash H`, or the violation followed by `seed N FAILED hash H` and exit code 1.
 */
import { parseArgs } from 'node:util';
import { Prng } from '../../../lib/base/prng.ts';
import { MUTATIONS } from './mutations.ts';
import { describeParameters, drawParameters } from './parameters.ts';
import { type RunResult, runSeed } from './run.ts';

const USAGE = `usage: npm run sim -- --seed N | --seeds A..B [--trace] [--mutation ${Object.keys(MUTATIONS).join('|')}]`;
const SEED_MAX = 0xffff_ffff;

interface Arguments {
  readonly first: number;
  readonly last: number;
  readonly trace: boolean;
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
    },
  });
  const { mutation } = values;
  if (mutation !== undefined && !(mutation in MUTATIONS)) throw new Error(`unknown mutation ${mutation}`);
  const [first, last] = seedRange(values.seed, values.seeds);
  return { first, last, trace: values.trace, mutation };
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

function report(result: RunResult): void {
  const { seed, counts, violation, hash } = result;
  const summary = Object.entries(counts).map(([name, value]) => `${name}=${value}`);
  console.log(`seed ${seed} ran ${summary.join(' ')}`);
  if (violation === undefined) {
    console.log(`seed ${seed} ok hash ${hash}`);
    return;
  }
  console.log(`violation: ${violation}`);
  console.log(`replay: npm run sim -- --seed ${seed} --trace`);
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
    console.log(`seed ${seed} draws ${describeParameters(drawParameters(new Prng(seed).fork()))}`);
    const result = runSeed(seed, {
      ...(options.trace ? { print: (line: string) => console.log(line) } : {}),
      ...(options.mutation === undefined ? {} : { mutation: options.mutation }),
    });
    report(result);
    if (result.violation !== undefined) failed++;
  }
  return failed > 0 ? 1 : 0;
}

process.exitCode = main();
