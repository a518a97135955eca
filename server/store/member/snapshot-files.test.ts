import { expect, test } from 'vitest';
import { BoltReader } from '../../../lib/base/bbolt/reader.ts';
import { openStateMachine } from '../apply/state-machine.ts';
import { applyItem, b, CLUSTER, type LogItem } from '../apply/test-support.ts';
import type { StateMachine } from '../apply/types.ts';
import type { Clock } from '../ports/clock.ts';
import { MemoryDisk } from '../ports/memory-disk.ts';
import { SnapshotContent } from '../snapshot-file/content.ts';
import { Database } from '../snapshot-file/read-database.ts';
import { SnapshotFiles } from './snapshot-files.ts';

const DIR = '/snap';
const put = (i: number): LogItem => ({
  kind: 'request',
  request: { put: { key: b(`key ${i}`), value: new Uint8Array(40_000) } },
});

/** Runs what is due between two steps of an export. */
function stepwise(between: () => void): Clock {
  return {
    now: () => 0,
    after: (_, action) => {
      queueMicrotask(() => {
        between();
        action();
      });
      return { cancel: () => undefined };
    },
  };
}

function world(between: () => void = () => undefined) {
  const disk = new MemoryDisk();
  const machine = openStateMachine({ disk: new MemoryDisk(), dir: '/state', clusterId: CLUSTER });
  for (let i = 0; i < 20; i++) applyItem(machine, put(i));
  const clock = stepwise(between);
  const files = () => new SnapshotFiles({ disk, dir: DIR, machine, clock });
  return { disk, machine, files };
}

const goOn = (): boolean => false;

function restoreInto(machine: StateMachine, from: StateMachine): void {
  const image = from.openSnapshot();
  machine.restoreSnapshot(image);
  image.close();
}

test('a snapshot shows the state of its beginning, and its file goes when it is closed', async () => {
  const later: (() => void)[] = [];
  const { disk, machine, files } = world(() => later.shift()?.());
  later.push(() => applyItem(machine, put(100)));
  const file = await files().create(goOn);
  expect(machine.kv.revision()).toBe(22);
  const bolt = new BoltReader({ size: () => file.bytes, read: (at, length) => file.read(at, length) });
  expect(new SnapshotContent(new Database(bolt), new Uint8Array(32)).summary).toMatchObject({
    revision: 21,
    revisions: 20,
  });
  expect(disk.list(DIR)).toEqual(['export-1.db']);
  file.close();
  file.close();
  expect(disk.list(DIR)).toEqual([]);
});

test('two may be made or read at a time', async () => {
  const snapshots = world().files();
  const [first, second] = await Promise.all([snapshots.create(goOn), snapshots.create(goOn)]);
  await expect(snapshots.create(goOn)).rejects.toThrow('etcdserver: too many requests');
  first.close();
  const third = await snapshots.create(goOn);
  second.close();
  third.close();
});

test('a client that leaves ends the work, and nothing is left behind', async () => {
  let steps = 0;
  const { disk, files } = world(() => steps++);
  const snapshots = files();
  await expect(snapshots.create(() => steps === 2)).rejects.toThrow('context canceled');
  expect(steps).toBe(2);
  expect(disk.list(DIR)).toEqual([]);
  (await snapshots.create(goOn)).close();
});

test('a full disk fails the one snapshot, with its reason', async () => {
  const { disk, files } = world();
  const snapshots = files();
  disk.failWriteWith = 'ENOSPC';
  await expect(snapshots.create(goOn)).rejects.toThrow(/etcdserver: no snapshot could be made: cannot write .*ENOSPC/);
  disk.failWriteWith = undefined;
  expect(disk.list(DIR)).toEqual([]);
  (await snapshots.create(goOn)).close();
});

test('a state that is replaced while it is read ends the snapshot', async () => {
  const other = world().machine;
  const replaced: { machine?: StateMachine } = {};
  const { machine, files, disk } = world(() => {
    if (replaced.machine !== undefined) restoreInto(replaced.machine, other);
    delete replaced.machine;
  });
  replaced.machine = machine;
  await expect(files().create(goOn)).rejects.toThrow('no snapshot could be made: the state was replaced');
  expect(disk.list(DIR)).toEqual([]);
});

test('what an earlier process left behind is removed, and nothing else', () => {
  const { disk, files } = world();
  disk.makeDirectory(DIR);
  for (const name of ['export-7.db', 'other.image']) disk.open(`${DIR}/${name}`, { create: true });
  files();
  expect(disk.list(DIR)).toEqual(['other.image']);
});
