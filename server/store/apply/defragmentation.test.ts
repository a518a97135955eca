import fc from 'fast-check';
import { expect, test } from 'vitest';
import { SPARED_BYTES } from '../mvcc/segments/rewrite.ts';
import { THOROUGH_RATIO } from '../mvcc/segments/rewrite-choice.ts';
import { deleteRangeRequest, putRequest } from '../mvcc/testing/arbitraries.ts';
import { MemoryDisk } from '../ports/memory-disk.ts';
import { openStateMachine } from './state-machine.ts';
import { applyItem, b, CLUSTER, fingerprint, type Request } from './test-support.ts';
import type { StateMachine } from './types.ts';

const DIR = '/member/state';
/** Slices of work within which any run over the few kilobytes here is over. */
const SLICES_MAX = 2000;

const open = (disk: MemoryDisk, segmentBytes: number): StateMachine =>
  openStateMachine({ disk, dir: DIR, clusterId: CLUSTER, segmentBytes, cacheBytes: 64 * 1024 });
const apply = (machine: StateMachine, request: Request) => applyItem(machine, { kind: 'request', request });
const put = (machine: StateMachine, key: string, value: string) =>
  apply(machine, { put: { key: b(key), value: b(value) } });
const compact = (machine: StateMachine) => apply(machine, { compaction: { revision: machine.kv.revision() } });
const segments = (disk: MemoryDisk) => disk.list(DIR).filter((name) => name.endsWith('.seg'));
const temporary = (disk: MemoryDisk) => disk.list(DIR).filter((name) => name.endsWith('.tmp'));
const deadBytes = (machine: StateMachine) => machine.kv.size().total - machine.kv.size().inUse;

/** Works until `isOver`; no write, no flush from outside. */
function work(machine: StateMachine, disk: MemoryDisk, isOver: () => boolean): void {
  for (let slices = 0; !isOver(); slices++) {
    expect(slices).toBeLessThan(SLICES_MAX);
    if (!machine.work()) disk.completeFlush();
  }
}

function defragment(machine: StateMachine, disk: MemoryDisk): number | undefined {
  const answers: (number | undefined)[] = [];
  machine.defragment((lackedBytes) => answers.push(lackedBytes));
  work(machine, disk, () => answers.length > 0);
  return answers[0];
}

function settle(machine: StateMachine, disk: MemoryDisk): void {
  machine.flush((error) => expect(error).toBeUndefined());
  for (let idle = 0; idle < 2; ) {
    const isBusy = machine.work();
    idle = disk.completeFlush() || isBusy ? 0 : idle + 1;
  }
}

/** Several sealed files and the one that takes appends, all a good third dead: too little for the background. */
function thirdDead(segmentBytes = 20_000) {
  const disk = new MemoryDisk();
  const machine = open(disk, segmentBytes);
  for (let round = 0; round < 30; round++) {
    for (const key of ['a', `b${round}`, `c${round}`]) put(machine, key, 'v'.repeat(1000));
    settle(machine, disk);
  }
  compact(machine);
  settle(machine, disk);
  expect(deadBytes(machine)).toBeGreaterThan(machine.kv.size().total * 0.25);
  return { disk, machine };
}

test('space that the background leaves is given back, also that of the file that takes appends, without a write', () => {
  const { disk, machine } = thirdDead();
  const before = fingerprint(machine);
  const { inUse } = machine.kv.size();
  expect(defragment(machine, disk)).toBeUndefined();
  expect(machine.kv.size().total).toBeLessThan(inUse * 1.01);
  expect(fingerprint(machine)).toEqual(before);
  expect(fingerprint(open(disk, 20_000))).toEqual(before);
});

test('a store smaller than one segment gets its space back too', () => {
  const disk = new MemoryDisk();
  const machine = open(disk, 64 * 1024 * 1024);
  for (let i = 0; i < 50; i++) put(machine, 'a', 'v'.repeat(1000));
  compact(machine);
  settle(machine, disk);
  expect(machine.kv.size().total).toBeGreaterThan(50_000);
  expect(defragment(machine, disk)).toBeUndefined();
  expect(machine.kv.size().total).toBeLessThan(3000);
});

test('an empty store is defragmented at once', () => {
  const disk = new MemoryDisk();
  expect(defragment(open(disk, 1000), disk)).toBeUndefined();
});

test('whatever was written, deleted and compacted, it ends, next to nothing dead is left, and the state is the same', () => {
  const step = fc.oneof(
    { weight: 6, arbitrary: putRequest.map((request): Request => ({ put: request })) },
    { weight: 4, arbitrary: deleteRangeRequest.map((request): Request => ({ deleteRange: request })) },
    { weight: 1, arbitrary: fc.constant('compact' as const) },
    { weight: 2, arbitrary: fc.constant('settle' as const) },
  );
  const steps = fc.array(step, { minLength: 30, maxLength: 120, size: 'max' });
  const property = fc.property(fc.constantFrom(200, 400, 800, 3000), steps, (segmentBytes, all) => {
    const disk = new MemoryDisk();
    const machine = open(disk, segmentBytes);
    for (const one of all) {
      if (one === 'compact') compact(machine);
      else if (one === 'settle') settle(machine, disk);
      else apply(machine, one);
    }
    compact(machine);
    const before = fingerprint(machine);
    expect(defragment(machine, disk)).toBeUndefined();
    // Of a file, and of tombstones that wait for earlier files.
    expect(deadBytes(machine)).toBeLessThanOrEqual(machine.kv.size().total * 2 * THOROUGH_RATIO);
    expect(fingerprint(machine)).toEqual(before);
    expect(fingerprint(open(disk, segmentBytes))).toEqual(before);
  });
  fc.assert(property, { numRuns: 60 });
});

