import fc from 'fast-check';
import { expect, test } from 'vitest';
import { logIndex, term } from '../../../lib/base/brand.ts';
import { APPLYING_BYTES_MAX, RaftLog } from './log.ts';
import { voters } from './test-cluster.ts';
import { ENTRY_NORMAL, type Entry, type EntryId } from './types.ts';

const at = (t: number, i: number): EntryId => ({ term: term(t), index: logIndex(i) });
const entry = (t: number, i: number, bytes = 0): Entry => ({
  ...at(t, i),
  type: ENTRY_NORMAL,
  data: new Uint8Array(bytes),
});

function logWith(
  terms: readonly number[],
  marks: { start?: EntryId; commit?: number; applied?: number } = {},
): RaftLog {
  const start = marks.start ?? at(0, 0);
  return new RaftLog({
    start,
    entries: terms.map((t, i) => entry(t, start.index + 1 + i)),
    commitIndex: logIndex(marks.commit ?? start.index),
    appliedIndex: logIndex(marks.applied ?? start.index),
  });
}

const terms = (log: RaftLog): (number | undefined)[] => {
  const out: (number | undefined)[] = [];
  for (let i = log.firstIndex(); i <= log.lastIndex(); i = logIndex(i + 1)) out.push(log.termAt(i));
  return out;
};

test('an append whose predecessor does not match is refused', () => {
  const log = logWith([1, 2, 3]);
  expect(log.tryAppend(at(2, 3), [entry(4, 4)])).toBeUndefined();
  expect(log.tryAppend(at(3, 4), [entry(4, 5)])).toBeUndefined();
  expect(terms(log)).toEqual([1, 2, 3]);
});

test('an append that is already there changes nothing, not even a longer tail', () => {
  const log = logWith([1, 2, 3]);
  expect(log.tryAppend(at(1, 1), [entry(2, 2)])).toBe(2);
  expect(terms(log)).toEqual([1, 2, 3]);
});

test('from the first conflict on the tail is replaced', () => {
  const log = logWith([1, 2, 2, 2]);
  expect(log.tryAppend(at(1, 1), [entry(2, 2), entry(3, 3)])).toBe(3);
  expect(terms(log)).toEqual([1, 2, 3]);
});

test('a conflict with a committed entry stops the member', () => {
  const log = logWith([1, 2, 2], { commit: 2 });
  expect(() => log.tryAppend(at(1, 1), [entry(3, 2)])).toThrow('conflicts with commit 2');
});

test('entries must be contiguous and their terms must not fall', () => {
  const log = logWith([2]);
  expect(() => log.append([entry(2, 3)])).toThrow('entry 3 does not follow 1');
  expect(() => log.append([entry(1, 2)])).toThrow('term 1 of entry 2 is below 2');
});

test('a commit index beyond the log means that data was lost', () => {
  expect(() => logWith([1]).commitTo(logIndex(2))).toThrow('was the log truncated or lost');
});

test('commit never goes back', () => {
  const log = logWith([1, 1], { commit: 2 });
  log.commitTo(logIndex(1));
  expect(log.commitIndex).toBe(2);
});

test('the durable state machine may know more than the last hard state', () => {
  expect(logWith([1, 1, 1], { commit: 1, applied: 3 }).commitIndex).toBe(3);
});

test('an entry is handed out for applying once, and only when it is durable here', () => {
  const log = logWith([]);
  log.append([entry(1, 1), entry(1, 2)]);
  log.commitTo(logIndex(2));
  expect(log.beginPersist()).toHaveLength(2);
  expect(log.beginApply()).toHaveLength(0);
  log.finishPersist(undefined);
  expect(log.beginApply().map(({ index }) => index)).toEqual([1, 2]);
  expect(log.beginApply()).toHaveLength(0);
});

test('applying is bounded by bytes, one entry always passes', () => {
  const log = logWith([]);
  log.append([entry(1, 1, APPLYING_BYTES_MAX), entry(1, 2, 10)]);
  log.beginPersist();
  log.finishPersist(undefined);
  log.commitTo(logIndex(2));
  expect(log.beginApply().map(({ index }) => index)).toEqual([1]);
  expect(log.hasEntriesToApply()).toBe(false);
  log.finishApply(logIndex(1));
  expect(log.beginApply().map(({ index }) => index)).toEqual([2]);
});

test('a tail replaced twice while its first write is under way is not durable when that write ends', () => {
  const log = logWith([1]);
  const follow = (...entries: Entry[]) => {
    log.tryAppend(at(1, 1), entries);
    return log.beginPersist();
  };
  expect(follow(entry(2, 2), entry(2, 3))).toHaveLength(2);
  expect(follow(entry(3, 2), entry(3, 3))).toHaveLength(2);
  // The same entries as at first: only this third write makes them durable for good.
  expect(follow(entry(2, 2), entry(3, 3))).toHaveLength(2);
  log.finishPersist(undefined);
  expect(log.stableIndex).toBe(1);
  log.finishPersist(undefined);
  expect(log.stableIndex).toBe(1);
  log.finishPersist(undefined);
  expect(log.stableIndex).toBe(3);
});

