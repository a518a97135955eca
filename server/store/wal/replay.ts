/** Segments to contents: what a member knows of its log when it starts. */
import { type LogIndex, logIndex, NO_MEMBER, term } from '../../../lib/base/brand.ts';
import { WalRecordType } from '../../../lib/base/etcdpb/raft.ts';
import { WireError } from '../../../lib/base/protobuf/reader.ts';
import type { Disk } from '../ports/disk.ts';
import type { Entry, HardState, SnapshotMetadata } from '../raft/types.ts';
import { decodeEntry, decodeHardState, decodeIdentity, decodeSnapshotMarker, type WalIdentity } from './payloads.ts';
import type { SegmentName } from './segment-name.ts';
import { readSegment, type SegmentEnd, type SegmentRecord, WalCorruptError } from './segment-reader.ts';

export interface WalContents {
  readonly identity: WalIdentity;
  readonly hardState: HardState;
  /** Snapshot markers, the newest last. Empty ones (index 0) left out. */
  readonly snapshots: readonly SnapshotMetadata[];
  /** Contiguous; empty, or starting anywhere after what was released. */
  readonly entries: readonly Entry[];
  /** The torn tail that was cut at opening. */
  readonly cut: { readonly file: string; readonly offset: number; readonly bytes: number } | undefined;
}

export const NO_HARD_STATE: HardState = { term: term(0), vote: NO_MEMBER, commitIndex: logIndex(0) };

/** Builds the contents record by record, refusing what no writer of ours could have written. */
class Replay {
  identity: WalIdentity | undefined;
  hardState = NO_HARD_STATE;
  readonly snapshots: SnapshotMetadata[] = [];
  entries: Entry[] = [];
  /** Names the place of the record being read, for errors. */
  readonly #place: (offset: number) => { file: string; offset: number };
  file = '';

  constructor() {
    this.#place = (offset) => ({ file: this.file, offset });
  }

  visit(record: SegmentRecord): void {
    try {
      this.#take(record);
    } catch (cause) {
      if (cause instanceof WireError)
        throw new WalCorruptError(this.#place(record.offset), `a record cannot be decoded (${cause.message})`);
      throw cause;
    }
  }

  #take(record: SegmentRecord): void {
    const { type, data, offset } = record;
    switch (type) {
      case WalRecordType.METADATA:
        this.#takeIdentity(decodeIdentity(data), offset);
        return;
      case WalRecordType.ENTRY:
        this.#takeEntry(decodeEntry(data), offset);
        return;
      case WalRecordType.STATE:
        this.#takeHardState(decodeHardState(data), offset);
        return;
      case WalRecordType.SNAPSHOT:
        this.#takeSnapshot(decodeSnapshotMarker(data));
        return;
      default:
        throw new WalCorruptError(this.#place(offset), `a record has the unknown type ${type}`);
    }
  }

  #takeIdentity(identity: WalIdentity, offset: number): void {
    const known = this.identity;
    if (known !== undefined && (known.memberId !== identity.memberId || known.clusterId !== identity.clusterId))
      throw new WalCorruptError(this.#place(offset), 'a segment belongs to another member or cluster');
    this.identity = identity;
  }

  #takeHardState(state: HardState, offset: number): void {
    if (state.term < this.hardState.term || state.commitIndex < this.hardState.commitIndex)
      throw new WalCorruptError(this.#place(offset), 'the hard state goes back in term or commit index');
    this.hardState = state;
  }

  #takeEntry(entry: Entry, offset: number): void {
    const last = this.entries.at(-1);
    if (last === undefined) {
      this.entries.push(entry);
      return;
    }
    const first = (this.entries[0] as Entry).index;
    // What it replaces may be of a newer term: entries of a leader that nobody else heard, cut by a leader elected without them (Raft paper, figure 7).
    const before = entry.index > last.index ? last : this.entries[entry.index - 1 - first];
    if (entry.index > last.index + 1 || entry.term < (before?.term ?? 0))
      throw new WalCorruptError(
        this.#place(offset),
        `entry ${entry.index} of term ${entry.term} cannot follow entry ${before?.index} of term ${before?.term}`,
      );
    this.entries.length = Math.max(0, entry.index - first);
    this.entries.push(entry);
  }

  #takeSnapshot(marker: SnapshotMetadata): void {
    if (marker.index === 0) return;
    // A durable point of this member's own, noted after it had accepted an image from beyond it: the log follows the image.
    if (marker.index < (this.snapshots.at(-1)?.index ?? 0)) return;
    this.snapshots.push(marker);
    const first = this.entries[0]?.index;
    const own = first === undefined ? undefined : this.entries[marker.index - first];
    // A marker of our own state machine stands inside the log and agrees with it. One that does not came from the
    // leader and replaced the log.
    if (first !== undefined && marker.index >= first && own?.term !== marker.term) this.entries = [];
  }
}

/**
 * A crash may keep an entry of a new term and lose the state record written after it in the same batch. The entry proves
 * that the term began; no vote of ours in it can have left, because the state that holds it never became durable.
 */
function stateOf(state: Replay): HardState {
  const { hardState } = state;
  const lastTerm = state.entries.at(-1)?.term ?? hardState.term;
  return lastTerm > hardState.term ? { ...hardState, term: lastTerm, vote: NO_MEMBER } : hardState;
}

export interface ReplayedLog {
  readonly contents: WalContents;
  readonly end: SegmentEnd;
  /** Index after the last entry or snapshot: names the next segment. */
  readonly nextIndex: LogIndex;
}

/** @throws WalCorruptError | DiskError */
export function replay(disk: Disk, dir: string, segments: readonly SegmentName[]): ReplayedLog {
  const state = new Replay();
  let end: SegmentEnd | undefined;
  let file = '';
  segments.forEach((segment, i) => {
    file = `${dir}/${segment.name}`;
    const before = segments[i - 1];
    if (before !== undefined && segment.sequence !== before.sequence + 1)
      throw new WalCorruptError({ file, offset: 0 }, `the segment before it (after ${before.name}) is missing`);
    state.file = file;
    const handle = disk.open(file, { create: false });
    const bytes = handle.read(0, handle.size());
    handle.close();
    const isLast = i === segments.length - 1;
    end = readSegment({ file, bytes, isLast, previousCrc: end?.crc }, (record) => state.visit(record));
  });
  if (end === undefined || state.identity === undefined)
    throw new WalCorruptError({ file: file || dir, offset: 0 }, 'the log has no metadata record');
  const lastIndex = Math.max(state.entries.at(-1)?.index ?? 0, state.snapshots.at(-1)?.index ?? 0);
  if (lastIndex < state.hardState.commitIndex)
    throw new WalCorruptError(
      { file, offset: end.tail },
      `entries up to ${state.hardState.commitIndex} were committed but the log ends at ${lastIndex}`,
    );
  const cut = end.tornBytes === 0 ? undefined : { file, offset: end.tail, bytes: end.tornBytes };
  const { identity, snapshots, entries } = state;
  return {
    contents: { identity, hardState: stateOf(state), snapshots, entries, cut },
    end,
    nextIndex: logIndex(lastIndex + 1),
  };
}
