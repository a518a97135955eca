/** Raft messages on the wire. One protobuf table holds the fields of all kinds; absent ones cost nothing. */
import { assertNever } from '../../../lib/base/assert.ts';
import { logIndex, memberId, term } from '../../../lib/base/brand.ts';
import { EMPTY_BYTES } from '../../../lib/base/bytes.ts';
import { RaftEntry, WalSnapshot } from '../../../lib/base/etcdpb/raft.ts';
import { WireError } from '../../../lib/base/protobuf/reader.ts';
import {
  bool,
  bytes,
  type Init,
  type MessageType as MessageTypeOf,
  message,
  nested,
  nestedList,
  ordinal,
  uint64,
} from '../../../lib/base/protobuf/schema.ts';
import type {
  ConfState,
  Entry,
  EntryType,
  Message,
  MessageType,
  ProposedEntry,
  SnapshotMetadata,
} from '../raft/types.ts';

const Proposed = message('quorate.ProposedEntry', { type: ordinal(1), data: bytes(2) });
const PeerMessage = message('quorate.PeerMessage', {
  type: ordinal(1),
  from: uint64(2),
  to: uint64(3),
  term: ordinal(4),
  /** appendEntries: previous; requestVote and preVote: lastEntry; their responses: committed. */
  entryTerm: ordinal(5),
  entryIndex: ordinal(6),
  commitIndex: ordinal(7),
  entries: nestedList(8, () => RaftEntry),
  index: ordinal(9),
  reject: bool(10),
  rejectHint: ordinal(11),
  rejectHintTerm: ordinal(12),
  isTransfer: bool(13),
  context: bytes(14),
  snapshot: nested(15, () => WalSnapshot),
  transferee: uint64(16),
  proposed: nestedList(17, () => Proposed),
});
type PeerMessage = MessageTypeOf<typeof PeerMessage>;

/** Wire numbers: append only, never reuse. */
const TYPES: readonly MessageType[] = [
  'appendEntries',
  'appendEntriesResponse',
  'requestVote',
  'requestVoteResponse',
  'preVote',
  'preVoteResponse',
  'heartbeat',
  'heartbeatResponse',
  'installSnapshot',
  'timeoutNow',
  'transferLeader',
  'propose',
  'readIndex',
  'readIndexResponse',
];

export function encodeMessage(value: Message): Uint8Array {
  const { from, to, term: messageTerm } = value;
  return PeerMessage.encode({ type: TYPES.indexOf(value.type), from, to, term: messageTerm, ...fieldsOf(value) });
}

function fieldsOf(value: Message): Init<PeerMessage> {
  switch (value.type) {
    case 'appendEntries': {
      const { previous, commitIndex, entries } = value;
      return { entryTerm: previous.term, entryIndex: previous.index, commitIndex, entries };
    }
    case 'appendEntriesResponse': {
      const { index, reject, rejectHint, rejectHintTerm } = value;
      return { index, reject, rejectHint, rejectHintTerm };
    }
    case 'requestVote':
    case 'preVote': {
      const { lastEntry, isTransfer } = value;
      return { entryTerm: lastEntry.term, entryIndex: lastEntry.index, isTransfer };
    }
    case 'requestVoteResponse':
    case 'preVoteResponse': {
      const { reject, committed } = value;
      return { reject, entryTerm: committed?.term, entryIndex: committed?.index };
    }
    case 'heartbeat':
      return { commitIndex: value.commitIndex, context: value.context };
    case 'heartbeatResponse':
    case 'readIndex':
      return { context: value.context };
    case 'readIndexResponse':
      return { context: value.context, index: value.index };
    case 'installSnapshot':
      return { snapshot: value.snapshot };
    case 'timeoutNow':
      return {};
    case 'transferLeader':
      return { transferee: value.transferee };
    case 'propose':
      return { proposed: value.entries };
    default:
      return assertNever(value, 'encodeMessage');
  }
}

/** Everything inside is copied off `input`. @throws WireError on anything that is not a message. */
export function decodeMessage(input: Uint8Array): Message {
  const raw = PeerMessage.decode(input);
  const type = TYPES[raw.type];
  if (type === undefined) throw new WireError(`message type ${raw.type} is not known`);
  try {
    return build(type, raw);
  } catch (cause) {
    if (cause instanceof RangeError) throw new WireError(`a number in ${type} is out of range`, { cause });
    throw cause;
  }
}

function build(type: MessageType, raw: PeerMessage): Message {
  const base = { from: memberId(raw.from), to: memberId(raw.to), term: term(raw.term) };
  const entryId = () => ({ term: term(raw.entryTerm), index: logIndex(raw.entryIndex) });
  const commitIndex = logIndex(raw.commitIndex);
  const { reject } = raw;
  switch (type) {
    case 'appendEntries':
      return { ...base, type, previous: entryId(), commitIndex, entries: raw.entries.map(entryOf) };
    case 'appendEntriesResponse': {
      const rejectHint = logIndex(raw.rejectHint);
      return {
        ...base,
        type,
        index: logIndex(raw.index),
        reject,
        rejectHint,
        rejectHintTerm: term(raw.rejectHintTerm),
      };
    }
    case 'requestVote':
    case 'preVote':
      return { ...base, type, lastEntry: entryId(), isTransfer: raw.isTransfer };
    case 'requestVoteResponse':
    case 'preVoteResponse':
      // Index 0 names no entry: the voter had nothing to tell.
      return { ...base, type, reject, ...(raw.entryIndex === 0 ? {} : { committed: entryId() }) };
    case 'heartbeat':
      return { ...base, type, commitIndex, context: own(raw.context) };
    case 'heartbeatResponse':
    case 'readIndex':
      return { ...base, type, context: own(raw.context) };
    case 'readIndexResponse':
      return { ...base, type, context: own(raw.context), index: logIndex(raw.index) };
    case 'installSnapshot':
      return { ...base, type, snapshot: snapshotOf(raw) };
    case 'timeoutNow':
      return { ...base, type };
    case 'transferLeader':
      return { ...base, type, transferee: memberId(raw.transferee) };
    case 'propose':
      return { ...base, type, entries: raw.proposed.map(proposedOf) };
    default:
      return assertNever(type, 'decodeMessage');
  }
}

const own = (view: Uint8Array | undefined): Uint8Array =>
  view === undefined || view.length === 0 ? EMPTY_BYTES : view.slice();

function entryTypeOf(type: number): EntryType {
  if (type !== 0 && type !== 1 && type !== 2) throw new WireError(`entry type ${type} is not known`);
  return type;
}

function entryOf(raw: MessageTypeOf<typeof RaftEntry>): Entry {
  return { type: entryTypeOf(raw.type), term: term(raw.term), index: logIndex(raw.index), data: own(raw.data) };
}

function proposedOf(raw: MessageTypeOf<typeof Proposed>): ProposedEntry {
  return { type: entryTypeOf(raw.type), data: own(raw.data) };
}

function snapshotOf(raw: PeerMessage): SnapshotMetadata {
  const { snapshot } = raw;
  if (snapshot === undefined) throw new WireError('installSnapshot without snapshot');
  const ids = (list: readonly bigint[] | undefined) => (list ?? []).map(memberId);
  const confState: ConfState = {
    voters: ids(snapshot.confState?.voters),
    learners: ids(snapshot.confState?.learners),
    votersOutgoing: ids(snapshot.confState?.votersOutgoing),
    learnersNext: ids(snapshot.confState?.learnersNext),
    autoLeave: snapshot.confState?.autoLeave ?? false,
  };
  return { index: logIndex(snapshot.index), term: term(snapshot.term), confState };
}
