/**
 * The rot property: one flipped byte anywhere in the files of the state, whatever compaction, rewriting and crashes made of
 * them, is refused in words, or harmless: the machine stands at some index with exactly the state of that index.
 */
import fc from 'fast-check';
import { expect, test } from 'vitest';
import { DamagedSegmentError, ForeignSegmentError } from '../mvcc/segments/damage.ts';
import { encodeFrame, RecordType } from '../mvcc/segments/frame.ts';
import { encodeHeader } from '../mvcc/segments/records.ts';
import { findCommittedEnd } from '../mvcc/segments/scan.ts';
import { formatName, parseName } from '../mvcc/segments/segment-file.ts';
import { MemoryDisk } from '../ports/memory-disk.ts';
import { openStateMachine } from './state-machine.ts';
import { applyItem, b, CLUSTER, fingerprint, type LogItem, type Request } from './test-support.ts';
import type { StateMachine } from './types.ts';

const DIR = '/member/data';
const KEYS = ['a', 'b', 'c'];

const open = (disk: MemoryDisk, segmentBytes = 300, durableAtLeast = 0): StateMachine =>
  openStateMachine({ disk, dir: DIR, clusterId: CLUSTER, segmentBytes, durableAtLeast, cacheBytes: 64 * 1024 });

const request = (value: Request): LogItem => ({ kind: 'request', request: value });

/** Runs flushes and background work until there is none; what is appended afterwards is not durable. */
function settle(machine: StateMachine, disk: MemoryDisk): void {
  machine.flush((error) => expect(error).toBeUndefined());
  for (let idle = 0; idle < 2; ) {
    const isBusy = machine.work();
    idle = disk.completeFlush() || isBusy ? 0 : idle + 1;
  }
}

interface Step {
  readonly kind: 'put' | 'delete' | 'compact' | 'flush' | 'completeFlush' | 'work' | 'settle';
  readonly key: string;
}

const step: fc.Arbitrary<Step> = fc.record({
  kind: fc.oneof(
    { weight: 12, arbitrary: fc.constant('put' as const) },
    { weight: 3, arbitrary: fc.constant('delete' as const) },
    { weight: 3, arbitrary: fc.constant('compact' as const) },
    { weight: 3, arbitrary: fc.constant('settle' as const) },
    { weight: 3, arbitrary: fc.constantFrom('flush' as const, 'completeFlush' as const, 'work' as const) },
  ),
  key: fc.constantFrom(...KEYS),
});

/** A machine under way, and what it looked like at each index. */
class Subject {
  readonly disk = new MemoryDisk();
  readonly machine: StateMachine;
  readonly prints: unknown[];
  #isFlushing = false;

  constructor(segmentBytes: number) {
    this.machine = open(this.disk, segmentBytes);
    this.prints = [fingerprint(this.machine)];
  }

  run({ kind, key }: Step): void {
    const { machine, disk } = this;
    if (kind === 'put') this.apply(request({ put: { key: b(key), value: b('some value') } }));
    else if (kind === 'delete') this.apply(request({ deleteRange: { key: b(key) } }));
    else if (kind === 'compact') this.apply(request({ compaction: { revision: machine.kv.revision() } }));
    else if (kind === 'completeFlush') disk.completeFlush();
    else if (kind === 'work') machine.work();
    else if (!this.#isFlushing) this.#flush(kind === 'settle');
  }

  apply(item: LogItem): void {
    applyItem(this.machine, item);
    this.prints.push(fingerprint(this.machine));
  }

  #flush(completely: boolean): void {
    if (completely) {
      settle(this.machine, this.disk);
      return;
    }
    this.#isFlushing = true;
    this.machine.flush(() => {
      this.#isFlushing = false;
    });
  }
}

/** Reopens with one byte flipped; the state must be right, or the flip refused and nothing changed. True: refused. */
function survivesFlip(subject: Subject, place: { readonly path: string; readonly at: number }, mask: number): boolean {
  const { disk, prints } = subject;
  const restore = disk.save();
  try {
    disk.flipByte(place.path, place.at, mask);
    const before = disk.list(DIR).map((name) => [name, disk.open(`${DIR}/${name}`, { create: false }).size()]);
    let machine: StateMachine;
    try {
      machine = open(disk);
    } catch (error) {
      expect(error instanceof DamagedSegmentError || error instanceof ForeignSegmentError, String(error)).toBe(true);
      expect(disk.list(DIR).map((name) => [name, disk.open(`${DIR}/${name}`, { create: false }).size()])).toEqual(
        before,
      );
      return true;
    }
    expect(fingerprint(machine), `byte ${place.at} of ${place.path}`).toEqual(prints[machine.appliedIndex()]);
    return false;
  } finally {
    restore();
  }
}

