import { expect, test } from 'vitest';
import type { ChangeEvent } from '../../../lib/api/types.ts';
import type { ByteString } from '../../../lib/base/bytes.ts';
import { leaseHex } from '../../../lib/recognise/layout.ts';
import { KeyIndex } from '../hub/key-index.ts';
import { CoordinationTracker, VACANT_MAX } from './tracker.ts';

const key = (name: string, lease: bigint) => `${name}/${leaseHex(lease)}` as ByteString;
const never = () => null;

function indexWith(
  keys: readonly { name: string; lease: bigint; revision: number; valueBytes?: number; detached?: boolean }[],
) {
  const index = new KeyIndex();
  for (const { name, lease, revision, valueBytes = 0, detached = false } of keys) {
    index.set({
      key: key(name, lease),
      createRevision: revision,
      modRevision: revision,
      version: 1,
      lease: detached ? 0n : lease,
      valueBytes,
    });
  }
  return index;
}

function put(name: string, lease: bigint, revision: number, more: Partial<ChangeEvent> = {}): ChangeEvent {
  return {
    revision: String(revision),
    type: 'put',
    key: key(name, lease),
    createRevision: String(revision),
    version: '1',
    lease: leaseHex(lease),
    valueBytes: 0,
    preview: '',
    at: revision * 1_000,
    ...more,
  };
}
const del = (name: string, lease: bigint, revision: number): ChangeEvent =>
  put(name, lease, revision, { type: 'delete', createRevision: '0', version: '0', lease: null, preview: null });

function started(index = new KeyIndex(), revision = 10) {
  const tracker = new CoordinationTracker();
  tracker.rebuild(index, { revision, at: revision * 1_000 }, never);
  return tracker;
}

const holders = (tracker: CoordinationTracker) =>
  Object.fromEntries([...tracker.groups()].map((queue) => [queue.group, queue.holder?.lease ?? null]));

test('queues are found in the index, ids beyond 2^53 and negative ones to the bit; plain keys are not', () => {
  const big = 0x2040a1fc3202c40cn;
  const index = indexWith([
    { name: 'locks/a', lease: big + 1n, revision: 7 },
    { name: 'locks/a', lease: big, revision: 5 },
    { name: 'locks/b', lease: -2n, revision: 6 },
    { name: 'config', lease: 0xabcdef01n, revision: 3, detached: true },
  ]);
  expect(holders(started(index))).toEqual({ 'locks/a/': big, 'locks/b/': -2n });
});

test('a lock that appears, is waited for and handed over is followed change by change', () => {
  const tracker = started();
  tracker.apply([put('locks/a', 11n, 11)]);
  tracker.apply([put('locks/a', 12n, 12), put('other', 0n, 13, { key: 'plain', lease: null })]);
  expect(tracker.group('locks/a/' as ByteString)?.contenders.map((one) => one.lease)).toEqual([11n, 12n]);
  tracker.apply([del('locks/a', 11n, 14)]);
  expect(holders(tracker)).toEqual({ 'locks/a/': 12n });
  expect(tracker.group('locks/a/' as ByteString)?.terms).toMatchObject([
    { from: 11, to: 14, toAt: 14_000 },
    { from: 14, fromExact: true, to: null },
  ]);
});

test('changes of one revision are one step: a handover within a transaction leaves no moment without a holder', () => {
  const tracker = started();
  tracker.apply([put('locks/a', 11n, 11)]);
  tracker.apply([del('locks/a', 11n, 12), put('locks/a', 13n, 12)]);
  expect(tracker.group('locks/a/' as ByteString)?.terms).toMatchObject([{ to: 12 }, { from: 12 }]);
});

test('a key that loses its lease keeps its place, seen live or found at the start', () => {
  const tracker = started();
  tracker.apply([put('locks/a', 0x1111111111n, 11), put('locks/a', 0x2222222222n, 12)]);
  tracker.apply([put('locks/a', 0x1111111111n, 13, { createRevision: '11', version: '2', lease: null })]);
  expect(holders(tracker)).toEqual({ 'locks/a/': 0n });
  const found = started(
    indexWith([
      { name: 'locks/a', lease: 0x1111111111n, revision: 5, detached: true },
      { name: 'locks/a', lease: 0x2222222222n, revision: 6 },
    ]),
  );
  expect(holders(found)).toEqual({ 'locks/a/': 0n });
});

test('what happened while nobody watched is marked as not seen', () => {
  const tracker = started();
  tracker.apply([put('locks/a', 11n, 11)]);
  tracker.lost();
  expect(tracker.watchedFrom).toBeNull();
  tracker.apply([del('locks/a', 11n, 12)]);
  tracker.rebuild(indexWith([{ name: 'locks/a', lease: 15n, revision: 15 }]), { revision: 20, at: 20_000 }, never);
  expect(tracker.group('locks/a/' as ByteString)?.terms).toMatchObject([
    { from: 11, to: 20, toExact: false },
    { from: 15, fromExact: false, to: null },
  ]);
});

test('groups that everybody left are remembered, the newest of them', () => {
  const tracker = started();
  for (let i = 1; i <= VACANT_MAX + 2; i++) {
    const lease = BigInt(i) + 100n;
    tracker.apply([put(`l/${i}`, lease, 10 + 2 * i)]);
    tracker.apply([del(`l/${i}`, lease, 11 + 2 * i)]);
  }
  expect(tracker.size).toBe(VACANT_MAX);
  expect(tracker.group('l/1/' as ByteString)).toBeUndefined();
  expect(tracker.group(`l/${VACANT_MAX + 2}/` as ByteString)?.terms).toHaveLength(1);
});
