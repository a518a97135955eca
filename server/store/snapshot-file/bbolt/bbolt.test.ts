import fc from 'fast-check';
import { expect, test } from 'vitest';
import { encodeMetaPage } from '../../../../lib/base/bbolt/meta-page.ts';
import {
  DamagedFileError,
  PAGE_BYTES,
  PageFlag,
  readPageHeader,
  readPageId,
  viewOf,
} from '../../../../lib/base/bbolt/page.ts';
import { BoltReader } from '../../../../lib/base/bbolt/reader.ts';
import { compareBytes, concatBytes, utf8Encode } from '../../../../lib/base/bytes.ts';
import { Prng } from '../../../../lib/base/prng.ts';
import { MemoryDisk } from '../../ports/memory-disk.ts';
import { BoltWriter } from './writer.ts';

type Pairs = readonly (readonly [Uint8Array, Uint8Array])[];

function write(buckets: Readonly<Record<string, Pairs>>): Uint8Array {
  const file = new MemoryDisk().open('/db', { create: true });
  const writer = new BoltWriter(file);
  for (const [name, pairs] of Object.entries(buckets)) {
    const bucket = writer.bucket(utf8Encode(name));
    for (const [key, value] of pairs) bucket.put(key, value);
  }
  expect(writer.finish()).toBe(file.size());
  return file.read(0, file.size());
}

const open = (bytes: Uint8Array): BoltReader =>
  new BoltReader({ size: () => bytes.length, read: (at, length) => bytes.slice(at, at + length) });

const read = (bytes: Uint8Array, bucket: string): Pairs =>
  Array.from(open(bytes).entries(bucket), ({ key, value }) => [key, value] as const);

/** `count` pairs with rising keys of `keyBytes` and values of `valueBytes`. */
function pairs(count: number, keyBytes: number, valueBytes: number): Pairs {
  return Array.from({ length: count }, (_, i) => {
    const key = new Uint8Array(keyBytes).fill(0x2e);
    viewOf(key).setUint32(0, i);
    return [key, new Uint8Array(valueBytes).fill(i)] as const;
  });
}

/** What a page of the finished file is for, walking it as bbolt's own consistency check does. */
function walk(bytes: Uint8Array): { readonly seen: Map<number, number>; readonly children: number[] } {
  const view = viewOf(bytes);
  const seen = new Map<number, number>();
  const children: number[] = [];
  const visit = (id: number): void => {
    const at = id * PAGE_BYTES;
    const { flags, count, overflow } = readPageHeader(view, at);
    for (let page = id; page <= id + overflow; page++) seen.set(page, (seen.get(page) ?? 0) + 1);
    for (let element = at + 16; element < at + 16 + count * 16; element += 16) {
      if (flags === PageFlag.BRANCH) visit(readPageId(view, element + 8));
      else if (view.getUint32(element, true) === 1) {
        const root = readPageId(view, element + view.getUint32(element + 4, true) + view.getUint32(element + 8, true));
        if (root !== 0) visit(root);
      }
    }
    if (flags === PageFlag.BRANCH) children.push(count);
  };
  visit(readPageId(view, 16 + 16));
  return { seen, children };
}

const bytes = (max: number) => fc.uint8Array({ minLength: 1, maxLength: max });
const bucket: fc.Arbitrary<Pairs> = fc
  .uniqueArray(
    fc.tuple(bytes(40), fc.oneof(fc.uint8Array({ maxLength: 30 }), fc.uint8Array({ size: 'max', maxLength: 9000 }))),
    {
      maxLength: 60,
      selector: ([key]) => key.join(),
    },
  )
  .map((list) => list.sort(([a], [b]) => compareBytes(a, b)));

test('whatever is written is read back, bucket by bucket, in order', () => {
  fc.assert(
    fc.property(fc.dictionary(fc.string({ minLength: 1, maxLength: 8 }), bucket, { maxKeys: 6 }), (buckets) => {
      const file = write(buckets);
      expect(open(file).bucketNames.length).toBe(Object.keys(buckets).length);
      for (const [name, expected] of Object.entries(buckets)) {
        const found = read(file, Buffer.from(name).toString('latin1'));
        expect(found.length).toBe(expected.length);
        found.forEach(([key, value], i) => {
          expect(Buffer.compare(key, expected[i]?.[0] ?? new Uint8Array(0))).toBe(0);
          expect(Buffer.compare(value, expected[i]?.[1] ?? new Uint8Array(0))).toBe(0);
        });
      }
    }),
    { numRuns: 60 },
  );
});

