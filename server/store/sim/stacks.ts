/** What a seed can run: bare Raft cores, whole members, or one after the other. */
import { Prng } from '../../../lib/base/prng.ts';
import { MEMBER_MUTATIONS } from './members/mutations.ts';
import { describeMemberParameters, drawMemberParameters } from './members/parameters.ts';
import { runMemberSeed } from './members/run.ts';
import { MUTATIONS } from './mutations.ts';
import { describeParameters, drawParameters } from './parameters.ts';
import { runSeed } from './run.ts';

export interface StackOptions {
  readonly print?: (line: string) => void;
  readonly mutation?: string;
}

export interface StackResult {
  readonly hash: string;
  readonly violation: string | undefined;
  readonly counts: Readonly<Record<string, number>>;
}

export interface Stack {
  readonly describe: (seed: number) => string;
  readonly run: (seed: number, options: StackOptions) => StackResult;
  readonly mutations: readonly string[];
}

export const STACKS = {
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
} as const satisfies Readonly<Record<string, Stack>>;

export type StackName = keyof typeof STACKS;
export const STACK_NAMES: readonly StackName[] = ['raft', 'member'];

/** What is asked of one seed. */
export interface SeedTask {
  readonly seed: number;
  readonly stacks: readonly StackName[];
  readonly mutation: string | undefined;
}

export interface SeedReport {
  readonly seed: number;
  readonly hasHeld: boolean;
  /** To be printed as they are; the last one is the verdict. */
  readonly lines: readonly string[];
}

/** Runs one seed on each stack asked for. @param print gets every event and every line while it happens, if given; `lines` is empty then */
export function reportSeed({ seed, stacks, mutation }: SeedTask, print?: (line: string) => void): SeedReport {
  const lines: string[] = [];
  const say = print ?? ((line: string) => lines.push(line));
  const hashes: string[] = [];
  let hasHeld = true;
  for (const name of stacks) {
    const stack: Stack = STACKS[name];
    say(`seed ${seed} draws ${stack.describe(seed)}`);
    const { hash, violation, counts } = stack.run(seed, {
      ...(print === undefined ? {} : { print }),
      ...(mutation === undefined ? {} : { mutation }),
    });
    const summary = Object.entries(counts).map(([count, value]) => `${count}=${value}`);
    say(`seed ${seed} ran stack=${name} ${summary.join(' ')}`);
    hashes.push(hash);
    if (violation === undefined) continue;
    hasHeld = false;
    say(`violation: ${violation}`);
    say(`replay: npm run sim -- --stack ${name} --seed ${seed} --trace`);
  }
  say(`seed ${seed} ${hasHeld ? 'ok' : 'FAILED'} hash ${hashes.join('')}`);
  return { seed, hasHeld, lines };
}
