/**
 * A real member on a real disk that fills up: a small tmpfs in a mount namespace of its own, which needs no rights where the
 * kernel allows user namespaces. Skipped by name elsewhere.
 */
import { spawnSync } from 'node:child_process';
import { mkdirSync, rmSync, statfsSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { afterEach, expect, test } from 'vitest';
import { type MemberProcess, ProcessCluster } from './test-support/member-processes.ts';

const TIMEOUT_MS = 90_000;
const DISK_BYTES = 24 * 1024 * 1024;
const WRITES_BEFORE = 20;

const mayMount =
  spawnSync('unshare', ['-Urm', 'mount', '-t', 'tmpfs', 'tmpfs', '/mnt'], { stdio: 'ignore' }).status === 0;

let cluster: ProcessCluster | undefined;
afterEach(async () => {
  await cluster?.destroy();
  cluster = undefined;
});

/** One member whose data directory lies on a tmpfs of DISK_BYTES, which vanishes with the process. */
async function memberOnSmallDisk(): Promise<MemberProcess> {
  cluster = await ProcessCluster.create(1);
  const [member] = cluster.members;
  if (member === undefined) throw new Error('a cluster of one has a member');
  mkdirSync(member.dataDir, { recursive: true });
  const mount = `mount -t tmpfs -o size=${DISK_BYTES} tmpfs "${member.dataDir}" && exec "$@"`;
  member.command = ['unshare', '-Urm', 'sh', '-c', mount, 'member', ...member.command];
  await member.start();
  return member;
}

/** The small disk as this process sees it: through the member's own view of the file system. */
const insideOf = (member: MemberProcess): string => path.join(`/proc/${member.pid}/root`, member.dataDir);

/** Leaves about `bytes` free. */
function fillUpTo(dir: string, bytes: number): string {
  const filler = path.join(dir, 'filler');
  const { bavail, bsize } = statfsSync(dir);
  writeFileSync(filler, new Uint8Array(Math.max(0, bavail * bsize - bytes)));
  return filler;
}

async function until(condition: () => Promise<boolean>): Promise<void> {
  while (!(await condition()));
}

test.skipIf(!mayMount)(
  'a nearly full disk raises NOSPACE and refuses writes; reads go on, and writes resume when there is room',
  async () => {
    const member = await memberOnSmallDisk();
    expect(await member.put('before', '1')).toBe(true);
    const filler = fillUpTo(insideOf(member), 512 * 1024);
    await until(async () => !(await member.put('probe', 'x')));
    const alarms = await member.call('/v3/maintenance/alarm', { action: 'GET' });
    expect(alarms).toMatchObject({ alarms: [{ alarm: 'NOSPACE' }] });
    expect((await member.list('before'))?.get('before')).toBe('1');
    expect(await member.call('/v3/maintenance/defragment', {}), 'there is no room for a copy').toBeUndefined();
    expect((await member.list('before'))?.get('before')).toBe('1');
    rmSync(filler);
    await until(() => member.put('after', '2'));
    expect(await member.call('/v3/maintenance/defragment', {})).toEqual({});
    expect((await member.list('after'))?.get('after')).toBe('2');
    const { log } = await member.kill('SIGTERM');
    expect(log).toContain('the disk is nearly full: writes are refused until there is room');
  },
  TIMEOUT_MS,
);

test.skipIf(!mayMount)(
  'a disk that is full from one moment to the next stops the member with one clear line',
  async () => {
    const member = await memberOnSmallDisk();
    const dir = insideOf(member);
    let acknowledged = 0;
    const value = 'v'.repeat(100_000);
    let isUp = true;
    const ended = member.exited().then((exit) => {
      isUp = false;
      return exit;
    });
    for (let i = 0; isUp; i++) {
      if (i === WRITES_BEFORE) fillUpTo(dir, 0);
      if (await member.put(`key ${i}`, value)) acknowledged++;
    }
    const { code, log } = await ended;
    expect(code).toBe(1);
    expect(acknowledged).toBeGreaterThanOrEqual(WRITES_BEFORE);
    expect(log).toMatch(
      /stopped to protect the data: cannot write .*: ENOSPC: the disk is full, make room and start again/,
    );
    expect(log).not.toContain('stopped by a defect');
  },
  TIMEOUT_MS,
);
