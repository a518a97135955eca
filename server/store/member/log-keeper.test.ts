import { expect, test } from 'vitest';
import { type LogIndex, logIndex, term } from '../../../lib/base/brand.ts';
import type { StateMachine } from '../apply/types.ts';
import type { FlushCallback } from '../ports/disk.ts';
import { silentLog } from '../ports/log.ts';
import type { RaftNode } from '../raft/types.ts';
import type { Wal } from '../wal/wal.ts';
import { LogKeeper } from './log-keeper.ts';
import type { SnapshotSpool } from './snapshot-spool.ts';

const MIB = 1024 * 1024;

/** A keeper over parts that only record what it asks of them. */
function keeperWith(snapshotCount: number) {
  const flushes: FlushCallback[] = [];
  const [compacted, released]: [number[], number[]] = [[], []];
  const fatal: Error[] = [];
  const machine: Partial<StateMachine> = {
    durableIndex: () => logIndex(0),
    confState: () => ({ voters: [], learners: [], votersOutgoing: [], learnersNext: [], autoLeave: false }),
    flush: (done) => void flushes.push(done),
  };
  const raft: Partial<RaftNode> = { compact: (index: LogIndex) => void compacted.push(index) };
  const wal: Partial<Wal> = {
    append: () => undefined,
    flush: (done: FlushCallback) => done(undefined),
    release: (index: LogIndex) => void released.push(index),
  };
  const spool: Partial<SnapshotSpool> = { release: () => undefined };
  const keeper = new LogKeeper({
    machine: machine as StateMachine,
    raft: raft as RaftNode,
    wal: wal as Wal,
    spool: spool as SnapshotSpool,
    log: silentLog,
    snapshotCount,
    onFatal: (error) => fatal.push(error),
  });
  const apply = (index: number, bytes: number) => {
    keeper.count(logIndex(index), bytes);
    keeper.applied({ index: logIndex(index), term: term(1) });
  };
  return { keeper, apply, flushes, compacted, released, fatal };
}

test('the state machine is flushed every so many entries, once at a time, and only then the log is cut', () => {
  const { apply, flushes, compacted, released } = keeperWith(6000);
  for (let index = 1; index <= 12_500; index++) apply(index, 10);
  expect(flushes).toHaveLength(1);
  expect(compacted).toEqual([]);
  flushes[0]?.(undefined);
  expect(compacted).toEqual([1000]);
  expect(released).toEqual([1000]);
  apply(12_501, 10);
  flushes[1]?.(undefined);
  expect(compacted).toEqual([1000, 7501]);
});

test('large writes cut the log by its bytes, long before the count of entries does', () => {
  const { apply, flushes, compacted } = keeperWith(10_000);
  for (let index = 1; index <= 64; index++) apply(index, MIB);
  expect(flushes).toHaveLength(1);
  flushes[0]?.(undefined);
  expect(compacted).toEqual([0]);
  for (let index = 65; index <= 128; index++) apply(index, MIB);
  flushes[1]?.(undefined);
  expect(compacted).toEqual([0, 64]);
});

test('a flush that fails is fatal and nothing is cut', () => {
  const { apply, flushes, compacted, fatal } = keeperWith(1);
  apply(1, 10);
  const failure = Object.assign(new Error('cannot flush'), { code: 'EIO', path: 'x' });
  flushes[0]?.(failure as Parameters<FlushCallback>[0]);
  expect(fatal).toEqual([failure]);
  expect(compacted).toEqual([]);
});
