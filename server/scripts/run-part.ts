/**
 * Runs one part of the tests as a child process and makes sure that nothing of it stays. Every process a part starts,
 * however deep, inherits a mark in its environment; on Linux the marked ones still alive afterwards are found, named and
 * ended by id.
 */
import { spawn } from 'node:child_process';
import { randomUUID } from 'node:crypto';
import { readdirSync, readFileSync } from 'node:fs';
import { ROOT } from './source-files.ts';

const MARK = 'TEST_RUN_MARK';
const LEAVE_GRACE_MS_DEFAULT = 5000;
const POLL_MS = 100;

export interface PartRun {
  readonly output: string;
  /** Null when a signal ended it. */
  readonly code: number | null;
  /** In words what was wrong with the run itself, beyond its tests. */
  readonly problems: readonly string[];
}

interface PartOptions {
  readonly args: readonly string[];
  readonly env: Readonly<Record<string, string>>;
  readonly timeoutMs: number;
  /** How long what it started may take to leave after it. */
  readonly leaveGraceMs?: number;
  /** False: the output is only kept, for parts that say more than anyone reads. */
  readonly echo?: boolean;
}

let stopCurrent: (() => void) | undefined;

/** Ends the part that is running; for SIGINT and SIGTERM. */
export const stopCurrentPart = (): void => stopCurrent?.();

/** Runs `node ...args`, passing its output through. Never rejects. */
export async function runPart({ args, env, timeoutMs, leaveGraceMs, echo = true }: PartOptions): Promise<PartRun> {
  const mark = randomUUID();
  const child = spawn(process.execPath, args, {
    cwd: ROOT,
    stdio: ['ignore', 'pipe', 'pipe'],
    // Its own group, so that an interrupt ends it with all it started.
    detached: true,
    env: { ...process.env, ...env, [MARK]: mark, NEXT_TELEMETRY_DISABLED: '1' },
  });
  const { pid } = child;
  let output = '';
  const problems: string[] = [];
  child.stdout.on('data', (chunk: Buffer) => {
    output += chunk.toString('utf8');
    if (echo) process.stdout.write(chunk);
  });
  child.stderr.on('data', (chunk: Buffer) => process.stderr.write(chunk));
  const stop = () => {
    if (pid !== undefined) killQuietly(-pid);
  };
  stopCurrent = stop;
  const timer = setTimeout(() => {
    problems.push(`still running after ${timeoutMs / 60_000} minutes: stopped`);
    stop();
  }, timeoutMs);
  const code = await new Promise<number | null>((resolve) => {
    child.once('error', (cause) => {
      problems.push(`could not be started: ${cause.message}`);
      resolve(null);
    });
    child.once('close', (code, signal) => {
      if (signal !== null && problems.length === 0) problems.push(`was ended by ${signal}`);
      resolve(code);
    });
  });
  clearTimeout(timer);
  stopCurrent = undefined;
  return {
    output,
    code,
    problems: [...problems, ...(await endLeftovers(mark, leaveGraceMs ?? LEAVE_GRACE_MS_DEFAULT))],
  };
}

async function endLeftovers(mark: string, graceMs: number): Promise<string[]> {
  const deadline = Date.now() + graceMs;
  let left = marked(mark);
  while (left.length > 0 && Date.now() < deadline) {
    await new Promise((resolve) => setTimeout(resolve, POLL_MS));
    left = marked(mark);
  }
  for (const { pid } of left) killQuietly(pid);
  return left.map(({ pid, command }) => `left process ${pid} behind: ${command}`);
}

/** Living processes with our mark. Linux only: elsewhere there is no /proc, and none are found. */
function marked(mark: string): { readonly pid: number; readonly command: string }[] {
  let names: string[];
  try {
    names = readdirSync('/proc').filter((name) => /^\d+$/.test(name));
  } catch {
    return [];
  }
  return names.flatMap((name) => {
    try {
      if (!readFileSync(`/proc/${name}/environ`, 'latin1').includes(`${MARK}=${mark}`)) return [];
      if (/^State:\s+Z/m.test(readFileSync(`/proc/${name}/status`, 'latin1'))) return [];
      const command = readFileSync(`/proc/${name}/cmdline`, 'utf8').replaceAll('\0', ' ').trim();
      return [{ pid: Number(name), command: command.slice(0, 200) }];
    } catch {
      return []; // It ended meanwhile, or belongs to someone else.
    }
  });
}

function killQuietly(pid: number): void {
  try {
    process.kill(pid, 'SIGKILL');
  } catch {
    // Already gone, which is what we want.
  }
}
