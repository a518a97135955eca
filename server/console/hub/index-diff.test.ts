import fc from 'fast-check';
import { expect, test } from 'vitest';
import type { ByteString } from '../../../lib/base/bytes.ts';
import { type EntryChange, indexDiff } from './index-diff.ts';
import { CHUNK_KEYS_MAX } from './key-chunk.ts';
import { KeyIndex } from './key-index.ts';

const set = (index: KeyIndex, key: string, modRevision: number) =>
  index.set({ key: key as ByteString, createRevision: 1, modRevision, version: 1, lease: 0n, valueBytes: 1 });

function naive(a: KeyIndex, b: KeyIndex, prefix: string) {
  const read = (index: KeyIndex) => {
    const out = new Map<string, number>();
    for (const cursor = index.seek(prefix as ByteString); cursor.key?.startsWith(prefix) === true; cursor.next())
      out.set(cursor.key, cursor.entry().modRevision);
    return out;
  };
  const [left, right] = [read(a), read(b)];
  return [...new Set([...left.keys(), ...right.keys()])]
    .sort()
    .filter((key) => left.get(key) !== right.get(key))
    .map((key) => [key, left.get(key) ?? null, right.get(key) ?? null]);
}

const flat = (changes: Iterable<EntryChange>) =>
  [...changes].map((one) => [one.key, one.before?.modRevision ?? null, one.after?.modRevision ?? null]);

test('the difference of an index and a changed fork is that of a comparison key by key', () => {
  fc.assert(
    fc.property(
      fc.array(fc.tuple(fc.nat(3_000), fc.boolean()), { maxLength: 60 }),
      fc.constantFrom('', 'k1', 'k29', 'x'),
      (changes, prefix) => {
        const first = new KeyIndex();
        for (let i = 0; i < 2_000; i++) set(first, `k${String(i).padStart(4, '0')}`, 5);
        const second = first.fork();
        changes.forEach(([n, isDelete], i) => {
          const key = `k${String(n).padStart(4, '0')}`;
          if (isDelete) second.delete(key as ByteString);
          else set(second, key, 10 + i);
        });
        expect(flat(indexDiff(first, second, prefix as ByteString))).toEqual(naive(first, second, prefix));
        expect(flat(indexDiff(second, first, prefix as ByteString))).toEqual(naive(second, first, prefix));
      },
    ),
    { numRuns: 40 },
  );
});

test('chunks that both share are not walked', () => {
  const first = new KeyIndex();
  const keys = CHUNK_KEYS_MAX * 20;
  for (let i = 0; i < keys; i++) set(first, `k${String(i).padStart(6, '0')}`, 5);
  const second = first.fork();
  set(second, 'k000700', 9);
  let steps = 0;
  const counted = (index: KeyIndex): KeyIndex => {
    const seek = index.seek.bind(index);
    index.seek = (key) => {
      const cursor = seek(key);
      const next = cursor.next.bind(cursor);
      cursor.next = () => {
        steps++;
        next();
      };
      return cursor;
    };
    return index;
  };
  expect(flat(indexDiff(counted(first), counted(second), 'k' as ByteString))).toEqual([['k000700', 5, 9]]);
  expect(steps).toBeLessThanOrEqual(2 * CHUNK_KEYS_MAX);
});
