import fc from 'fast-check';
import { expect, test, vi } from 'vitest';
import type { ByteString } from '../../../lib/base/bytes.ts';
import type { KeyEntry } from '../hub/key-chunk.ts';
import { KeyIndex } from '../hub/key-index.ts';
import { Timeline, type TimelineBounds } from './timeline.ts';
import { ValueCache } from './value-cache.ts';

const entry = (key: string, modRevision: number, version = 1): KeyEntry => ({
  key: key as ByteString,
  createRevision: modRevision - version + 1,
  modRevision,
  version,
  lease: 0n,
  valueBytes: modRevision % 7,
});

const listed = (index: KeyIndex): KeyEntry[] => {
  const out: KeyEntry[] = [];
  for (const cursor = index.seek('' as ByteString); cursor.key !== undefined; cursor.next()) out.push(cursor.entry());
  return out;
};

type Step = readonly { readonly key: string; readonly isDelete: boolean }[];

/** Plays steps as the hub does; remembers a full copy after every revision, as the oracle. */
function play(steps: readonly Step[], bounds: Omit<TimelineBounds, 'keyframeKeysMax'>, keyframeKeysMax = 1_000) {
  const timeline = new Timeline({ ...bounds, keyframeKeysMax });
  const live = new KeyIndex();
  for (let i = 0; i < 5; i++) live.set(entry(`k${i}`, 1));
  timeline.begin(10, 1_000);
  const copies = new Map<number, KeyEntry[]>([[10, listed(live)]]);
  let revision = 10;
  for (const step of steps) {
    revision++;
    for (const { key, isDelete } of new Map(step.map((one) => [one.key, one])).values()) {
      const before = live.get(key as ByteString) ?? null;
      if (isDelete && before === null) continue;
      const after = isDelete ? null : entry(key, revision, (before?.version ?? 0) + 1);
      if (after === null) live.delete(key as ByteString);
      else live.set(after);
      timeline.note({ revision, at: revision * 100, key: key as ByteString, before, after });
    }
    timeline.settle(revision, live);
    copies.set(revision, listed(live));
  }
  return { timeline, live, copies };
}

const step = fc.array(fc.record({ key: fc.integer({ min: 0, max: 12 }).map((n) => `k${n}`), isDelete: fc.boolean() }), {
  minLength: 1,
  maxLength: 4,
});

test('every remembered revision is the key space as it was right after it, whatever is asked before', () => {
  fc.assert(
    fc.property(fc.array(step, { maxLength: 60 }), fc.array(fc.nat(80), { maxLength: 10 }), (steps, asked) => {
      const { timeline, live, copies } = play(steps, { logEventsMax: 10_000, keyframeEvents: 7 });
      for (const offset of asked) {
        const revision = 10 + offset;
        const index = timeline.at(revision, live);
        expect(index === null ? undefined : listed(index)).toEqual(copies.get(revision));
      }
      expect(listed(live)).toEqual(copies.get(10 + steps.length));
    }),
  );
});

test('a full log forgets whole revisions, says how far it reaches back, and stays exact there', () => {
  fc.assert(
    fc.property(fc.array(step, { minLength: 30, maxLength: 120 }), (steps) => {
      const { timeline, live, copies } = play(steps, { logEventsMax: 20, keyframeEvents: 5 });
      const back = timeline.reachesBack ?? 0;
      expect(timeline.at(back - 1, live)).toBeNull();
      for (let revision = back; revision <= timeline.newest; revision++) {
        const index = timeline.at(revision, live);
        expect(index === null ? null : listed(index)).toEqual(copies.get(revision));
      }
      expect([...timeline.changes(back, timeline.newest)].length).toBeLessThanOrEqual(24);
    }),
  );
});

test('a keyframe near the revision asked for is used instead of the whole log', () => {
  const steps = Array.from({ length: 400 }, (_, i): Step => [{ key: `k${i % 9}`, isDelete: false }]);
  const { timeline, live } = play(steps, { logEventsMax: 10_000, keyframeEvents: 20 });
  let moved = 0;
  const set = KeyIndex.prototype.set;
  KeyIndex.prototype.set = function counted(this: KeyIndex, one: KeyEntry) {
    moved++;
    set.call(this, one);
  };
  try {
    timeline.at(200, live);
  } finally {
    KeyIndex.prototype.set = set;
  }
  expect(moved).toBeLessThanOrEqual(40);
});

/** 20,000 keys in some forty chunks, followed from revision 1; `write` makes the key at that place a newer one. */
function large(bounds: TimelineBounds) {
  const live = new KeyIndex();
  for (let i = 0; i < 20_000; i++) live.set(entry(`k${String(i).padStart(5, '0')}`, 1));
  const timeline = new Timeline(bounds);
  timeline.begin(1, 0);
  const write = (revision: number, place: number): void => {
    const key = `k${String(place).padStart(5, '0')}` as ByteString;
    const [before, after] = [live.get(key) ?? null, entry(key, revision)];
    live.set(after);
    timeline.note({ revision, at: revision, key, before, after });
    timeline.settle(revision, live);
  };
  return { live, timeline, write };
}

