import { type ChildProcess, spawn } from 'node:child_process';
import { existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import { letPausedGo, PauseRecords } from './paused-members.ts';

let dataDir: string;
let lines: string[];
let sleeper: ChildProcess;

beforeEach(() => {
  dataDir = mkdtempSync(path.join(tmpdir(), 'quorate-paused-'));
  lines = [];
  sleeper = spawn('sleep', ['60'], { stdio: 'ignore' });
});
afterEach(() => {
  sleeper.kill('SIGKILL');
  rmSync(dataDir, { recursive: true, force: true });
});

const file = () => path.join(dataDir, 'paused/m1.json');
const go = () => letPausedGo(dataDir, (line) => lines.push(line));

/** As a launcher writes it that is killed afterwards. */
function left(): void {
  new PauseRecords(dataDir).write('m1', sleeper.pid ?? 0);
  const record = JSON.parse(readFileSync(file(), 'utf8')) as { launcher: { startedAt: string } };
  record.launcher.startedAt = 'another process';
  writeFileSync(file(), JSON.stringify(record));
}

const linux = test.skipIf(process.platform !== 'linux');
const stateOf = (pid = 0): string => / ([A-Z]) /.exec(readFileSync(`/proc/${pid}/stat`, 'utf8'))?.[1] ?? '';
const ended = () => new Promise((resolve) => sleeper.once('exit', resolve));

linux('whoever was left paused goes on, and the start waits until it has left', async () => {
  left();
  sleeper.kill('SIGSTOP');
  await vi.waitFor(() => expect(stateOf(sleeper.pid)).toBe('T'));
  // A member leaves when it finds itself alone; this one is told to.
  sleeper.kill('SIGTERM');
  const gone = ended();
  await go();
  await gone;
  expect(lines).toEqual([expect.stringMatching(/^m1 was still paused by a drill.*left; now it is started again$/)]);
  expect(existsSync(file())).toBe(false);
});

linux('a process that has the id by now, but is another one, is left in peace', async () => {
  left();
  const record = JSON.parse(readFileSync(file(), 'utf8')) as { member: { startedAt: string } };
  writeFileSync(file(), JSON.stringify({ ...record, member: { ...record.member, startedAt: '1' } }));
  sleeper.kill('SIGSTOP');
  await go();
  expect(stateOf(sleeper.pid)).toBe('T');
  expect([lines, existsSync(file())]).toEqual([[], false]);
});

test('what a launcher that runs holds paused is its own', async () => {
  new PauseRecords(dataDir).write('m1', sleeper.pid ?? 0);
  await go();
  expect([lines, existsSync(file())]).toEqual([[], true]);
  new PauseRecords(dataDir).remove('m1');
  expect(existsSync(file())).toBe(false);
});

test('nothing recorded, something unreadable and a process that has ended are passed over', async () => {
  await go();
  mkdirSync(path.join(dataDir, 'paused'));
  for (const text of ['{"member"', 'null', '{"member":{"pid":-1,"startedAt":"x"},"launcher":{}}']) {
    writeFileSync(file(), text);
    await go();
    expect(existsSync(file())).toBe(false);
  }
  left();
  const gone = ended();
  sleeper.kill('SIGKILL');
  await gone;
  await go();
  expect([lines, existsSync(file())]).toEqual([[], false]);
});
