import { spawnSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterEach, expect, test } from 'vitest';
import { utf8Encode } from '../../../lib/base/bytes.ts';
import { lockDataDir } from '../config/data-dir-lock.ts';
import { openLog } from '../member/boot.ts';
import { identifyCluster } from '../member/bootstrap.ts';
import { DATA_DIR, LoneMember, WAL_DIR } from '../member/test-support/lone-member.ts';
import { parseName } from '../mvcc/segments/segment-file.ts';
import { silentLog } from '../ports/log.ts';
import { MemoryDisk } from '../ports/memory-disk.ts';
import { NodeDisk } from '../ports/node-disk.ts';
import { checkDirectory, repairDirectory } from './check.ts';
import { OverlayDisk } from './overlay-disk.ts';
import { printReport } from './print-report.ts';

const PLACES = { dataDir: '', walDir: WAL_DIR };
const MAIN = path.join(import.meta.dirname, 'main.ts');

/** The files of a member that wrote, compacted and was killed. */
function directory(): { readonly disk: MemoryDisk; readonly hash: number } {
  const disk = new MemoryDisk();
  const member = new LoneMember(disk, 0);
  for (let i = 0; i < 150; i++)
    member.settle({ put: { key: utf8Encode(`k${i % 9}`), value: utf8Encode('v'.repeat(i % 70)) } });
  member.settle({ compaction: { revision: 140 } });
  member.run(1000);
  let isStopped = false;
  member.core.stop(() => {
    isStopped = true;
  });
  member.run(10);
  expect(isStopped).toBe(true);
  disk.kill();
  return { disk, hash: member.parts.machine.kv.hashKv(0).hash };
}

const sizesOf = (disk: MemoryDisk) =>
  [WAL_DIR, DATA_DIR].flatMap((dir) =>
    disk.list(dir).map((name) => [name, disk.open(`${dir}/${name}`, { create: false }).size()]),
  );

function append(disk: MemoryDisk, file: string, at: number): void {
  disk.open(file, { create: false }).write(at, utf8Encode('half a record'));
}

test('a sound directory is told file by file, with the state a member would come up with, and stays as it is', () => {
  const { disk, hash } = directory();
  const before = sizesOf(disk);
  const report = checkDirectory(disk, PLACES);
  expect(report.files.filter(({ verdict }) => verdict !== 'whole')).toEqual([]);
  expect(report.start).toMatchObject({ kind: 'starts', changes: [] });
  const text = printReport(report, false);
  expect(text).toContain(`HashKV ${hash} at revision 151, compact revision 140`);
  expect(text).toMatch(/format version 2\n +rewritten after the compaction at revision 140/);
  expect(text).toMatch(
    /etcd WAL\n +\d+ entries, \d+ hard states, \d+ snapshot markers\n +entries \d+ to \d+, terms \d+ to \d+/,
  );
  expect(text).toContain('There is nothing to repair.');
  expect(sizesOf(disk)).toEqual(before);
});

test.each([
  ['a closed file of the log', (disk: MemoryDisk) => `${WAL_DIR}/${disk.list(WAL_DIR)[0]}`],
  [
    'a stored file',
    (disk: MemoryDisk) => `${DATA_DIR}/${disk.list(DATA_DIR).find((name) => parseName(name) !== undefined)}`,
  ],
  ['CURRENT', () => `${DATA_DIR}/CURRENT`],
])('damage in %s is named, the other files are still read, and a repair refuses and changes nothing', (_, pick) => {
  const { disk } = directory();
  const file = pick(disk);
  disk.flipByte(file, 20, 0x40);
  const before = sizesOf(disk);
  const report = repairDirectory(disk, PLACES);
  expect(report.files.filter(({ verdict }) => verdict === 'damaged').map((found) => found.path)).toEqual([file]);
  expect(report.start).toMatchObject({ kind: 'refuses' });
  expect(printReport(report, true)).toContain('Nothing was repaired');
  expect(sizesOf(disk)).toEqual(before);
});

test('torn tails and left-over files are told, and repaired only when asked for', () => {
  const { disk } = directory();
  const wal = `${WAL_DIR}/${disk.list(WAL_DIR).at(-1)}`;
  const state = `${DATA_DIR}/${disk
    .list(DATA_DIR)
    .filter((name) => parseName(name) !== undefined)
    .at(-1)}`;
  append(disk, wal, disk.open(wal, { create: false }).size() - 64);
  append(disk, state, disk.open(state, { create: false }).size());
  disk.open(`${DATA_DIR}/x.seg.tmp`, { create: true }).write(0, utf8Encode('x'));
  const before = sizesOf(disk);
  const report = checkDirectory(disk, PLACES);
  const verdicts = Object.fromEntries(report.files.map((found) => [found.path, found.verdict]));
  expect(verdicts).toMatchObject({ [wal]: 'torn', [state]: 'torn', [`${DATA_DIR}/x.seg.tmp`]: 'left over' });
  expect(sizesOf(disk)).toEqual(before);
  const repaired = repairDirectory(disk, PLACES);
  expect(repaired.start).toMatchObject({
    kind: 'starts',
    changes: expect.arrayContaining([expect.stringContaining(wal)]),
  });
  expect(checkDirectory(disk, PLACES)).toMatchObject({ start: { kind: 'starts', changes: [] } });
});

