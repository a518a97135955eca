/** Against a naive listing: the living keys of a revision, grouped by hand. */
import fc from 'fast-check';
import { expect, test } from 'vitest';
import { type ByteString, fromByteString } from '../../../lib/base/bytes.ts';
import { RangeRequest } from '../../../lib/base/etcdpb/kv.ts';
import { LeaseStore } from '../lease/lease-store.ts';
import { ChildScan, type ScannedChild } from './child-scan.ts';
import { KvStore } from './kv-store.ts';
import { MemoryRevisionStore } from './revision-store.ts';
import { put as putKey } from './txn.ts';

const b = (text: string): Uint8Array => fromByteString(text as ByteString);

function put(kv: KvStore, key: string, value: string): void {
  const batch = kv.begin(new LeaseStore());
  const request = { key: b(key), value: b(value), lease: 0n, prevKv: false, ignoreValue: false, ignoreLease: false };
  putKey(kv, batch, request);
  batch.commit();
}

function remove(kv: KvStore, key: string): void {
  const row = kv.find(key as ByteString);
  const batch = kv.begin(new LeaseStore());
  if (row !== 0) batch.delete(row);
  batch.commit();
}

function naive(kv: KvStore, prefix: string, delimiter: string, revision: number): ScannedChild[] {
  const { kvs } = kv.range(RangeRequest.create({ key: Uint8Array.of(0), rangeEnd: Uint8Array.of(0), revision }));
  const children = new Map<string, ScannedChild>();
  for (const { key, value, modRevision } of kvs) {
    const text = String.fromCharCode(...key);
    if (!text.startsWith(prefix)) continue;
    const at = text.indexOf(delimiter, prefix.length);
    const name = (at < 0 ? text : text.slice(0, at + delimiter.length)) as ByteString;
    const child = children.get(name) ?? { name, isGroup: at >= 0, keys: 0, bytes: 0, modRevision: 0 };
    child.keys++;
    child.bytes += key.length + value.length;
    child.modRevision = Math.max(child.modRevision, modRevision);
    children.set(name, child);
  }
  return [...children.values()];
}

const text = fc.string({ unit: fc.constantFrom('a', 'b', '/', '-'), minLength: 1, maxLength: 6 });
const change = fc.record({ key: text, bytes: fc.nat(300), isDelete: fc.boolean() });

test('a scan in slices is what a listing by hand is, at every revision and whatever changes meanwhile', () => {
  fc.assert(
    fc.property(
      fc.array(change, { minLength: 1, maxLength: 40 }),
      fc.constantFrom('', 'a', 'a/', '/'),
      fc.constantFrom('/', '-', '/-'),
      fc.integer({ min: 1, max: 5 }),
      fc.nat(40),
      (changes, prefix, delimiter, slice, at) => {
        const kv = new KvStore(new MemoryRevisionStore());
        for (const { key, bytes, isDelete } of changes)
          if (isDelete) remove(kv, key);
          else put(kv, key, 'v'.repeat(bytes));
        const revision = 1 + (at % kv.revision());
        const expected = naive(kv, prefix, delimiter, revision);
        const prefixEnd = prefix === '' ? undefined : (`${prefix}\xff` as ByteString);
        const request = { prefix: prefix as ByteString, prefixEnd, delimiter: delimiter as ByteString, revision };
        const scan = new ChildScan(kv, { ...request, limit: 100, from: prefix as ByteString });
        while (scan.step(slice)) put(kv, `${prefix}a/new`, 'later');
        expect(scan.children).toEqual(expected);
        expect([scan.more, scan.revision]).toEqual([false, revision]);
        const page = new ChildScan(kv, { ...request, limit: 2, from: prefix as ByteString });
        while (page.step(slice));
        expect(page.children).toEqual(expected.slice(0, 2));
        expect(page.more).toBe(expected.length > 2);
      },
    ),
    { numRuns: 200 },
  );
});

test('a compaction beyond the revision that is read ends the scan as it ends a range', () => {
  const kv = new KvStore(new MemoryRevisionStore());
  for (let i = 0; i < 10; i++) put(kv, `k${i}`, 'v');
  const request = { prefix: '' as ByteString, prefixEnd: undefined, delimiter: '/' as ByteString, limit: 100 };
  const scan = new ChildScan(kv, { ...request, revision: 3, from: '' as ByteString });
  expect(scan.step(1)).toBe(true);
  kv.compact(5);
  expect(() => scan.step(1)).toThrow('mvcc: required revision has been compacted');
  expect(() => new ChildScan(kv, { ...request, revision: 99, from: '' as ByteString })).toThrow('future revision');
});
