/** The parts of `npm test`, in the order in which they run: the cheapest complaint first. */
import { mkdirSync, readFileSync, rmSync } from 'node:fs';
import path from 'node:path';
import { errorText } from '../../lib/base/error-text.ts';
import { runChecks } from './check-steps.ts';
import { type PartRun, runPart, stopCurrentPart } from './run-part.ts';
import { ROOT } from './source-files.ts';
import {
  add,
  finalLine,
  NOTHING,
  type Tally,
  tallyChecks,
  tallyPlaywright,
  tallySim,
  tallyVitest,
} from './test-tally.ts';

/** Only ends what hangs: a part takes a few minutes, on a busy machine several times that. */
const PART_TIMEOUT_MS = 25 * 60_000;
/** Bare cores, and whole members on a faulty disk. `npm run sim -- --seeds A..B [--stack member]` runs any others. */
const SIM_STACKS = ['raft', 'member'] as const;
const SIM_SEEDS = { first: 1, last: 200 };
/** Enough to see what a failing seed said last. */
const SIM_LINES_SHOWN = 40;
const REPORTS = path.join(ROOT, 'node_modules/.cache/test-reports');

const bin = (file: string): string => path.join(ROOT, 'node_modules', file);

type Part = () => Promise<Tally>;

export const PARTS: Readonly<Record<string, Part>> = {
  check: async () => tallyChecks(await runChecks((line) => console.log(line))),
  unit: () => vitest('unit', []),
  sim: runSim,
  processes: () => vitest('processes', ['--config', 'e2e/vitest.config.ts']),
  browser: runBrowser,
};

/** Not part of `npm test`, which has a slice of it among the processes; minutes long. */
const LONG_PARTS: Readonly<Record<string, Part>> = {
  faults: () => runJudged('faults', 'members under faults'),
  coordination: () => runJudged('coordination', 'recipes under faults'),
};

export const E2E_PARTS: readonly string[] = ['processes', 'browser'];
export const E2E_LONG_PARTS: readonly string[] = Object.keys(LONG_PARTS);

/** Runs the parts named, prints what failed and was skipped, and last the plain line with the sums. */
export async function runParts(names: readonly string[]): Promise<Tally> {
  mkdirSync(REPORTS, { recursive: true });
  for (const signal of ['SIGINT', 'SIGTERM'] as const) {
    process.once(signal, () => {
      stopCurrentPart();
      process.exit(130);
    });
  }
  let total = NOTHING;
  for (const name of names) {
    console.log(`\n== ${name} ==`);
    const startedAt = performance.now();
    const tally = (await (PARTS[name] ?? LONG_PARTS[name])?.()) ?? NOTHING;
    console.log(`== ${name}: ${finalLine(tally)} (${Math.round((performance.now() - startedAt) / 1000)} s)`);
    total = add(total, tally);
  }
  console.log('');
  for (const name of total.skipped) console.log(`skipped: ${name}`);
  for (const name of total.failed) console.log(`failed: ${name}`);
  console.log(finalLine(total));
  return total;
}

async function vitest(name: string, args: readonly string[]): Promise<Tally> {
  const report = freshReport(name);
  const run = await runPart({
    args: [
      bin('vitest/vitest.mjs'),
      'run',
      ...args,
      '--reporter=default',
      '--reporter=json',
      `--outputFile.json=${report}`,
    ],
    env: {},
    timeoutMs: PART_TIMEOUT_MS,
  });
  return withProblems(name, run, () => tallyVitest(JSON.parse(readFileSync(report, 'utf8')), ROOT));
}

async function runSim(): Promise<Tally> {
  let total = NOTHING;
  for (const stack of SIM_STACKS) {
    const run = await runPart({
      args: ['server/store/sim/main.ts', '--stack', stack, '--seeds', `${SIM_SEEDS.first}..${SIM_SEEDS.last}`],
      env: {},
      timeoutMs: PART_TIMEOUT_MS,
      echo: false,
    });
    const tally = withProblems(`sim ${stack}`, run, () => tallySim(run.output, { ...SIM_SEEDS, stack }));
    if (tally.failed.length > 0) console.log(run.output.trimEnd().split('\n').slice(-SIM_LINES_SHOWN).join('\n'));
    total = add(total, tally);
  }
  return total;
}

/** A long run judges itself and says so by its exit code: it counts as one test. */
async function runJudged(part: string, what: string): Promise<Tally> {
  const run = await runPart({ args: [`e2e/${part}/main.ts`], env: {}, timeoutMs: PART_TIMEOUT_MS });
  return withProblems(part, run, () => ({
    ...NOTHING,
    ...(run.code === 0 ? { passed: 1 } : { failed: [`${part}: ${what}`] }),
    skipped: [...run.output.matchAll(/^(.*): skipped: (.*)$/gm)].map(([, size, why]) => `${part}: ${size}: ${why}`),
  }));
}

async function runBrowser(): Promise<Tally> {
  const report = freshReport('browser');
  const run = await runPart({
    args: [bin('@playwright/test/cli.js'), 'test', '--reporter=list,json'],
    env: { PLAYWRIGHT_JSON_OUTPUT_FILE: report },
    timeoutMs: PART_TIMEOUT_MS,
  });
  return withProblems('browser', run, () => tallyPlaywright(JSON.parse(readFileSync(report, 'utf8'))));
}

/** An old report must never speak for a run that wrote none. */
function freshReport(name: string): string {
  const file = path.join(REPORTS, `${name}.json`);
  rmSync(file, { force: true });
  return file;
}

/** A tool that ends badly although it counted no failure (an unhandled rejection, a broken teardown) has failed. */
function withProblems(name: string, { problems, code }: PartRun, count: () => Tally): Tally {
  const failures: Tally = { ...NOTHING, failed: problems.map((problem) => `${name}: ${problem}`) };
  try {
    const tally = add(count(), failures);
    if (code === 0 || tally.failed.length > 0) return tally;
    return add(tally, { ...NOTHING, failed: [`${name}: ended with exit code ${code}, see its output above`] });
  } catch (cause) {
    const reason = errorText(cause);
    return add(failures, { ...NOTHING, failed: [`${name}: no result (${reason})`] });
  }
}
