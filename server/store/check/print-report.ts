/** A report in words, one file a paragraph, the verdict of the whole at the end. Pure. */
import type { CheckReport, StartReport } from './types.ts';

const VERDICT_WIDTH = 10;

export function printReport({ dir, files, start }: CheckReport, repaired: boolean): string {
  const lines: string[] = [];
  for (const { path, verdict, facts } of files) {
    lines.push(`${verdict.padEnd(VERDICT_WIDTH)}${path.startsWith(`${dir}/`) ? path.slice(dir.length + 1) : path}`);
    for (const fact of facts) lines.push(`${' '.repeat(VERDICT_WIDTH)}${fact}`);
  }
  lines.push('', ...describeStart(start, repaired));
  return `${lines.join('\n')}\n`;
}

function describeStart(start: StartReport, repaired: boolean): string[] {
  if (start.kind === 'refuses') {
    const note = repaired ? ['Nothing was repaired: what is missing cannot be made up.'] : [];
    return ['A member would refuse to start:', `  ${start.reason}`, ...note];
  }
  const { facts, changes } = start;
  const head = 'A member starts on this:';
  if (changes.length === 0) return [head, ...indented(facts), 'There is nothing to repair.'];
  const done = repaired
    ? 'Repaired, as a start would have done; what was cut was never known to be durable:'
    : 'A start, or --repair, does this first; what it cuts was never known to be durable:';
  return [head, ...indented(facts), done, ...indented(changes)];
}

const indented = (lines: readonly string[]): string[] => lines.map((line) => `  ${line}`);
