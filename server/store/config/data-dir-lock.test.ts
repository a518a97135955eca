import { existsSync, mkdtempSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { DataDirError, lockDataDir } from './data-dir-lock.ts';

let dir = '';
beforeEach(() => {
  dir = mkdtempSync(path.join(tmpdir(), 'quorate-lock-'));
});
afterEach(() => rmSync(dir, { recursive: true, force: true }));

const lockFile = () => path.join(dir, 'member.lock');

test('the second holder is refused with the pid of the first and what to do', () => {
  const lock = lockDataDir(dir);
  expect(() => lockDataDir(dir)).toThrow(
    `${dir} is in use by process ${process.pid}: stop that member first, or give this one a --data-dir of its own`,
  );
  lock.release();
  lockDataDir(dir).release();
  expect(readdirSync(dir)).toEqual([]);
});

test('a lock left by a dead process, or by another one with its pid, is taken over', () => {
  writeFileSync(lockFile(), JSON.stringify({ pid: 2 ** 22 + 1, startedAt: '1' }));
  lockDataDir(dir).release();
  writeFileSync(lockFile(), JSON.stringify({ pid: process.pid, startedAt: '1' }));
  if (existsSync('/proc/self/stat')) lockDataDir(dir).release();
  writeFileSync(lockFile(), 'torn by a cra');
  lockDataDir(dir).release();
  expect(readdirSync(dir)).toEqual([]);
});

test('a directory that cannot be made says what to do', () => {
  writeFileSync(path.join(dir, 'file'), '');
  if (existsSync('/proc/self/stat'))
    expect(() => lockDataDir('/proc/none/below')).toThrow(/cannot be written \(ENOENT\)/);
  expect(() => lockDataDir(path.join(dir, 'file/below'))).toThrow(DataDirError);
  expect(() => lockDataDir(path.join(dir, 'file/below'))).toThrow(/cannot be written \(ENOTDIR\).*another --data-dir/);
});