test('it ends although writes, deletes and compactions go on all the while', () => {
  const { disk, machine } = thirdDead(3000);
  let isOver = false;
  machine.defragment(() => {
    isOver = true;
  });
  let slices = 0;
  work(machine, disk, () => {
    put(machine, `a${slices % 7}`, 'w'.repeat(300));
    apply(machine, { deleteRange: { key: b(`b${slices % 30}`) } });
    if (slices++ % 5 === 0) compact(machine);
    return isOver;
  });
});

test('asking over and over leaves no trail of small files', () => {
  const { disk, machine } = thirdDead();
  defragment(machine, disk);
  const { length } = segments(disk);
  for (let i = 0; i < 10; i++) {
    put(machine, 'more', `${i}`);
    expect(defragment(machine, disk)).toBeUndefined();
  }
  expect(segments(disk).length).toBeLessThanOrEqual(length + 1);
});

test('without room on the disk it says how much it lacks, changes nothing, and succeeds when there is room', () => {
  const { disk, machine } = thirdDead();
  const before = fingerprint(machine);
  disk.freeSpace = { freeBytes: SPARED_BYTES + 100, totalBytes: 10 * SPARED_BYTES };
  const names = segments(disk);
  expect(defragment(machine, disk)).toBeGreaterThan(100);
  expect(segments(disk)).toEqual(names);
  disk.freeSpace = { freeBytes: SPARED_BYTES + 30_000, totalBytes: 10 * SPARED_BYTES };
  expect(defragment(machine, disk)).toBeUndefined();
  expect(deadBytes(machine)).toBeLessThan(machine.kv.size().total * 0.02);
  expect(fingerprint(machine)).toEqual(before);
});

test('a disk that fills up on the way ends the run, not the member: nothing is lost and nothing is left lying about', () => {
  const { disk, machine } = thirdDead();
  const before = fingerprint(machine);
  const answers: (number | undefined)[] = [];
  machine.defragment((lackedBytes) => answers.push(lackedBytes));
  work(machine, disk, () => temporary(disk).length > 0);
  disk.failWriteWith = 'ENOSPC';
  work(machine, disk, () => answers.length > 0);
  disk.failWriteWith = undefined;
  expect(answers[0]).toBeGreaterThan(0);
  expect(temporary(disk)).toEqual([]);
  settle(machine, disk);
  expect(fingerprint(machine)).toEqual(before);
  expect(defragment(machine, disk)).toBeUndefined();
  expect(fingerprint(open(disk, 20_000))).toEqual(before);
});

test('requests share a run, one that came too late for its files has the next, and who left is not told', () => {
  const { disk, machine } = thirdDead();
  const told: string[] = [];
  machine.defragment(() => told.push('first'));
  machine.defragment(() => told.push('second'));
  const leave = machine.defragment(() => told.push('gone'));
  leave();
  work(machine, disk, () => temporary(disk).length > 0);
  for (let i = 0; i < 5; i++) put(machine, 'late', 'v'.repeat(1000));
  compact(machine);
  machine.defragment(() => {
    told.push('late');
    expect(deadBytes(machine)).toBeLessThan(machine.kv.size().total * 0.02);
  });
  work(machine, disk, () => told.length > 0);
  expect(told).toEqual(['first', 'second']);
  work(machine, disk, () => told.includes('late'));
  expect(told).toEqual(['first', 'second', 'late']);
});

test('it waits for an image that is being read, which keeps the dead in place', () => {
  const { disk, machine } = thirdDead();
  put(machine, 'a', 'newer');
  const reader = machine.openSnapshot();
  compact(machine);
  let isOver = false;
  machine.defragment(() => {
    isOver = true;
  });
  for (let i = 0; i < 200; i++) if (!machine.work()) disk.completeFlush();
  expect(isOver).toBe(false);
  while (reader.next() !== undefined);
  reader.close();
  work(machine, disk, () => isOver);
  expect(deadBytes(machine)).toBeLessThan(machine.kv.size().total * 0.02);
});

test('an image that replaces the state answers who waits', () => {
  const { machine } = thirdDead();
  const answers: (number | undefined)[] = [];
  machine.defragment((lackedBytes) => answers.push(lackedBytes));
  const other = thirdDead().machine;
  put(other, 'other', 'state');
  const reader = other.openSnapshot();
  machine.restoreSnapshot(reader);
  reader.close();
  expect(answers).toEqual([undefined]);
});
