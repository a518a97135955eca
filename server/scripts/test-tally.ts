/** Counting test results of different tools into the one line that ends `npm test`. */
import type { CheckResult } from './check-steps.ts';

export interface Tally {
  readonly passed: number;
  /** Names of what failed. */
  readonly failed: readonly string[];
  /** Names of what was skipped, with the reason where the test gives one. */
  readonly skipped: readonly string[];
}

export const NOTHING: Tally = { passed: 0, failed: [], skipped: [] };

export function add(a: Tally, b: Tally): Tally {
  return { passed: a.passed + b.passed, failed: [...a.failed, ...b.failed], skipped: [...a.skipped, ...b.skipped] };
}

/** Exactly what scripts look for; skipped ones are counted only where there are any. */
export function finalLine({ passed, failed, skipped }: Tally): string {
  return `${passed} passed, ${failed.length} failed${skipped.length > 0 ? `, ${skipped.length} skipped` : ''}`;
}

export function tallyChecks(results: readonly CheckResult[]): Tally {
  return {
    passed: results.filter((result) => result.ok).length,
    failed: results.filter((result) => !result.ok).map((result) => `check: ${result.name}`),
    skipped: [],
  };
}

interface VitestReport {
  readonly testResults: readonly {
    readonly name: string;
    readonly status: string;
    readonly message?: string;
    readonly assertionResults: readonly { readonly fullName: string; readonly status: string }[];
  }[];
}

/** Vitest's JSON report. A file that could not even be loaded counts as one failure. */
export function tallyVitest(report: VitestReport, root: string): Tally {
  let tally = NOTHING;
  for (const file of report.testResults) {
    const where = file.name.startsWith(root) ? file.name.slice(root.length + 1) : file.name;
    const named = (status: (text: string) => boolean) =>
      file.assertionResults.filter((test) => status(test.status)).map((test) => `${where}: ${test.fullName.trim()}`);
    const failed = named((status) => status === 'failed');
    const broken = file.status === 'failed' && failed.length === 0;
    tally = add(tally, {
      passed: file.assertionResults.filter((test) => test.status === 'passed').length,
      failed: broken ? [`${where}: ${file.message?.split('\n')[0] || 'the file failed outside its tests'}`] : failed,
      skipped: named((status) => status !== 'passed' && status !== 'failed'),
    });
  }
  return tally;
}

interface PlaywrightSuite {
  readonly title: string;
  readonly suites?: readonly PlaywrightSuite[];
  readonly specs?: readonly {
    readonly title: string;
    readonly file: string;
    readonly tests: readonly {
      /** 'flaky' means failed first: no test here is retried, so it never occurs and would count as failed. */
      readonly status: 'expected' | 'unexpected' | 'flaky' | 'skipped';
      readonly projectName: string;
      readonly annotations: readonly { readonly type: string; readonly description?: string }[];
    }[];
  }[];
}

interface PlaywrightReport {
  readonly suites: readonly PlaywrightSuite[];
  readonly errors: readonly { readonly message?: string }[];
}

/** Playwright's JSON report. */
export function tallyPlaywright(report: PlaywrightReport): Tally {
  const errors = report.errors.map(
    (error) => `browser: ${error.message?.split('\n')[0] ?? 'failed outside its tests'}`,
  );
  return report.suites.map(tallySuite).reduce(add, { ...NOTHING, failed: errors });
}

function tallySuite(suite: PlaywrightSuite): Tally {
  let tally = NOTHING;
  for (const spec of suite.specs ?? []) {
    for (const test of spec.tests) {
      const project = test.projectName === '' ? '' : ` [${test.projectName}]`;
      const reason = test.annotations.find((note) => note.type === 'skip' || note.type === 'fixme')?.description;
      const name = `${spec.file}: ${spec.title}${project}`;
      if (test.status === 'expected') tally = add(tally, { ...NOTHING, passed: 1 });
      else if (test.status === 'skipped')
        tally = add(tally, { ...NOTHING, skipped: [reason ? `${name} (${reason})` : name] });
      else tally = add(tally, { ...NOTHING, failed: [name] });
    }
  }
  return (suite.suites ?? []).map(tallySuite).reduce(add, tally);
}

interface SimRun {
  readonly first: number;
  readonly last: number;
  readonly stack: string;
}

/** The simulator's output: one `seed N ok hash H` per seed that held. */
export function tallySim(output: string, seeds: SimRun): Tally {
  const held = new Set([...output.matchAll(/^seed (\d+) ok hash /gm)].map((match) => Number(match[1])));
  const failed: string[] = [];
  for (let seed = seeds.first; seed <= seeds.last; seed++) {
    if (!held.has(seed)) failed.push(`sim: seed ${seed} (npm run sim -- --stack ${seeds.stack} --seed ${seed})`);
  }
  return { passed: held.size, failed, skipped: [] };
}
