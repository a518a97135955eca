import { expect, test } from 'vitest';
import { clusterId } from '../../../../lib/base/brand.ts';
import { equalBytes, toByteString, utf8Encode } from '../../../../lib/base/bytes.ts';
import { Prng } from '../../../../lib/base/prng.ts';
import type { DiskFile } from '../../ports/disk.ts';
import { MemoryDisk } from '../../ports/memory-disk.ts';
import { BlockCache } from './block-cache.ts';
import { readCurrent, writeCurrent } from './current.ts';
import { encodeFrame, type Frame, META_TYPE_MIN } from './frame.ts';
import { openSegments } from './open.ts';
import { findCommittedEnd } from './scan.ts';
import { formatName, parseName, resolveNames } from './segment-file.ts';
import type { SegmentStore } from './segment-store.ts';

const DIR = '/state';

const options = (disk: MemoryDisk, segmentBytes = 1_000_000) => ({
  disk,
  dir: DIR,
  clusterId: clusterId(5n),
  segmentBytes,
  cacheBytes: 1_000_000,
  durableAtLeast: 0,
});

function open(disk: MemoryDisk, segmentBytes?: number) {
  const meta: string[] = [];
  const { store, commit } = openSegments(options(disk, segmentBytes), () => ({
    revision: () => {},
    meta: ({ payload }) => meta.push(toByteString(payload)),
  }));
  return { store, commit, meta };
}

const note = (text: string): Frame => ({ type: META_TYPE_MIN, payload: utf8Encode(text) });

function flush(disk: MemoryDisk, store: SegmentStore, index: number, image = 'image'): void {
  const commit = { appliedIndex: index, appliedTerm: 1, revision: index, compactRevision: 0 };
  store.flush({ commit, image: () => [note(image)] }, (error) => expect(error).toBeUndefined());
  while (disk.completeFlush());
}

const name = (first: number, last: number, generation: number) => ({ incarnation: 1, first, last, generation });

test('a file name says what the file covers', () => {
  expect(formatName(name(1, 0x1f, 2))).toBe('00000001-00000001-0000001f-00000002.seg');
  expect(parseName('00000001-00000001-0000001f-00000002.seg')).toEqual(name(1, 0x1f, 2));
  expect(parseName('00000001-00000001-0000001f-00000002.seg.tmp')).toBeUndefined();
});

test('a rewritten file stands for those it replaced, and a gap is refused', () => {
  const files = [name(1, 1, 0), name(2, 2, 0), name(3, 3, 0), name(4, 4, 0), name(2, 3, 1), name(1, 1, 1)];
  expect(resolveNames(files, DIR)).toEqual([name(1, 1, 1), name(2, 3, 1), name(4, 4, 0)]);
  expect(() => resolveNames([name(1, 1, 0), name(3, 3, 0)], DIR)).toThrow('a segment file is missing');
  expect(() => resolveNames([name(2, 2, 0)], DIR)).toThrow('a segment file is missing');
});

test('state beside the revisions comes back from the image of the last file and what follows it', () => {
  const disk = new MemoryDisk();
  const { store } = open(disk, 100);
  store.appendMeta(note('before'));
  flush(disk, store, 1, 'first');
  store.appendMeta(note('second'));
  flush(disk, store, 2, 'never asked for in the first file');
  store.appendMeta(note('third'));
  flush(disk, store, 3, 'image of the second file');
  const reopened = open(disk, 100);
  expect(reopened.commit).toMatchObject({ appliedIndex: 3 });
  expect(reopened.meta.at(-1)).toBe('image of the second file');
  expect(reopened.meta).not.toContain('first');
});

test('what was appended after the last commit is cut', () => {
  const disk = new MemoryDisk();
  const { store } = open(disk);
  flush(disk, store, 1);
  store.appendMeta(note('x'.repeat(1_100_000)));
  store.appendMeta(note('y'));
  const path = `${DIR}/${formatName(name(1, 1, 0))}`;
  const before = disk.open(path, { create: false }).size();
  expect(before).toBeGreaterThan(1_000_000);
  expect(open(disk).meta).toEqual(['image']);
  expect(disk.open(path, { create: false }).size()).toBeLessThan(300);
});

