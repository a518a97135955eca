/** The static checks, one after another: `npm run check` prints them and `npm test` counts them. */
import { spawnSync } from 'node:child_process';
import { existsSync, readFileSync } from 'node:fs';
import path from 'node:path';
import { checkImports } from './import-rules.ts';
import { checkLock } from './lock-check.ts';
import { checkRouteMatrix } from './route-matrix.ts';
import { type Finding, formatFinding, ROOT, sourceFiles, topLevel } from './source-files.ts';
import { checkTidy } from './tidy.ts';

export interface CheckResult {
  readonly name: string;
  readonly ok: boolean;
}

export async function runChecks(report: (line: string) => void): Promise<CheckResult[]> {
  const files = sourceFiles(ROOT);
  const read = (name: string) => readFileSync(path.join(ROOT, name), 'utf8');
  const steps: readonly [name: string, run: () => string[]][] = [
    ['format and lint', () => tool('@biomejs/biome/bin/biome', ['check', '--error-on-warnings', '--colors=off', '.'])],
    ['import directions', () => lines(checkImports(files))],
    ['tidy', () => lines(checkTidy(files, topLevel(ROOT)))],
    ['route matrix', () => lines(checkRouteMatrix(files))],
    ['lock file', () => lines(checkLock(read('package.json'), read('package-lock.json')))],
    ['types', types],
  ];
  return steps.map(([name, run]) => {
    const startedAt = performance.now();
    const problems = run();
    const seconds = ((performance.now() - startedAt) / 1000).toFixed(1);
    report(`${problems.length === 0 ? 'ok    ' : 'FAILED'} ${name} (${seconds} s)`);
    for (const problem of problems) report(`  ${problem}`);
    return { name, ok: problems.length === 0 };
  });
}

const lines = (findings: readonly Finding[]): string[] => findings.map(formatFinding);

function types(): string[] {
  // Next writes the declarations for CSS and for routes; a fresh clone has none yet.
  if (!existsSync(path.join(ROOT, 'next-env.d.ts'))) {
    const problems = tool('next/dist/bin/next', ['typegen']);
    if (problems.length > 0) return problems;
  }
  const problems = tool('typescript/bin/tsc', ['--noEmit', '--pretty', 'false', '-p', '.']);
  // What Next generates declares more than it uses; everything else it says about our routes counts.
  return problems.filter((line) => !/^\.next\/.*error TS61(33|96):/.test(line));
}

/** Runs a tool of ours; its output lines when it fails, none when it succeeds. */
function tool(script: string, args: readonly string[]): string[] {
  const { status, stdout, stderr, error } = spawnSync(
    process.execPath,
    [path.join(ROOT, 'node_modules', script), ...args],
    { cwd: ROOT, encoding: 'utf8', maxBuffer: 64 * 1024 * 1024, env: { ...process.env, NEXT_TELEMETRY_DISABLED: '1' } },
  );
  if (error !== undefined) return [`${script}: ${error.message}`];
  if (status === 0) return [];
  const output = `${stdout}${stderr}`.split('\n').filter((line) => line.trim() !== '');
  return output.length > 0 ? output : [`${script} ended with exit code ${status}`];
}