test('one flipped byte in any file of the state is refused, or leaves exactly the state of some index', () => {
  fc.assert(
    fc.property(
      fc.constantFrom(300, 700, 1500),
      fc.array(step, { minLength: 40, maxLength: 160, size: 'max' }),
      fc.array(
        fc.record({ file: fc.nat(), fromEnd: fc.boolean(), at: fc.nat(), mask: fc.integer({ min: 1, max: 255 }) }),
        {
          minLength: 12,
          maxLength: 12,
        },
      ),
      (segmentBytes, steps, flips) => {
        const subject = new Subject(segmentBytes);
        for (const next of steps) subject.run(next);
        subject.disk.kill();
        const names = subject.disk.list(DIR);
        for (const { file, fromEnd, at, mask } of flips) {
          // The newest files, and of those the last batch, are where rot and a torn write look alike.
          const path = `${DIR}/${names.at(fromEnd ? -1 - (file % Math.min(4, names.length)) : file % names.length) ?? ''}`;
          const size = subject.disk.open(path, { create: false }).size();
          if (size === 0) continue;
          const offset = fromEnd ? Math.max(0, size - 1 - (at % 80)) : at % size;
          survivesFlip(subject, { path, at: offset }, mask);
        }
      },
    ),
    { numRuns: 120 },
  );
});

/** Old files were rewritten after a compaction whose commit is the last one, in a file that holds an earlier one too. */
function compactedAndRewritten(): Subject {
  const subject = new Subject(1500);
  for (let round = 0; round < 12; round++) for (const key of KEYS) subject.run({ kind: 'put', key });
  settle(subject.machine, subject.disk);
  subject.run({ kind: 'put', key: 'a' });
  settle(subject.machine, subject.disk);
  subject.run({ kind: 'compact', key: '' });
  settle(subject.machine, subject.disk);
  const files = subject.disk.list(DIR).flatMap((name) => parseName(name) ?? []);
  expect(files.map(({ generation }) => generation)).toEqual([1, 0]);
  return subject;
}

/** The newest segment file that holds a commit, and where that commit ends. */
function lastCommit(disk: MemoryDisk): { readonly path: string; readonly end: number } {
  for (const name of disk.list(DIR).reverse()) {
    const parsed = parseName(name);
    if (parsed === undefined) continue;
    const path = `${DIR}/${name}`;
    const { end } = findCommittedEnd(disk.open(path, { create: false }), parsed.first);
    if (end > 0) return { path, end };
  }
  throw new Error('there is no commit');
}

test('a state that fell back behind the compaction of a rewritten file is refused and left as it is', () => {
  const subject = compactedAndRewritten();
  const { path, end } = lastCommit(subject.disk);
  subject.disk.flipByte(path, end - 20, 1);
  expect(() => open(subject.disk)).toThrow(/durable with compact revision 38, whose dead revisions are gone/);
  subject.disk.flipByte(path, end - 20, 1);
  const machine = open(subject.disk);
  expect(fingerprint(machine)).toEqual(subject.prints.at(-1));
});

test('a state that ends before what the log knows to have been durable is refused and left as it is', () => {
  const subject = new Subject(100_000);
  for (const key of KEYS) {
    subject.run({ kind: 'put', key });
    settle(subject.machine, subject.disk);
  }
  const { path, end } = lastCommit(subject.disk);
  subject.disk.flipByte(path, end - 20, 1);
  const size = subject.disk.open(path, { create: false }).size();
  expect(() => open(subject.disk, 100_000, 3)).toThrow(/ends here, at entry 2, and was durable up to entry 3/);
  expect(subject.disk.open(path, { create: false }).size()).toBe(size);
  expect(open(subject.disk, 100_000, 2).appliedIndex()).toBe(2);
});

test('a restored state without its commit, and a directory without CURRENT, are damage and not a fresh store', () => {
  const subject = new Subject(100_000);
  subject.run({ kind: 'put', key: 'a' });
  const reader = subject.machine.openSnapshot();
  const restored = new Subject(100_000);
  restored.machine.restoreSnapshot(reader);
  const { path, end } = lastCommit(restored.disk);
  restored.disk.flipByte(path, end - 20, 1);
  expect(() => open(restored.disk)).toThrow('it holds no readable commit, and a restored state has one');
  restored.disk.flipByte(path, end - 20, 1);
  restored.disk.remove(`${DIR}/CURRENT`);
  expect(() => open(restored.disk)).toThrow('CURRENT is damaged at offset 0: it is missing');
});

test('a file of format version 1 is read, one of a version to come is refused by name', () => {
  const subject = new Subject(100_000);
  subject.run({ kind: 'put', key: 'a' });
  settle(subject.machine, subject.disk);
  const name = { incarnation: 1, first: 1, last: 1, generation: 0 };
  const path = `${DIR}/${formatName(name)}`;
  const rewriteHeader = (version: number) => {
    const file = subject.disk.open(path, { create: false });
    const header = { ...name, version, clusterId: CLUSTER, compactRevision: 0 };
    file.write(0, encodeFrame({ type: RecordType.HEADER, payload: encodeHeader(header) }));
  };
  rewriteHeader(1);
  expect(fingerprint(open(subject.disk))).toEqual(subject.prints.at(-1));
  rewriteHeader(9);
  expect(() => open(subject.disk)).toThrow(/has format version 9, this program reads versions 1 to 2/);
});
