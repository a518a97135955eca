/**
 * The vocabulary of the Raft core and its one output value. No clock, no I/O, no promises, no randomness of its own.
 *
 * Names follow the Raft paper and thesis for roles and RPCs, etcd-io/raft for structures (glossary: README.md here).
 */
import type { LogIndex, MemberId, Term } from '../../../lib/base/brand.ts';

/** Values of raftpb.EntryType. */
export type EntryType = 0 | 1 | 2;
export const ENTRY_NORMAL: EntryType = 0;
export const ENTRY_CONF_CHANGE: EntryType = 1;
export const ENTRY_CONF_CHANGE_V2: EntryType = 2;

export interface Entry {
  readonly term: Term;
  readonly index: LogIndex;
  readonly type: EntryType;
  /** Owned by the log: never a view on a network or file buffer. Empty for the leader's first entry of a term. */
  readonly data: Uint8Array;
}

export interface EntryId {
  readonly term: Term;
  readonly index: LogIndex;
}

/** What must be durable before any message that depends on it leaves (Raft paper, figure 2 "persistent state"). */
export interface HardState {
  readonly term: Term;
  /** NO_MEMBER when this member has not voted in `term`. */
  readonly vote: MemberId;
  readonly commitIndex: LogIndex;
}

export type Role = 'follower' | 'preCandidate' | 'candidate' | 'leader';

/** Volatile, for observers only. */
export interface SoftState {
  readonly leaderId: MemberId;
  readonly role: Role;
}

/** Membership. Outside a joint configuration `votersOutgoing` and `learnersNext` are empty (thesis §4.3). */
export interface ConfState {
  readonly voters: readonly MemberId[];
  readonly learners: readonly MemberId[];
  readonly votersOutgoing: readonly MemberId[];
  readonly learnersNext: readonly MemberId[];
  readonly autoLeave: boolean;
}

export interface SnapshotMetadata extends EntryId {
  readonly confState: ConfState;
}

interface MessageBase {
  readonly from: MemberId;
  readonly to: MemberId;
  readonly term: Term;
}

/** Peer messages. `reject…` fields carry etcd-io/raft's conflict hints (term and index to probe next). */
export type Message = MessageBase &
  (
    | {
        readonly type: 'appendEntries';
        readonly previous: EntryId;
        readonly entries: readonly Entry[];
        readonly commitIndex: LogIndex;
      }
    | {
        readonly type: 'appendEntriesResponse';
        /** Accepted: the last index now matching. Rejected: the index of `previous` that did not match. */
        readonly index: LogIndex;
        readonly reject: boolean;
        readonly rejectHint: LogIndex;
        readonly rejectHintTerm: Term;
      }
    | { readonly type: 'requestVote' | 'preVote'; readonly lastEntry: EntryId; readonly isTransfer: boolean }
    | {
        readonly type: 'requestVoteResponse' | 'preVoteResponse';
        readonly reject: boolean;
        /** The last entry the voter knows to be committed: what a candidate may need to learn that it cannot win. */
        readonly committed?: EntryId;
      }
    | { readonly type: 'heartbeat'; readonly commitIndex: LogIndex; readonly context: Uint8Array }
    | { readonly type: 'heartbeatResponse'; readonly context: Uint8Array }
    /**
     * Announces a snapshot; the driver streams the state beside it and steps the message in when it is whole. The sender's driver
     * may raise the metadata to that of the image it opened (its index is at or beyond this one). The receiver's core
     * may find it old: then no Ready carries it, and the driver drops the image.
     */
    | { readonly type: 'installSnapshot'; readonly snapshot: SnapshotMetadata }
    | { readonly type: 'timeoutNow' }
    | { readonly type: 'transferLeader'; readonly transferee: MemberId }
    | { readonly type: 'propose'; readonly entries: readonly ProposedEntry[] }
    | { readonly type: 'readIndex'; readonly context: Uint8Array }
    | { readonly type: 'readIndexResponse'; readonly context: Uint8Array; readonly index: LogIndex }
  );

export type MessageType = Message['type'];

export interface ProposedEntry {
  readonly type: EntryType;
  readonly data: Uint8Array;
}

/** Answers a readIndex request: a read at applied index >= `index` is linearizable (thesis §6.4). */
export interface ReadState {
  readonly index: LogIndex;
  readonly context: Uint8Array;
}

/**
 * Everything the outside must do, in this order (style rule 2):
 *   1. send `messages` (they do not depend on what is not durable yet);
 *   2. append to the WAL `snapshot`, then `entries`, then `hardState` (its commit index may speak of these entries) and,
 *      when `mustSync`, flush;
 *   3. when durable: call `persisted(ready)`, then send `messagesAfterPersist`;
 *   4. apply `committedEntries` (they are durable on a quorum and on this member), then call `applied(index)`;
 *   5. answer `readStates` when applied has reached their index.
 *
 * persisted() is called once for every Ready, in the order of ready(), also when there was nothing to write: what an
 * earlier Ready wrote must be durable before the messagesAfterPersist of a later one leave. For a Ready with a snapshot it also
 * says that the state machine is replaced: applied(snapshot.index) is implied, and committed entries handed out before
 * that Ready and not applied yet must no longer be applied.
 *
 * Asynchronous storage: ready() may be called again before persisted() of the one before; entries and hard states
 * leave in order, and persisted() must be called in the same order. A Ready never repeats what an earlier one held.
 */
