import { expect, test } from 'vitest';
import { clusterId, logIndex, memberId, NO_MEMBER, term } from '../../../lib/base/brand.ts';
import { silentLog } from '../ports/log.ts';
import { MemoryDisk } from '../ports/memory-disk.ts';
import type { SnapshotMetadata } from '../raft/types.ts';
import type { WalContents } from '../wal/replay.ts';
import { durableAtLeast } from './boot.ts';
import { SnapshotSpool } from './snapshot-spool.ts';

const marker = (index: number): SnapshotMetadata => ({
  index: logIndex(index),
  term: term(1),
  confState: { voters: [], learners: [], votersOutgoing: [], learnersNext: [], autoLeave: false },
});

const contentsWith = (...snapshots: SnapshotMetadata[]): WalContents => ({
  identity: { memberId: memberId(1n), clusterId: clusterId(1n) },
  hardState: { term: term(1), vote: NO_MEMBER, commitIndex: logIndex(0) },
  snapshots,
  entries: [],
  cut: undefined,
});

test('the last marker of the log says how far the stored data was durable, unless it is of an image still to be restored', () => {
  const disk = new MemoryDisk();
  const spool = new SnapshotSpool({ disk, dir: '/snap', log: silentLog });
  expect(durableAtLeast(contentsWith(), spool)).toBe(0);
  expect(durableAtLeast(contentsWith(marker(10), marker(20)), spool)).toBe(20);
  spool.receive(marker(20))?.finish(() => undefined);
  while (disk.completeFlush());
  expect(durableAtLeast(contentsWith(marker(10), marker(20)), spool)).toBe(10);
});
