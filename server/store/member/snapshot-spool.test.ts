import { expect, test } from 'vitest';
import { logIndex, term } from '../../../lib/base/brand.ts';
import { utf8Encode } from '../../../lib/base/bytes.ts';
import type { Disk, DiskFile } from '../ports/disk.ts';
import { DiskError } from '../ports/disk.ts';
import { silentLog } from '../ports/log.ts';
import { MemoryDisk } from '../ports/memory-disk.ts';
import type { SnapshotMetadata } from '../raft/types.ts';
import { ImageCorruptError, SnapshotSpool } from './snapshot-spool.ts';

const DIR = '/member/snap';
const metadata = (index: number): SnapshotMetadata => ({
  index: logIndex(index),
  term: term(1),
  confState: { voters: [], learners: [], votersOutgoing: [], learnersNext: [], autoLeave: false },
});

/** A disk without room for one more file. */
class FullDisk extends MemoryDisk {
  isFull = false;

  override open(path: string, options: Parameters<Disk['open']>[1]): DiskFile {
    if (this.isFull && options.create && !this.exists(path)) throw new DiskError('ENOSPC', path, 'create');
    return super.open(path, options);
  }
}

function spoolOn(disk: Disk) {
  const lines: string[] = [];
  const spool = new SnapshotSpool({
    disk,
    dir: DIR,
    log: (_level, message, fields) => lines.push(`${message} ${fields?.reason}`),
  });
  return { spool, lines };
}

function store(spool: SnapshotSpool, disk: MemoryDisk, index: number, chunks: readonly string[]): boolean | undefined {
  let stored: boolean | undefined;
  const sink = spool.receive(metadata(index));
  for (const chunk of chunks) sink?.write(utf8Encode(chunk));
  sink?.finish((isStored) => {
    stored = isStored;
  });
  while (disk.completeFlush());
  return stored;
}

test('an image that is offered while the disk is full is refused with the reason, and taken when there is room', () => {
  const disk = new FullDisk();
  const { spool, lines } = spoolOn(disk);
  disk.isFull = true;
  expect(spool.receive(metadata(7))).toBeUndefined();
  expect(lines).toEqual([expect.stringMatching(/could not store a snapshot.*ENOSPC/)]);
  disk.isFull = false;
  expect(store(spool, disk, 7, ['whole'])).toBe(true);
});

test('an image for which the room runs out on the way counts as failed, and the next attempt starts afresh', () => {
  const disk = new MemoryDisk();
  const { spool } = spoolOn(disk);
  disk.failWriteWith = 'ENOSPC';
  expect(store(spool, disk, 7, ['first', 'second'])).toBe(false);
  expect(spool.has(metadata(7))).toBe(false);
  disk.failWriteWith = undefined;
  expect(store(spool, disk, 7, ['first'])).toBe(true);
  const source = spool.open(metadata(7));
  expect(source.next()).toEqual(utf8Encode('first'));
  expect(source.next()).toBeUndefined();
});

test('any flipped byte of a stored image is noticed while it is read', () => {
  const disk = new MemoryDisk();
  const { spool } = spoolOn(disk);
  store(spool, disk, 7, ['a chunk', 'another chunk']);
  const [name] = disk.list(DIR);
  const path = `${DIR}/${name}`;
  const size = disk.open(path, { create: false }).size();
  for (let at = 0; at < size; at++) {
    disk.flipByte(path, at, 0x10);
    const source = spool.open(metadata(7));
    const chunks: string[] = [];
    expect(() => {
      for (let chunk = source.next(); chunk !== undefined; chunk = source.next()) chunks.push(String(chunk));
    }, `byte ${at}`).toThrow(ImageCorruptError);
    disk.flipByte(path, at, 0x10);
  }
});

test('releasing removes what the durable state covers and keeps what it does not', () => {
  const disk = new MemoryDisk();
  const spool = new SnapshotSpool({ disk, dir: DIR, log: silentLog });
  store(spool, disk, 7, ['x']);
  store(spool, disk, 9, ['x']);
  spool.release(logIndex(8));
  expect([spool.has(metadata(7)), spool.has(metadata(9))]).toEqual([false, true]);
});