export interface Ready {
  /** Present when changed. */
  readonly softState: SoftState | undefined;
  /** Present when changed. */
  readonly hardState: HardState | undefined;
  readonly entries: readonly Entry[];
  /** A snapshot to install: its state was streamed in before; replace log and state machine by it. */
  readonly snapshot: SnapshotMetadata | undefined;
  readonly messages: readonly Message[];
  readonly messagesAfterPersist: readonly Message[];
  readonly committedEntries: readonly Entry[];
  readonly readStates: readonly ReadState[];
  readonly mustSync: boolean;
}

export type ProposeResult = 'accepted' | 'forwarded' | 'noLeader' | 'dropped';

/** Replication progress of one peer, as the leader sees it. */
export interface ProgressView {
  readonly id: MemberId;
  readonly match: LogIndex;
  readonly next: LogIndex;
  readonly state: 'probe' | 'replicate' | 'snapshot';
  readonly recentActive: boolean;
  readonly isLearner: boolean;
}

export interface RaftStatus extends SoftState {
  readonly id: MemberId;
  readonly term: Term;
  readonly commitIndex: LogIndex;
  readonly appliedIndex: LogIndex;
  readonly lastIndex: LogIndex;
  readonly confState: ConfState;
  /** NO_MEMBER unless a leader transfer is under way. */
  readonly transferee: MemberId;
  /** Only on the leader. */
  readonly progress: readonly ProgressView[];
}

/** How a core starts: what the WAL gave back, and the knobs. Ticks, not milliseconds. */
export interface RaftConfig {
  readonly id: MemberId;
  readonly electionTicks: number;
  readonly heartbeatTicks: number;
  /**
   * Asks whether an election can be won before it disturbs anyone (thesis §9.6); on when left out. Off, as with `hasCheckQuorum`, only
   * in transcripts that show what it is for: the product never says so.
   */
  readonly hasPreVote?: boolean;
  /** A leader steps down when it hears no quorum, and who hears a leader refuses to vote (thesis §6.2); on when left out. */
  readonly hasCheckQuorum?: boolean;
  /** Draws each randomised election timeout in [electionTicks, 2*electionTicks). */
  readonly random: () => number;
  readonly hardState: HardState;
  /** Start of the log: entries up to and including this one are covered by a snapshot. {0,0} when fresh. */
  readonly snapshot: SnapshotMetadata;
  /** Membership as of `appliedIndex`; snapshot.confState when left out. Needed when changes were applied since. */
  readonly confState?: ConfState;
  /** Entries after the snapshot, contiguous. */
  readonly entries: readonly Entry[];
  /** Already applied by the durable state machine; >= snapshot.index. */
  readonly appliedIndex: LogIndex;
  /** Bytes of entries in one appendEntries message. */
  readonly appendBytesMax: number;
  readonly inflightMessagesMax: number;
  /** Bytes of appends on the way to one follower; 16 MiB when left out. */
  readonly inflightBytesMax?: number;
  /** Bytes of proposals not yet committed; beyond it propose() answers 'dropped'. */
  readonly uncommittedBytesMax: number;
}

/** The core's whole contract. One instance is single-threaded and synchronous. */
export interface RaftNode {
  tick(): void;
  step(message: Message): void;
  campaign(): void;
  /** On a follower the proposal is forwarded to the leader as a message. */
  propose(entries: readonly ProposedEntry[]): ProposeResult;
  /** `context` must be unique per request of this member; it comes back in a ReadState or never (leader change). */
  readIndex(context: Uint8Array): ProposeResult;
  transferLeader(to: MemberId): void;
  reportUnreachable(peer: MemberId): void;
  /** The outcome of streaming a snapshot to `peer`. */
  reportSnapshot(peer: MemberId, outcome: 'installed' | 'failed'): void;
  /** Called by the driver when an applied entry was a configuration change (decoded raftpb.ConfChange/V2). */
  applyConfChange(change: ConfChange): ConfState;
  hasReady(): boolean;
  ready(): Ready;
  persisted(ready: Ready): void;
  applied(index: LogIndex): void;
  /** Drops log entries up to and including `index` (<= appliedIndex): the state machine is durable that far. */
  compact(index: LogIndex): void;
  status(): RaftStatus;
}

export interface ConfChange {
  readonly transition: 'auto' | 'jointImplicit' | 'jointExplicit';
  /** Empty: leave the joint configuration. */
  readonly changes: readonly {
    readonly type: 'addVoter' | 'addLearner' | 'remove' | 'update';
    readonly id: MemberId;
  }[];
}