test('damage before a commit that knew it durable is found wherever it lies', () => {
  const disk = new MemoryDisk();
  const { store } = open(disk);
  flush(disk, store, 1);
  store.appendMeta(note('second'));
  flush(disk, store, 2);
  const path = `${DIR}/${formatName(name(1, 1, 0))}`;
  const durableBefore = findCommittedEnd(disk.open(path, { create: false }), 1).end;
  store.appendMeta(note('third'));
  flush(disk, store, 3);
  for (let at = 0; at < durableBefore; at++) {
    disk.flipByte(path, at, 0x41);
    expect(() => open(disk), `byte ${at}`).toThrow(/is damaged at offset/);
    disk.flipByte(path, at, 0x41);
  }
  expect(open(disk).commit).toMatchObject({ appliedIndex: 3 });
});

test('a sealed file that lost its end refuses to open', () => {
  const disk = new MemoryDisk();
  const { store } = open(disk, 100);
  for (let index = 1; index <= 4; index++) {
    store.appendMeta(note('x'.repeat(200)));
    flush(disk, store, index);
  }
  const path = `${DIR}/${formatName(name(2, 2, 0))}`;
  const file = disk.open(path, { create: false });
  file.truncate(file.size() - 9);
  expect(() => open(disk, 100)).toThrow(/00000002-00000002-00000000.seg is damaged at offset \d+: it is cut short/);
});

test('a damaged CURRENT file refuses to open instead of starting afresh', () => {
  const disk = new MemoryDisk();
  disk.makeDirectory(DIR);
  writeCurrent(disk, DIR, 12);
  expect(readCurrent(disk, DIR)).toBe(12);
  disk.flipByte(`${DIR}/CURRENT`, 14, 1);
  expect(() => open(disk)).toThrow('/state/CURRENT is damaged');
});

test('temporary files and files of another incarnation are removed on opening', () => {
  const disk = new MemoryDisk();
  flush(disk, open(disk).store, 1);
  for (const stale of [formatName({ ...name(1, 1, 0), incarnation: 2 }), 'x.seg.tmp']) {
    disk.open(`${DIR}/${stale}`, { create: true }).write(0, Uint8Array.of(1));
  }
  open(disk);
  expect(disk.list(DIR)).toEqual([formatName(name(1, 1, 0)), 'CURRENT']);
});

test('the block cache answers like the file, whole blocks only where reads cluster', () => {
  const prng = new Prng(3);
  const content = Uint8Array.from({ length: 400_000 }, () => prng.int(0, 255));
  let bytesRead = 0;
  const file = {
    read: (at: number, length: number) => {
      bytesRead += length;
      return content.slice(at, at + length);
    },
  } as unknown as DiskFile;
  const source = { slot: 1, file, size: content.length };
  const cache = new BlockCache(2 * 64 * 1024);
  for (let i = 0; i < 2000; i++) {
    const at = prng.int(0, content.length - 70_000);
    const length = prng.chance(0.1) ? 70_000 : prng.int(1, 500);
    expect(equalBytes(cache.read(source, at, length), content.subarray(at, at + length))).toBe(true);
  }
  bytesRead = 0;
  for (let at = 0; at < 60_000; at += 100) cache.read(source, at, 100);
  expect(bytesRead).toBeLessThan(70_000);
});

test('frames cut anywhere are not taken for whole ones', () => {
  const disk = new MemoryDisk();
  disk.makeDirectory(DIR);
  const frame = encodeFrame(note('payload'));
  for (let length = 0; length < frame.length; length++) {
    const file = disk.open(`${DIR}/cut-${length}`, { create: true });
    file.write(0, frame.subarray(0, length));
    expect(findCommittedEnd(file, 1)).toEqual({ end: 0, isSealed: false, damagedAt: undefined });
  }
});
