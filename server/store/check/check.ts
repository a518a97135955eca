/**
 * Looking at a member's data directory without a member: every file by itself, and what a start would make of all of them
 * together. The second is not a judgement of ours but the member's own opening code, run over a disk that keeps its changes
 * in memory; a repair is the same code on the disk itself, so that it can do nothing that a start would not do.
 */
import { openStateMachine } from '../apply/state-machine.ts';
import type { StateMachine } from '../apply/types.ts';
import { BootError, durableAtLeast, fitTogether, hasLog, openLog } from '../member/boot.ts';
import { explainDiskTrouble, isDiskTrouble } from '../member/disk-trouble.ts';
import { SnapshotSpool } from '../member/snapshot-spool.ts';
import { ForeignSegmentError } from '../mvcc/segments/damage.ts';
import type { Disk } from '../ports/disk.ts';
import { silentLog } from '../ports/log.ts';
import { WalCorruptError } from '../wal/segment-reader.ts';
import { reportLog } from './log-report.ts';
import { OverlayDisk } from './overlay-disk.ts';
import { reportSpool, reportState } from './state-report.ts';
import type { CheckReport, StartReport } from './types.ts';

/** Where a member keeps what. */
export interface DataPlaces {
  readonly dataDir: string;
  readonly walDir: string;
}

const stateDir = ({ dataDir }: DataPlaces): string => `${dataDir}/member/data`;
const spoolDir = ({ dataDir }: DataPlaces): string => `${dataDir}/member/snap`;

/** Reads only. @throws DiskError when the directory itself cannot be read */
export function checkDirectory(disk: Disk, places: DataPlaces): CheckReport {
  const files = [
    ...reportLog(disk, places.walDir),
    ...reportState(disk, stateDir(places)),
    ...reportSpool(disk, spoolDir(places)),
  ];
  const overlay = new OverlayDisk(disk);
  const start = openAll(overlay, places);
  return {
    dir: places.dataDir,
    files,
    start: start.kind === 'starts' ? { ...start, changes: overlay.changes() } : start,
  };
}

/**
 * Does what a start would do before it takes part in anything: cuts torn tails, removes left-over files, restores a received image. Nothing
 * when a start would refuse.
 */
export function repairDirectory(disk: Disk, places: DataPlaces): CheckReport {
  const before = checkDirectory(disk, places);
  if (before.start.kind === 'refuses') return before;
  const { changes } = before.start;
  const start = openAll(disk, places);
  return { ...before, start: start.kind === 'starts' ? { ...start, changes } : start };
}

function openAll(disk: Disk, places: DataPlaces): StartReport {
  if (!hasLog(disk, places.walDir)) {
    const reason = `${places.walDir} holds no log: a member has nothing to start from, and would found or join a cluster anew`;
    return { kind: 'refuses', reason };
  }
  const closers: (() => void)[] = [];
  try {
    return openParts(disk, places, (close) => closers.push(close));
  } catch (error) {
    const isRefusal = [BootError, ForeignSegmentError, WalCorruptError].some((kind) => error instanceof kind);
    if (isDiskTrouble(error)) return { kind: 'refuses', reason: explainDiskTrouble(error) };
    if (isRefusal && error instanceof Error) return { kind: 'refuses', reason: error.message };
    throw error;
  } finally {
    for (const close of closers) close();
  }
}

function openParts(disk: Disk, places: DataPlaces, onOpened: (close: () => void) => void): StartReport {
  const log = silentLog;
  const opened = openLog({
    ...{ disk, dir: places.walDir, log },
    fresh: () => {
      throw new BootError(`${places.walDir} holds no log`);
    },
  });
  onOpened(() => opened.wal.close());
  const { contents } = opened;
  const spool = new SnapshotSpool({ disk, dir: spoolDir(places), log });
  const machine = openStateMachine({
    ...{ disk, dir: stateDir(places), clusterId: contents.identity.clusterId },
    durableAtLeast: durableAtLeast(contents, spool),
  });
  onOpened(() => machine.close());
  const start = fitTogether({ contents, machine, spool, log });
  const { memberId, clusterId } = contents.identity;
  const lastIndex = start.entries.at(-1)?.index ?? start.snapshot.index;
  return {
    kind: 'starts',
    facts: [
      `member ${memberId.toString(16)} of cluster ${clusterId.toString(16)}`,
      `log up to entry ${lastIndex}, committed up to ${start.hardState.commitIndex}, term ${start.hardState.term}`,
      ...factsOf(machine, start.hardState.commitIndex),
    ],
    changes: [],
  };
}

function factsOf(machine: StateMachine, commitIndex: number): string[] {
  const { kv, leases } = machine;
  const { hash, hashRevision, compactRevision } = kv.hashKv(0);
  const applied = machine.appliedIndex();
  const missing =
    commitIndex > applied ? [`the log brings entries ${applied + 1} to ${commitIndex} back at the start`] : [];
  return [
    `state at entry ${applied}: revision ${kv.revision()}, ${leases.list().length} leases`,
    `HashKV ${hash} at revision ${hashRevision}, compact revision ${compactRevision}`,
    ...missing,
  ];
}
