/**
 * From what lies on disk to a RaftConfig. Three witnesses must agree: the log, the state machine, and perhaps an image
 * that was received but not durably restored. What does not fit together is refused in one line, never guessed.
 */
import { type LogIndex, logIndex, NO_MEMBER, term } from '../../../lib/base/brand.ts';
import { cutFrames } from '../apply/snapshot.ts';
import type { StateMachine } from '../apply/types.ts';
import type { Disk } from '../ports/disk.ts';
import type { Log } from '../ports/log.ts';
import type { ConfState, Entry, HardState, RaftConfig, SnapshotMetadata } from '../raft/types.ts';
import type { WalIdentity } from '../wal/payloads.ts';
import type { WalContents } from '../wal/replay.ts';
import { Wal } from '../wal/wal.ts';
import { bootstrapConfState, bootstrapEntries, type InitialCluster } from './bootstrap.ts';
import type { SnapshotSpool } from './snapshot-spool.ts';

/** The data directory cannot be started from. `message` is one line that names the remedy. */
export class BootError extends Error {
  override readonly name = 'BootError';
}

export interface OpenedLog {
  readonly wal: Wal;
  readonly contents: WalContents;
}

/** False: this member has no data, and its first start decides who it is. */
export const hasLog = (disk: Disk, dir: string): boolean => Wal.exists(disk, dir);

/** Opens the log, or writes the first one of a new cluster. @throws WalCorruptError | DiskError */
export function openLog(options: {
  readonly disk: Disk;
  readonly dir: string;
  readonly log: Log;
  readonly segmentBytes?: number;
  /** Used only when there is no log yet. `restored`: where the state machine stands already; the log begins after it. */
  readonly fresh: () => {
    readonly identity: WalIdentity;
    /** Undefined: an existing cluster is joined, whose leader sends everything from the first entry or an image. */
    readonly cluster: InitialCluster | undefined;
    readonly restored?: SnapshotMetadata | undefined;
  };
}): OpenedLog {
  const { disk, dir, log, segmentBytes } = options;
  const place = { disk, dir, ...(segmentBytes === undefined ? {} : { segmentBytes }) };
  if (!Wal.exists(disk, dir)) {
    const { identity, cluster, restored } = options.fresh();
    const entries = restored === undefined && cluster !== undefined ? bootstrapEntries(cluster) : [];
    const commitIndex = restored?.index ?? logIndex(entries.length);
    const hardState = { term: term(cluster === undefined ? 0 : 1), vote: NO_MEMBER, commitIndex };
    const wal = Wal.create({ ...place, identity, first: { entries, hardState, snapshot: restored } });
    const snapshots = restored === undefined ? [] : [restored];
    return { wal, contents: { identity, hardState, snapshots, entries, cut: undefined } };
  }
  const opened = Wal.open(place);
  const { cut } = opened.contents;
  if (cut !== undefined) log('warn', 'cut a torn tail off the write-ahead log: it was never acknowledged', { ...cut });
  return opened;
}

/**
 * The entry up to which the stored data was durable by the word of the log, or 0: opening the data must find it so. An image
 * that was received and perhaps not restored counts for nothing while the spool still has it.
 */
export function durableAtLeast(contents: WalContents, spool: SnapshotSpool): number {
  return contents.snapshots.findLast((snapshot) => !spool.has(snapshot))?.index ?? 0;
}

export type RaftStart = Pick<RaftConfig, 'hardState' | 'snapshot' | 'confState' | 'entries' | 'appliedIndex'>;

/**
 * Restores a received image if the crash came before it was durable, then fits log and state machine, which was opened with
 * durableAtLeast(). @throws BootError
 */
export function fitTogether(options: {
  readonly contents: WalContents;
  readonly machine: StateMachine;
  readonly spool: SnapshotSpool;
  readonly log: Log;
}): RaftStart {
  const { contents, machine, spool, log } = options;
  const received = contents.snapshots.at(-1);
  if (received !== undefined && received.index > machine.appliedIndex() && spool.has(received)) {
    log('info', 'restoring the snapshot that was received before the last stop', { index: received.index });
    const source = spool.open(received);
    machine.restoreSnapshot({ metadata: received, nextFrames: cutFrames(source.next) });
    source.close();
  }
  const appliedIndex = machine.appliedIndex();
  const { start, entries } = startOf(contents, appliedIndex);
  const lastIndex = entries.at(-1)?.index ?? start.index;
  if (start.index > appliedIndex)
    throw mismatch(`the log begins after entry ${start.index}, the state machine holds entries up to ${appliedIndex}`);
  if (lastIndex < appliedIndex)
    throw mismatch(`the log ends at entry ${lastIndex}, the state machine holds entries up to ${appliedIndex}`);
  const confState = confStateOf(machine, contents.entries);
  return { hardState: raised(contents.hardState, start.index), snapshot: start, confState, entries, appliedIndex };
}

function mismatch(what: string): BootError {
  return new BootError(
    `the write-ahead log and the stored data do not belong together: ${what}. Restore the whole data directory from one ` +
      'backup, or remove this member from the cluster, delete its data directory and add it again as a new member',
  );
}

/** Where the log begins: a snapshot it follows, the very beginning, or its own first entry, whose term is known. */
function startOf(
  contents: WalContents,
  appliedIndex: LogIndex,
): { readonly start: SnapshotMetadata; readonly entries: readonly Entry[] } {
  const { entries, snapshots } = contents;
  const confState = { voters: [], learners: [], votersOutgoing: [], learnersNext: [], autoLeave: false };
  const [first] = entries;
  if (first === undefined)
    return { start: snapshots.at(-1) ?? { term: term(0), index: logIndex(0), confState }, entries };
  if (first.index === 1) return { start: { term: term(0), index: logIndex(0), confState }, entries };
  const before = snapshots.findLast((snapshot) => snapshot.index === first.index - 1);
  if (before !== undefined) return { start: before, entries };
  if (first.index > appliedIndex)
    throw mismatch(`the log begins at entry ${first.index}, the state machine holds entries up to ${appliedIndex}`);
  return { start: { term: first.term, index: first.index, confState }, entries: entries.slice(1) };
}

/** The state machine's configuration; before it has one, that of the additions at the head of the log. */
function confStateOf(machine: StateMachine, entries: readonly Entry[]): ConfState {
  const own = machine.confState();
  return own.voters.length > 0 ? own : bootstrapConfState(entries);
}

const raised = (state: HardState, atLeast: LogIndex): HardState =>
  state.commitIndex >= atLeast ? state : { ...state, commitIndex: atLeast };
