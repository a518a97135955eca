import fc from 'fast-check';
import { expect, test } from 'vitest';
import type { ByteString } from '../../../lib/base/bytes.ts';
import { childOf, prefixEnd } from '../../../lib/keys/key-tree.ts';
import { type ChildRow, childPage } from './children.ts';
import { FolderPages } from './folder-pages.ts';
import { CHUNK_KEYS_MAX, type KeyEntry } from './key-chunk.ts';
import { KeyIndex } from './key-index.ts';

const b = (text: string): ByteString => text as ByteString;

const entry = (key: string, n = 1): KeyEntry => ({
  key: b(key),
  createRevision: n,
  modRevision: n + 1,
  version: n + 2,
  lease: BigInt(n) << 55n,
  valueBytes: n,
});

/** The naive oracle: a map, sorted when asked. */
class PlainIndex {
  readonly map = new Map<ByteString, KeyEntry>();

  sorted(prefix = b('')): KeyEntry[] {
    return [...this.map.values()].filter((e) => e.key.startsWith(prefix)).sort((x, y) => (x.key < y.key ? -1 : 1));
  }

  totals(prefix: ByteString) {
    const all = this.sorted(prefix);
    return { keys: all.length, bytes: all.reduce((sum, e) => sum + e.valueBytes, 0) };
  }

  children(prefix: ByteString, delimiter: ByteString): ChildRow[] {
    const out = new Map<string, ChildRow>();
    for (const e of this.sorted(prefix)) {
      const { name, folder } = childOf(prefix, e.key, delimiter);
      const known = out.get(name) ?? { name, key: null, folder: null };
      const merged =
        folder === null ? { ...known, key: e } : { ...known, folder: { path: folder, ...this.totals(folder) } };
      out.set(name, merged);
    }
    return [...out.values()];
  }
}

function keysOf(index: KeyIndex): KeyEntry[] {
  const out: KeyEntry[] = [];
  for (const cursor = index.seek(b('')); cursor.key !== undefined; cursor.next()) out.push(cursor.entry());
  return out;
}

const segment = fc.string({ unit: fc.constantFrom('/', 'a', 'b', '-', '\u00ff', '\0'), maxLength: 7 });
const step = fc.record({ key: segment, remove: fc.boolean(), n: fc.integer({ min: 0, max: 50 }) });

function run(steps: readonly { key: string; remove: boolean; n: number }[]) {
  const index = new KeyIndex();
  const plain = new PlainIndex();
  for (const { key, remove, n } of steps) {
    if (remove) {
      expect(index.delete(b(key))).toBe(plain.map.delete(b(key)));
    } else {
      index.set(entry(key, n));
      plain.map.set(b(key), entry(key, n));
    }
  }
  return { index, plain };
}

test('holds exactly what a plain map holds, in byte order, with the same totals', () => {
  fc.assert(
    fc.property(fc.array(step, { maxLength: 60 }), segment, (steps, probe) => {
      const { index, plain } = run(steps);
      expect(keysOf(index)).toEqual(plain.sorted());
      expect(index.size).toBe(plain.map.size);
      expect(index.get(b(probe))).toEqual(plain.map.get(b(probe)));
      expect(index.totals(b(probe))).toEqual(plain.totals(b(probe)));
      expect(index.before(b(probe)).keys).toBe(plain.sorted().filter((e) => e.key < probe).length);
    }),
  );
});

test('children of any folder, at any delimiter, are those a full scan finds', () => {
  fc.assert(
    fc.property(
      fc.array(step, { maxLength: 60 }),
      fc.constantFrom('', '/', 'a', 'a/', 'a//', '/a'),
      fc.constantFrom('/', '', 'aa', '-'),
      fc.nat(4),
      fc.integer({ min: 1, max: 5 }),
      (steps, prefix, delimiter, offset, limit) => {
        const { index, plain } = run(steps);
        const expected = plain.children(b(prefix), b(delimiter));
        const page = childPage(index, { prefix: b(prefix), delimiter: b(delimiter) }, { offset, limit });
        expect(page.total).toBe(expected.length);
        expect(page.rows).toEqual(expected.slice(offset, offset + limit));
      },
    ),
  );
});

test('pages of a cut folder stay those of a full walk while keys come and go', () => {
  const sizes = { cutAbove: 2, bucketChildren: 2, foldersMax: 2 };
  fc.assert(
    fc.property(
      fc.array(step, { minLength: 5, maxLength: 40 }),
      fc.array(fc.tuple(step, fc.constantFrom('', '/', 'a/'), fc.nat(6)), { maxLength: 30 }),
      (first, then) => {
        const { index } = run(first);
        const pages = new FolderPages(index, sizes);
        for (const [{ key, remove, n }, prefix, offset] of then) {
          if (remove) index.delete(b(key));
          else index.set(entry(key, n));
          const query = { prefix: b(prefix), delimiter: b('/') };
          const page = { offset, limit: 3 };
          expect(pages.page(query, page)).toEqual(childPage(index, query, page));
        }
      },
    ),
  );
});

test('stays right while chunks split, merge and empty', () => {
  const index = new KeyIndex();
  const plain = new PlainIndex();
  const count = CHUNK_KEYS_MAX * 5;
  // A stride that visits every number once in a scrambled order.
  for (let i = 0; i < count; i++) {
    const key = `k${String((i * 1009) % count).padStart(6, '0')}`;
    index.set(entry(key, i % 97));
    plain.map.set(b(key), entry(key, i % 97));
  }
  expect(keysOf(index)).toEqual(plain.sorted());
  for (let i = 0; i < count; i++) {
    const key = b(`k${String((i * 2003) % count).padStart(6, '0')}`);
    if (i % 10 === 0) continue;
    index.delete(key);
    plain.map.delete(key);
    if (i % 500 === 1) expect(index.before(b('k001000'))).toEqual(before(plain, b('k001000')));
  }
  expect(keysOf(index)).toEqual(plain.sorted());
  for (const { key } of plain.sorted()) index.delete(key);
  expect(index.size).toBe(0);
  expect(index.bytes).toBe(0);
  expect(index.seek(b('')).key).toBeUndefined();
});

function before(plain: PlainIndex, key: ByteString) {
  const all = plain.sorted().filter((e) => e.key < key);
  return { keys: all.length, bytes: all.reduce((sum, e) => sum + e.valueBytes, 0) };
}

test('a fork and its origin never see each other change', () => {
  fc.assert(
    fc.property(fc.array(step, { maxLength: 40 }), fc.array(step, { maxLength: 40 }), (first, then) => {
      const { index } = run(first);
      const atFork = keysOf(index);
      const fork = index.fork();
      for (const { key, remove, n } of then) {
        if (remove) fork.delete(b(key));
        else fork.set(entry(key, n));
      }
      expect(keysOf(index)).toEqual(atFork);
      const forked = keysOf(fork);
      for (const { key } of then) index.delete(b(key));
      index.set(entry('zz', 3));
      expect(keysOf(fork)).toEqual(forked);
    }),
  );
});

test('totals of a prefix of 0xff bytes reach the end of the key space', () => {
  const { index } = run([{ key: '\u00ff\u00ffx', remove: false, n: 5 }]);
  expect(prefixEnd(b('\u00ff'))).toBeNull();
  expect(index.totals(b('\u00ff'))).toEqual({ keys: 1, bytes: 5 });
});