test('files begun behind the last commit are no damage', () => {
  const { disk } = directory();
  const next = (position: number) => `${DATA_DIR}/00000001-0000000${position}-0000000${position}-00000000.seg`;
  const position =
    (disk
      .list(DATA_DIR)
      .flatMap((name) => parseName(name) ?? [])
      .at(-1)?.last ?? 0) + 1;
  disk.open(next(position), { create: true });
  disk.open(next(position + 1), { create: true }).write(0, utf8Encode('half a header'));
  const report = checkDirectory(disk, PLACES);
  const found = Object.fromEntries(report.files.map((file) => [file.path, file.verdict]));
  expect(found).toMatchObject({ [next(position)]: 'torn', [next(position + 1)]: 'torn' });
  expect(Object.values(found)).not.toContain('damaged');
  expect(report.start.kind).toBe('starts');
});

test('the overlay shows its own changes and touches nothing below', () => {
  const disk = new MemoryDisk();
  disk.makeDirectory('/d');
  disk.open('/d/a', { create: true }).write(0, utf8Encode('below'));
  disk.open('/d/b', { create: true }).write(0, utf8Encode('b'));
  const overlay = new OverlayDisk(disk);
  const file = overlay.open('/d/a', { create: false });
  expect(file.read(1, 3)).toEqual(utf8Encode('elo'));
  file.write(5, utf8Encode('!'));
  file.truncate(2);
  overlay.rename('/d/a', '/d/c');
  overlay.remove('/d/b');
  expect(overlay.list('/d')).toEqual(['c']);
  expect(overlay.open('/d/c', { create: false }).read(0, 9)).toEqual(utf8Encode('be'));
  expect(overlay.changes()).toEqual(['removes /d/a (5 bytes)', 'removes /d/b (1 bytes)', 'creates /d/c (2 bytes)']);
  expect(disk.list('/d')).toEqual(['a', 'b']);
  expect(disk.open('/d/a', { create: false }).read(0, 9)).toEqual(utf8Encode('below'));
});

let dir: string | undefined;
afterEach(() => {
  if (dir !== undefined) rmSync(dir, { recursive: true, force: true });
  dir = undefined;
});

test('the command: 0 for a sound directory, 2 for one in use, none at all or a mistake, 1 for damage', () => {
  dir = mkdtempSync(path.join(tmpdir(), 'quorate-check-'));
  const dataDir = path.join(dir, 'm1');
  const check = (...args: string[]) => spawnSync(process.execPath, [MAIN, ...args], { encoding: 'utf8' });
  expect(check(dataDir)).toMatchObject({
    status: 2,
    stderr: expect.stringContaining('is not the data directory of a member'),
  });
  expect(check()).toMatchObject({ status: 2, stderr: expect.stringContaining('usage: npm run store:check') });
  expect(check(dataDir, '--nonsense')).toMatchObject({ status: 2 });
  const disk = new NodeDisk();
  const cluster = identifyCluster([{ name: 'm1', peerUrls: ['http://m1:2380'] }], 'check');
  const [self] = cluster.members;
  if (self === undefined) throw new Error('the cluster has a member');
  const identity = { memberId: self.id, clusterId: cluster.clusterId };
  openLog({
    ...{ disk, dir: `${dataDir}/member/wal`, log: silentLog, segmentBytes: 65_536 },
    fresh: () => ({ identity, cluster }),
  }).wal.close();
  expect(check(dataDir)).toMatchObject({ status: 0, stdout: expect.stringContaining('A member starts on this') });
  expect(check(dir)).toMatchObject({ status: 2, stderr: expect.stringContaining('it has those of m1') });
  const lock = lockDataDir(dataDir);
  expect(check(dataDir, '--repair')).toMatchObject({
    status: 2,
    stderr: expect.stringContaining(`is in use by process ${process.pid}: stop that member first`),
  });
  lock.release();
  mkdirSync(`${dataDir}/member/data`);
  disk.open(`${dataDir}/member/data/CURRENT`, { create: true }).write(0, utf8Encode('nonsense'));
  expect(check(dataDir)).toMatchObject({
    status: 1,
    stdout: expect.stringContaining('A member would refuse to start'),
  });
});
