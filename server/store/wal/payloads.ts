/** What stands in the data of WAL records: entries, hard states, snapshot markers, metadata. Pure. */
import {
  type ClusterId,
  clusterId,
  type LogIndex,
  logIndex,
  type MemberId,
  memberId,
  term,
} from '../../../lib/base/brand.ts';
import { EMPTY_BYTES } from '../../../lib/base/bytes.ts';
import { RaftEntry, RaftHardState, WalMetadata, WalSnapshot } from '../../../lib/base/etcdpb/raft.ts';
import { WireError } from '../../../lib/base/protobuf/reader.ts';
import type { ConfState, Entry, EntryType, HardState, SnapshotMetadata } from '../raft/types.ts';
import { writeVarint } from './record.ts';

/** Whose log this is: written once, checked at every start. */
export interface WalIdentity {
  readonly memberId: MemberId;
  readonly clusterId: ClusterId;
}

/** Fields of an entry besides its data: three varints of at most 8 bytes, their tags, the data's tag and length. */
const ENTRY_OVERHEAD_BYTES_MAX = 40;

/** raftpb.Entry, by hand: the hot path of every write. */
export function encodeEntry(entry: Entry): Uint8Array {
  const out = new Uint8Array(ENTRY_OVERHEAD_BYTES_MAX + entry.data.length);
  out[0] = 0x08;
  out[1] = entry.type;
  out[2] = 0x10;
  let at = writeVarint(out, 3, entry.term);
  out[at++] = 0x18;
  at = writeVarint(out, at, entry.index);
  if (entry.data.length > 0) {
    out[at++] = 0x22;
    at = writeVarint(out, at, entry.data.length);
    out.set(entry.data, at);
    at += entry.data.length;
  }
  return out.subarray(0, at);
}

/** The data is copied: it outlives the segment's buffer. @throws WireError */
export function decodeEntry(data: Uint8Array): Entry {
  const raw = RaftEntry.decode(data);
  if (raw.type < 0 || raw.type > 2) throw new WireError(`entry type ${raw.type} is not known`);
  return {
    type: raw.type as EntryType,
    term: checked(() => term(raw.term)),
    index: checked(() => logIndex(raw.index)),
    data: raw.data === undefined || raw.data.length === 0 ? EMPTY_BYTES : raw.data.slice(),
  };
}

export function encodeHardState(state: HardState): Uint8Array {
  return RaftHardState.encode({ term: state.term, vote: state.vote, commit: state.commitIndex });
}

/** @throws WireError */
export function decodeHardState(data: Uint8Array): HardState {
  const raw = RaftHardState.decode(data);
  return {
    term: checked(() => term(raw.term)),
    vote: memberId(raw.vote),
    commitIndex: checked(() => logIndex(raw.commit)),
  };
}

export function encodeSnapshotMarker(snapshot: SnapshotMetadata): Uint8Array {
  const { confState, index, term: snapshotTerm } = snapshot;
  return WalSnapshot.encode({ index, term: snapshotTerm, confState });
}

/** @throws WireError */
export function decodeSnapshotMarker(data: Uint8Array): SnapshotMetadata {
  const raw = WalSnapshot.decode(data);
  const ids = (list: readonly bigint[] | undefined) => (list ?? []).map(memberId);
  const confState: ConfState = {
    voters: ids(raw.confState?.voters),
    learners: ids(raw.confState?.learners),
    votersOutgoing: ids(raw.confState?.votersOutgoing),
    learnersNext: ids(raw.confState?.learnersNext),
    autoLeave: raw.confState?.autoLeave ?? false,
  };
  return { index: checked(() => logIndex(raw.index)), term: checked(() => term(raw.term)), confState };
}

export function encodeIdentity(identity: WalIdentity): Uint8Array {
  return WalMetadata.encode({ nodeId: identity.memberId, clusterId: identity.clusterId });
}

/** @throws WireError */
export function decodeIdentity(data: Uint8Array): WalIdentity {
  const raw = WalMetadata.decode(data);
  return { memberId: memberId(raw.nodeId), clusterId: clusterId(raw.clusterId) };
}

function checked<T extends LogIndex | number>(brandIt: () => T): T {
  try {
    return brandIt();
  } catch (cause) {
    throw new WireError('an ordinal is out of range', { cause });
  }
}
