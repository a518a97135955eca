/**
 * The crash property: whatever is lost, torn or half written when the power fails, the machine reopens at its durable
 * index with exactly the state of that index, and applying the rest of the log again gives the same answers and the
 * same state as a machine that never crashed.
 */
import fc from 'fast-check';
import { expect, test } from 'vitest';
import { Prng } from '../../../lib/base/prng.ts';
import { deleteRangeRequest, putRequest } from '../mvcc/testing/arbitraries.ts';
import { MemoryDisk } from '../ports/memory-disk.ts';
import { openStateMachine } from './state-machine.ts';
import { applyItem, CLUSTER, fingerprint, type LogItem, logItem } from './test-support.ts';
import type { Applied, StateMachine } from './types.ts';

const DIR = '/member/state';

type Step =
  | { readonly kind: 'apply'; readonly item: LogItem }
  | { readonly kind: 'flush' | 'completeFlush' | 'work' | 'settle' | 'defragment' }
  /** Compacts this far below the current revision. */
  | { readonly kind: 'compact'; readonly back: number }
  | { readonly kind: 'crash'; readonly seed: number; readonly loss: number }
  | { readonly kind: 'restoreHere' };

/** Few keys, written and deleted over and over: what compaction and rewriting live on. */
const churn = fc.oneof(
  { weight: 3, arbitrary: putRequest.map((put): LogItem => ({ kind: 'request', request: { put } })) },
  {
    weight: 2,
    arbitrary: deleteRangeRequest.map((deleteRange): LogItem => ({ kind: 'request', request: { deleteRange } })),
  },
);

const churnStep = churn.map((item): Step => ({ kind: 'apply', item }));
const compactStep = fc.integer({ min: 0, max: 4 }).map((back): Step => ({ kind: 'compact', back }));
const settleStep = fc.constant<Step>({ kind: 'settle' });
const defragmentStep = fc.constant<Step>({ kind: 'defragment' });

const compactionStep: fc.Arbitrary<Step> = fc.oneof(
  { weight: 12, arbitrary: churnStep },
  { weight: 2, arbitrary: compactStep },
  { weight: 4, arbitrary: settleStep },
  { weight: 2, arbitrary: defragmentStep },
  { weight: 1, arbitrary: fc.constant<Step>({ kind: 'crash', seed: 1, loss: 0 }) },
);

const step: fc.Arbitrary<Step> = fc.oneof(
  { weight: 10, arbitrary: logItem.map((item): Step => ({ kind: 'apply', item })) },
  { weight: 14, arbitrary: churnStep },
  { weight: 2, arbitrary: compactStep },
  { weight: 3, arbitrary: settleStep },
  { weight: 2, arbitrary: defragmentStep },
  { weight: 5, arbitrary: fc.constant<Step>({ kind: 'flush' }) },
  { weight: 6, arbitrary: fc.constant<Step>({ kind: 'completeFlush' }) },
  { weight: 8, arbitrary: fc.constant<Step>({ kind: 'work' }) },
  {
    weight: 2,
    arbitrary: fc
      .record({ seed: fc.nat(), loss: fc.constantFrom(0, 0.2, 0.5, 1) })
      .map((fields): Step => ({ kind: 'crash', ...fields })),
  },
  { weight: 1, arbitrary: fc.constant<Step>({ kind: 'restoreHere' }) },
);

/** A machine that never fails, and what it answered and looked like at each index. */
class Reference {
  readonly machine = open(new MemoryDisk(), 100_000);
  readonly items: LogItem[] = [];
  readonly applied: Applied[] = [];
  readonly prints: unknown[] = [fingerprint(this.machine)];

  apply(item: LogItem): Applied {
    const applied = applyItem(this.machine, item);
    this.items.push(item);
    this.applied.push(applied);
    this.prints.push(fingerprint(this.machine));
    return applied;
  }
}

function open(disk: MemoryDisk, segmentBytes: number): StateMachine {
  return openStateMachine({ disk, dir: DIR, clusterId: CLUSTER, segmentBytes, cacheBytes: 4 * 64 * 1024 });
}

class Subject {
  readonly disk = new MemoryDisk();
  readonly reference = new Reference();
  readonly segmentBytes: number;
  machine: StateMachine;
  promised = 0;
  isFlushing = false;
  /** Defragmentations of this machine that were not answered yet. */
  owed = 0;