test('keyframes that share their keys are many; where they cannot they are few, and as exact', () => {
  const follow = (placeOf: (i: number) => number) => {
    const { live, timeline, write } = large({ logEventsMax: 10_000, keyframeEvents: 20, keyframeKeysMax: 50_000 });
    const copies = new Map<number, KeyEntry[]>();
    for (let i = 0; i < 1_000; i++) {
      const revision = i + 2;
      write(revision, placeOf(i));
      if (revision % 250 === 139) copies.set(revision, listed(live));
    }
    const writes = vi.spyOn(KeyIndex.prototype, 'set');
    for (const [revision, copy] of copies)
      expect(listed(timeline.at(revision, live) ?? expect.fail('it is covered'))).toEqual(copy);
    const moved = writes.mock.calls.length / copies.size;
    writes.mockRestore();
    return { moved, keyframeKeys: timeline.keyframeKeys };
  };
  const near = follow((i) => i % 7);
  const far = follow((i) => (i * 7_919) % 20_000);
  expect(near.moved, 'one is never further away than that').toBeLessThanOrEqual(20);
  expect(near.keyframeKeys).toBeLessThan(50_000);
  expect(far.keyframeKeys).toBeLessThanOrEqual(50_000);
  expect(far.moved).toBeGreaterThan(20);
});

test('after changes all over the keys, keyframes are close again where changes are near each other', () => {
  const { live, timeline, write } = large({ logEventsMax: 20_000, keyframeEvents: 20, keyframeKeysMax: 50_000 });
  for (let i = 0; i < 5_000; i++) write(i + 2, (i * 7_919) % 20_000);
  for (let i = 5_000; i < 6_000; i++) write(i + 2, i % 7);
  const writes = vi.spyOn(KeyIndex.prototype, 'set');
  for (const revision of [5_205, 5_511, 5_899]) timeline.at(revision, live);
  const moved = writes.mock.calls.length;
  writes.mockRestore();
  expect(moved / 3).toBeLessThanOrEqual(20);
  expect(timeline.keyframeKeys).toBeLessThanOrEqual(50_000);
});

test('a revision between changes all over the keys and changes near each other is made from the side that is less to do', () => {
  const { live, timeline, write } = large({ logEventsMax: 20_000, keyframeEvents: 200, keyframeKeysMax: 1_000_000 });
  for (let i = 0; i < 1_050; i++) write(i + 2, (i * 7_919) % 20_000);
  const expected = listed(live);
  for (let i = 1_050; i < 3_000; i++) write(i + 2, i % 7);
  const past = timeline.at(1_051, live) ?? expect.fail('it is covered');
  expect(listed(past)).toEqual(expected);
  expect(past.keysBeside(live), 'made from what came after').toBeLessThan(1_500);
});

test('times are exact within the log, and nothing is said of what was not seen', () => {
  const { timeline } = play([[{ key: 'a', isDelete: false }], [{ key: 'b', isDelete: false }]], {
    logEventsMax: 100,
    keyframeEvents: 10,
  });
  expect([10, 11, 12, 13].map((revision) => timeline.timeOf(revision))).toEqual([null, 1_100, 1_200, null]);
  expect(timeline.revisionAt(1_099)).toBeNull();
  expect(timeline.revisionAt(1_150)).toEqual({ revision: 11, at: 1_100 });
  expect(timeline.revisionAt(9_999)).toEqual({ revision: 12, at: 1_200 });
});

test('after a gap nothing from before it is answered', () => {
  const { timeline, live } = play([[{ key: 'a', isDelete: false }]], { logEventsMax: 100, keyframeEvents: 10 });
  timeline.begin(50, 1_000);
  expect([timeline.at(11, live), timeline.reachesBack, timeline.newest]).toEqual([null, 50, 50]);
});

test('values are found by version, bounded by bytes, the one unused for longest going first', () => {
  const cache = new ValueCache(3 * 300);
  const value = new Uint8Array(90);
  const key = 'k' as ByteString;
  for (const revision of [1, 2, 3]) cache.set(key, revision, value);
  cache.get(key, 1);
  cache.set(key, 4, value);
  expect([1, 2, 3, 4].map((revision) => cache.get(key, revision) !== undefined)).toEqual([true, false, true, true]);
  expect(cache.bytes).toBeLessThanOrEqual(900);
  cache.set(key, 5, new Uint8Array(300 * 1024));
  expect(cache.get(key, 5)).toBeUndefined();
});

test('a full cache lets values go one after the other, without looking for the oldest each time', () => {
  const key = 'k' as ByteString;
  const cache = new ValueCache(100 * 300);
  for (let revision = 1; revision <= 200; revision++) cache.set(key, revision, new Uint8Array(90));
  const looks = [vi.spyOn(Map.prototype, 'entries'), vi.spyOn(Map.prototype, Symbol.iterator)];
  for (let revision = 201; revision <= 1_200; revision++) cache.set(key, revision, new Uint8Array(90));
  expect(looks.map((look) => look.mock.calls.length)).toEqual([0, 0]);
  vi.restoreAllMocks();
  const held = Array.from({ length: 1_200 }, (_, index) => cache.get(key, index + 1) !== undefined);
  expect(held.indexOf(true)).toBe(1_200 - held.filter(Boolean).length);
  expect(held.filter(Boolean).length).toBeGreaterThan(90);
});

test('a cache from which everything went is as good as a new one', () => {
  const cache = new ValueCache(400);
  const [one, other] = ['a', 'b'] as ByteString[] as [ByteString, ByteString];
  cache.set(one, 1, new Uint8Array(390));
  expect([cache.get(one, 1), cache.bytes]).toEqual([undefined, 0]);
  cache.set(one, 2, new Uint8Array(100));
  cache.set(other, 3, new Uint8Array(100));
  expect([cache.get(one, 2), cache.get(other, 3)?.length]).toEqual([undefined, 100]);
});
