import { expect, test } from 'vitest';
import { MemoryDisk } from '../../ports/memory-disk.ts';
import { chooseRewrite } from './rewrite-choice.ts';
import { SegmentFile } from './segment-file.ts';

const SEGMENT_BYTES = 10_000;

interface Dead {
  readonly puts?: number;
  readonly tombstones?: number;
  readonly size?: number;
}

/** Files of earlier rewrites in a row, with these bytes dead. */
function files(...all: readonly Dead[]): SegmentFile[] {
  const disk = new MemoryDisk();
  return all.map(({ puts = 0, tombstones = 0, size = SEGMENT_BYTES }, at) => {
    const name = { incarnation: 1, first: at + 1, last: at + 1, generation: 1 };
    const segment = new SegmentFile({ name, file: disk.open(`/${at}`, { create: true }), slot: at });
    segment.size = size;
    segment.deadPutBytes = puts;
    segment.deadPuts = puts > 0 ? 1 : 0;
    segment.deadTombstoneBytes = tombstones;
    return segment;
  });
}

function choose(all: readonly SegmentFile[], { isThorough = true, roomBytes = Number.POSITIVE_INFINITY } = {}) {
  const choice = chooseRewrite(all, { isThorough, segmentBytes: SEGMENT_BYTES, roomBytes: () => roomBytes });
  return choice && { run: choice.run.map(({ name }) => name.first), needBytes: choice.needBytes };
}

test('just under half dead is nothing to the usual choice, a hundredth is enough for the thorough one', () => {
  expect(choose(files({ puts: 4900 }), { isThorough: false })).toBeUndefined();
  expect(choose(files({ puts: 5000 }), { isThorough: false })).toEqual({ run: [1], needBytes: 5000 });
  expect(choose(files({ puts: 100 }))).toEqual({ run: [1], needBytes: 9900 });
  expect(choose(files({ puts: 99 }))).toBeUndefined();
  expect(choose([])).toBeUndefined();
});

test('tombstones that may not go are no reason for a rewrite, until they are many: then what keeps them goes first', () => {
  expect(choose(files({ puts: 50 }, { tombstones: 190 }))).toBeUndefined();
  expect(choose(files({ puts: 50 }, { tombstones: 210 }))?.run[0]).toBe(1);
  expect(choose(files({}, { tombstones: 210 }))?.run).toEqual([2]);
});

test('neighbours join while the result is no larger than a segment, small ones before it only when thorough', () => {
  expect(choose(files({ puts: 8000 }, { puts: 5000 }, { puts: 6000 }))?.run).toEqual([1, 2]);
  const small = files({ size: 1000 }, { size: 1000 }, { puts: 6000 });
  expect(choose(small)?.run).toEqual([1, 2, 3]);
  expect(choose(small, { isThorough: false })?.run).toEqual([3]);
  expect(choose(files({}, { size: 1000 }, { puts: 6000 }))?.run).toEqual([2, 3]);
});

test('only what there is room for is begun; with room for nothing it says what is missing', () => {
  const all = files({ puts: 2000 }, {}, { puts: 9000 }, { puts: 9500 });
  expect(choose(all, { roomBytes: 1200 })).toEqual({ run: [3], needBytes: 1000 });
  expect(choose(all, { roomBytes: 1600 })).toEqual({ run: [3, 4], needBytes: 1500 });
  expect(choose(all, { roomBytes: 600 })).toEqual({ run: [4], needBytes: 500 });
  expect(choose(all, { roomBytes: 200 })).toEqual({ run: [], needBytes: 300 });
  expect(choose(all, { roomBytes: -1000 })).toEqual({ run: [], needBytes: 1500 });
  expect(choose(files({ puts: SEGMENT_BYTES }), { roomBytes: -1000 })?.run).toEqual([1]);
});
