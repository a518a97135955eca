import { type ChildProcess, spawn } from 'node:child_process';
import { readFileSync } from 'node:fs';
import path from 'node:path';
import { afterEach, expect, test, vi } from 'vitest';

const GUARD = path.join(import.meta.dirname, 'pause-guard.ts');
const children: ChildProcess[] = [];
afterEach(() => {
  for (const child of children.splice(0)) child.kill('SIGKILL');
});

function start(command: string, args: readonly string[], stdio: 'ignore' | ['ignore', 'ignore', 'ignore', 'ipc']) {
  const child = spawn(command, args, { stdio });
  children.push(child);
  return child;
}

/** The letter of its state: T is stopped. */
const stateOf = (pid: number): string => / ([A-Z]) /.exec(readFileSync(`/proc/${pid}/stat`, 'utf8'))?.[1] ?? '';

async function paused(forMs: number): Promise<{ readonly pid: number; readonly guard: ChildProcess }> {
  const { pid = 0 } = start('sleep', ['60'], 'ignore');
  const guard = start(process.execPath, [GUARD, String(pid), String(forMs)], ['ignore', 'ignore', 'ignore', 'ipc']);
  await new Promise((resolve) => guard.once('message', resolve));
  return { pid, guard };
}

// The state of a process is read from /proc.
const linux = test.skipIf(process.platform !== 'linux');

/** A signal that was sent takes a moment to be obeyed. */
const until = (pid: number, state: 'T' | 'S') =>
  vi.waitFor(() => expect(stateOf(pid)).toBe(state), { timeout: 10_000, interval: 10 });

linux('a process goes on when the countdown is over', async () => {
  const { pid, guard } = await paused(100);
  await new Promise((resolve) => guard.once('exit', resolve));
  await until(pid, 'S');
});

linux('it stands still, and goes on at once when the launcher is gone, however long the countdown', async () => {
  const { pid, guard } = await paused(60_000);
  await until(pid, 'T');
  guard.disconnect();
  await until(pid, 'S');
});