test('compaction keeps the term of the last dropped entry', () => {
  const log = logWith([1, 2, 3, 4], { commit: 4, applied: 3 });
  expect(log.compact(logIndex(2))).toBe(true);
  expect([log.firstIndex(), log.lastIndex(), log.termAt(logIndex(2)), log.termAt(logIndex(1))]).toEqual([
    3,
    4,
    2,
    undefined,
  ]);
  expect(log.compact(logIndex(1))).toBe(false);
  expect(() => log.compact(logIndex(4))).toThrow('beyond applied 3');
  expect(() => log.slice({ from: logIndex(2), to: logIndex(4) }, 100)).toThrow('compacted away');
});

test('a snapshot replaces the log, and nothing is applied until it is installed', () => {
  const log = logWith([1, 1, 1], { commit: 1 });
  const snapshot = { ...at(3, 10), confState: voters(1) };
  log.beginPersist();
  log.restore(snapshot);
  expect([log.firstIndex(), log.lastIndex(), log.commitIndex]).toEqual([11, 10, 10]);
  log.tryAppend(at(3, 10), [entry(3, 11)]);
  log.commitTo(logIndex(11));
  expect(log.snapshotToPersist()).toEqual(snapshot);
  expect(log.beginPersist().map(({ index }) => index)).toEqual([11]);
  expect(log.snapshotToPersist()).toBeUndefined();
  // The write that was under way before says nothing about the new log.
  log.finishPersist(undefined);
  expect([log.stableIndex, log.isInstalling()]).toEqual([0, true]);
  expect(log.beginApply()).toHaveLength(0);
  log.finishPersist(snapshot);
  expect([log.appliedIndex, log.isInstalling()]).toEqual([10, false]);
  expect(log.beginApply().map(({ index }) => index)).toEqual([11]);
});

test('slices respect the byte limit but never come back empty', () => {
  const log = logWith([]);
  log.append([entry(1, 1, 100), entry(1, 2, 100), entry(1, 3, 100)]);
  const all = { from: logIndex(1), to: logIndex(3) };
  expect(log.slice(all, 1)).toHaveLength(1);
  expect(log.slice(all, 300)).toHaveLength(2);
  expect(log.slice(all, 1000)).toHaveLength(3);
  expect(log.slice({ from: logIndex(4), to: logIndex(3) }, 1000)).toHaveLength(0);
});

test('the agreement hint is the last entry whose term is not above the asked one', () => {
  const ascending = fc.array(fc.integer({ min: 0, max: 2 }), { maxLength: 12 }).map((steps) => {
    let t = 1;
    return steps.map((step) => {
      t += step;
      return t;
    });
  });
  fc.assert(
    fc.property(ascending, fc.nat(12), fc.integer({ min: 1, max: 20 }), (list, from, atMost) => {
      const log = logWith(list);
      const start = Math.min(from, list.length);
      let expected = start;
      while (expected > 0 && (list[expected - 1] ?? 0) > atMost) expected--;
      const hint = log.findAgreement(logIndex(start), term(atMost));
      expect(hint).toEqual(at(expected === 0 ? 0 : (list[expected - 1] ?? 0), expected));
    }),
  );
});

test('the hint stops at what is compacted away', () => {
  const log = logWith([5, 5], { start: at(4, 10) });
  expect(log.findAgreement(logIndex(12), term(3))).toEqual(at(0, 9));
});

test('a follower’s log always ends up as the leader’s', () => {
  const step = fc.record({ from: fc.nat(6), term: fc.integer({ min: 0, max: 2 }), count: fc.nat(4) });
  fc.assert(
    fc.property(fc.array(step, { maxLength: 15 }), (steps) => {
      const log = logWith([]);
      let model: number[] = [];
      let newest = 1;
      for (const { from, term: rise, count } of steps) {
        newest += rise;
        const keep = Math.min(from, model.length);
        const base = model.slice(0, keep);
        const fresh = Array.from({ length: count }, (_, i) => entry(newest, keep + 1 + i));
        const reached = log.tryAppend(at(base.at(-1) ?? 0, keep), fresh);
        expect(reached).toBe(keep + count);
        const conflict = fresh.findIndex((e) => model[e.index - 1] !== e.term);
        if (conflict >= 0) model = [...model.slice(0, keep + conflict), ...fresh.slice(conflict).map((e) => e.term)];
        expect(terms(log)).toEqual(model);
      }
    }),
  );
});

test('up-to-date means a later last term, or the same and no shorter', () => {
  const log = logWith([1, 2, 2]);
  expect(log.isUpToDate(at(2, 3))).toBe(true);
  expect(log.isUpToDate(at(2, 2))).toBe(false);
  expect(log.isUpToDate(at(1, 9))).toBe(false);
  expect(log.isUpToDate(at(3, 1))).toBe(true);
});