test.each([
  ['three levels of branches', pairs(3000, 900, 40)],
  ['keys too large for a page', pairs(50, 5000, 0)],
  ['small pairs', pairs(20_000, 17, 20)],
  ['values of many pages', pairs(20, 17, 50_000)],
  ['one pair', pairs(1, 17, 5)],
])('every page has one place in the file and no branch a single child: %s', (_, list) => {
  const file = write({ key: list, empty: [], small: pairs(3, 8, 8) });
  expect(read(file, 'key').length).toBe(list.length);
  const { seen, children } = walk(file);
  expect(Math.min(2, ...children)).toBe(2);
  const freelist = readPageId(viewOf(file), 16 + 32);
  seen.set(freelist, 1);
  expect(seen.size).toBe(file.length / PAGE_BYTES - 2);
  expect(Math.max(...seen.values())).toBe(1);
});

test('a small bucket lies within its parent, as bbolt keeps it', () => {
  expect(write({ a: [], b: pairs(2, 8, 8), c: pairs(3, 8, 100) }).length).toBe(4 * PAGE_BYTES);
  expect(write({ a: pairs(10, 8, 200) }).length).toBe(5 * PAGE_BYTES);
});

test('entries out of order, twice or without a key are refused', () => {
  const [first, second] = pairs(2, 8, 1) as [Pairs[number], Pairs[number]];
  expect(() => write({ a: [second, first] })).toThrow('out of key order');
  expect(() => write({ a: [first, first] })).toThrow('out of key order');
  expect(() => write({ a: [[new Uint8Array(0), new Uint8Array(1)]] })).toThrow(RangeError);
});

test('pairs given as one piece, and values larger than what is kept of a leaf, make the same file', () => {
  const list = [...pairs(3, 17, 200_000), ...pairs(600, 17, 30).slice(3)];
  const file = new MemoryDisk().open('/db', { create: true });
  const writer = new BoltWriter(file);
  const bucket = writer.bucket(utf8Encode('key'));
  const pair = new Uint8Array(300_000);
  for (const [key, value] of list) {
    // The same memory each time: nothing of it may be kept.
    pair.set(concatBytes([key, value]));
    bucket.putPair(pair.subarray(0, key.length + value.length), key.length);
  }
  const [last] = list.at(-1) as Pairs[number];
  for (const key of [last, Uint8Array.of(0)]) expect(() => bucket.put(key, key)).toThrow('out of key order');
  writer.finish();
  expect(file.read(0, file.size())).toEqual(write({ key: list }));
});

test('keys are held in order across a value that is larger than what is kept of a leaf', () => {
  const [first, second, third] = pairs(3, 17, 200_000) as [Pairs[number], Pairs[number], Pairs[number]];
  expect(read(write({ key: [first, second, third] }), 'key').length).toBe(3);
  expect(() => write({ key: [first, third, second] })).toThrow('out of key order');
  expect(() => write({ key: [first, first] })).toThrow('out of key order');
});

test('a bucket that is not there has no entries', () => {
  expect(read(write({ a: pairs(1, 8, 8) }), 'b')).toEqual([]);
});

const sample = (): Uint8Array => write({ key: pairs(400, 17, 60), meta: pairs(3, 8, 8), big: pairs(2, 8, 9000) });

test('either meta page is enough, and the newer one counts', () => {
  for (const at of [0, PAGE_BYTES]) {
    const file = sample();
    file.fill(0xff, at, at + 100);
    expect(read(file, 'key').length).toBe(400);
  }
  const file = sample();
  // The older page is valid and points elsewhere.
  const elsewhere = { pageBytes: PAGE_BYTES, root: 999, freelist: 2, highWater: 4, transactionId: 1n };
  file.set(encodeMetaPage(1, elsewhere), PAGE_BYTES);
  expect(read(file, 'key').length).toBe(400);
});