  constructor(segmentBytes: number) {
    this.segmentBytes = segmentBytes;
    this.machine = open(this.disk, segmentBytes);
  }

  run(step: Step): void {
    if (step.kind === 'apply') {
      expect(applyItem(this.machine, step.item)).toEqual(this.reference.apply(step.item));
    } else if (step.kind === 'flush') this.flush();
    else if (step.kind === 'completeFlush') {
      this.disk.completeFlush();
      this.promised = Math.max(this.promised, this.machine.durableIndex());
    } else if (step.kind === 'work') this.machine.work();
    else if (step.kind === 'settle') this.settle();
    else if (step.kind === 'defragment') this.defragment();
    else if (step.kind === 'compact') {
      const revision = this.machine.kv.revision() - step.back;
      this.run({ kind: 'apply', item: { kind: 'request', request: { compaction: { revision } } } });
    } else if (step.kind === 'crash') this.crash(step);
    else this.restoreHere();
  }

  /** Everything flushed, all background work done. */
  settle(): void {
    while (this.disk.completeFlush());
    this.flush();
    for (let idle = 0; idle < 2; ) {
      const isBusy = this.machine.work();
      idle = this.disk.completeFlush() || isBusy ? 0 : idle + 1;
    }
    this.promised = this.machine.durableIndex();
    expect(this.promised).toBe(this.machine.appliedIndex());
    expect(this.owed).toBe(0);
  }

  defragment(): void {
    const { machine } = this;
    this.owed++;
    machine.defragment((lackedBytes) => {
      expect(lackedBytes).toBeUndefined();
      expect(machine).toBe(this.machine);
      this.owed--;
    });
  }

  flush(): void {
    if (this.isFlushing) return;
    const { machine } = this;
    const index = machine.appliedIndex();
    this.isFlushing = true;
    machine.flush((error) => {
      expect(error).toBeUndefined();
      if (machine !== this.machine) return;
      this.isFlushing = false;
      expect(machine.durableIndex()).toBeGreaterThanOrEqual(index);
    });
  }

  crash({ seed, loss }: { readonly seed: number; readonly loss: number }): void {
    const prng = new Prng(seed);
    this.disk.crash(() => !prng.chance(loss));
    this.isFlushing = false;
    this.owed = 0;
    this.machine = open(this.disk, this.segmentBytes);
    const { reference, machine } = this;
    expect(machine.durableIndex()).toBe(machine.appliedIndex());
    expect(machine.appliedIndex()).toBeGreaterThanOrEqual(this.promised);
    expect(fingerprint(machine)).toEqual(reference.prints[machine.appliedIndex()]);
    this.promised = machine.durableIndex();
    for (let index = machine.appliedIndex(); index < reference.items.length; index++) {
      expect(applyItem(machine, reference.items[index] as LogItem)).toEqual(reference.applied[index]);
    }
    expect(fingerprint(machine)).toEqual(reference.prints.at(-1));
  }

  /** The machine receives an image of the reference and goes on from there. */
  restoreHere(): void {
    const reader = this.reference.machine.openSnapshot();
    this.machine.restoreSnapshot(reader);
    reader.close();
    expect(this.machine.durableIndex()).toBe(this.reference.items.length);
    expect(fingerprint(this.machine)).toEqual(this.reference.prints.at(-1));
    this.promised = this.machine.durableIndex();
  }
}

test('a machine that crashes reopens at its durable index and catches up to the same state', () => {
  fc.assert(
    fc.property(
      fc.constantFrom(300, 1500, 6000),
      fc.array(step, { minLength: 30, maxLength: 120, size: 'max' }),
      (segmentBytes, steps) => {
        const subject = new Subject(segmentBytes);
        for (const next of steps) subject.run(next);
        subject.crash({ seed: 1, loss: 0.5 });
      },
    ),
    { numRuns: 50 },
  );
});

test('files that compaction rewrote bring back the same state', () => {
  fc.assert(
    fc.property(
      fc.constantFrom(200, 400, 800),
      fc.array(compactionStep, { minLength: 40, maxLength: 120, size: 'max' }),
      (segmentBytes, steps) => {
        const subject = new Subject(segmentBytes);
        for (const next of steps) subject.run(next);
        subject.run({ kind: 'compact', back: 1 });
        subject.settle();
        subject.crash({ seed: 1, loss: 0 });
      },
    ),
    { numRuns: 50 },
  );
});