test('a file that is no database, or was cut short, is named as that', () => {
  expect(() => open(new Uint8Array(0))).toThrow('neither meta page is valid (the first is cut short)');
  expect(() => open(new Uint8Array(3 * PAGE_BYTES))).toThrow('the first is not marked as one');
  const file = sample();
  expect(() => open(file.subarray(0, file.length - PAGE_BYTES))).toThrow(/cut short: \d+ bytes instead of \d+/);
  const bothDamaged = sample();
  bothDamaged[40] = 7;
  bothDamaged[PAGE_BYTES + 40] = 7;
  expect(() => open(bothDamaged)).toThrow('the first fails its checksum');
});

/** Page ids of the tree of bucket "key": its root is a branch over leaves. */
function rootOfKey(file: Uint8Array): number {
  const view = viewOf(file);
  for (let id = 2; id < file.length / PAGE_BYTES; id++)
    if (readPageHeader(view, id * PAGE_BYTES).flags === PageFlag.BRANCH) return id;
  throw new Error('no branch');
}

test.each([
  ['a circle', (root: number) => BigInt(root), 'the tree is too deep'],
  ['a page beyond the end', () => 1n << 60n, 'it is referred to, but pages are 2 to'],
  ['a page used twice', (root: number) => BigInt(root - 1), 'keys are out of order'],
  ['a meta page', () => 1n, 'it is referred to'],
])('a branch that leads to %s is an error with the page', (_, target, message) => {
  const file = sample();
  const root = rootOfKey(file);
  viewOf(file).setBigUint64(root * PAGE_BYTES + 16 + 8, target(root), true);
  const damage = (): unknown => read(file, 'key');
  expect(damage).toThrow(DamagedFileError);
  expect(damage).toThrow(message);
  expect(damage).toThrow(/^page \d+|^page Infinity/);
});

test('elements, counts and overflow that reach beyond the page are errors', () => {
  const leaf = 2 * PAGE_BYTES;
  const damages: [string, (view: DataView) => void][] = [
    ['claims 65535 elements', (view) => view.setUint16(leaf + 10, 0xffff, true)],
    ['claims 4294967295 more pages', (view) => view.setUint32(leaf + 12, 0xffff_ffff, true)],
    ['element 0 does not lie within it', (view) => view.setUint32(leaf + 16 + 4, 0xffff_ffff, true)],
    ['element 0 does not lie within it', (view) => view.setUint32(leaf + 16 + 8, 0, true)],
    ['element 0 does not lie within it', (view) => view.setUint32(leaf + 16 + 12, 5000, true)],
    ['element 0 has unknown flags 6', (view) => view.setUint32(leaf + 16, 6, true)],
    ['calls itself page 3', (view) => view.setBigUint64(leaf, 3n, true)],
    ['it is no tree page (flags 16)', (view) => view.setUint16(leaf + 8, PageFlag.FREELIST, true)],
    ['holds a bucket', (view) => view.setUint32(leaf + 16, 1, true)],
  ];
  for (const [message, damage] of damages) {
    const file = sample();
    damage(viewOf(file));
    expect(() => read(file, 'key')).toThrow(message);
  }
});

test('any damage ends in the entries or in the one error, never in another', () => {
  const whole = sample();
  fc.assert(
    fc.property(fc.integer({ min: 0, max: 0xffff_ffff }), fc.integer({ min: 1, max: 40 }), (seed, flips) => {
      const prng = new Prng(seed);
      const file = whole.slice();
      // Page headers and elements are where damage matters: half of the flips go there.
      for (let i = 0; i < flips; i++) {
        const at = Math.floor(prng.float() * file.length);
        file[prng.float() < 0.5 ? at : at - (at % PAGE_BYTES) + (at % 64)] = Math.floor(prng.float() * 256);
      }
      try {
        const reader = open(file);
        for (const name of reader.bucketNames) for (const entry of reader.entries(name)) concatBytes([entry.key]);
      } catch (error) {
        expect(error).toBeInstanceOf(DamagedFileError);
      }
    }),
    { numRuns: 300 },
  );
});
