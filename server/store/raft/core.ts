/**
 * The state of one member and its role changes: what figure 2 of the Raft paper calls State, and nothing that reacts to a
 * message. The reactions live beside it: step.ts (terms), election.ts, follower.ts, leader.ts, replication.ts, reads.ts,
 * membership.ts; node.ts is the door to all of it.
 *
 * Invariants: term never decreases; within a term `vote` is set once; `peers` holds exactly the members of `conf`, sorted
 * by id so that nothing depends on the order of a map (paper-elections.test.ts and the simulator's checkers).
 */
import { assert, defined } from '../../../lib/base/assert.ts';
import { type LogIndex, logIndex, type MemberId, NO_MEMBER, type Term, term } from '../../../lib/base/brand.ts';
import { EMPTY_BYTES } from '../../../lib/base/bytes.ts';
import { confMembers, isVoter, normalizeConfState } from './conf-change.ts';
import { isConfChangeType } from './conf-change-codec.ts';
import { RaftLog } from './log.ts';
import { Progress } from './progress.ts';
import { ReadIndexQueue } from './read-index.ts';
import {
  type ConfState,
  ENTRY_NORMAL,
  type Entry,
  type HardState,
  type Message,
  type ProposedEntry,
  type RaftConfig,
  type ReadState,
  type Role,
} from './types.ts';

/** Unacknowledged append bytes on the way to one follower when the configuration does not say. */
const INFLIGHT_BYTES_MAX_DEFAULT = 16 * 1024 * 1024;

type Addressed<M> = M extends Message ? Omit<M, 'from' | 'term'> : never;
/** A message without sender and term: send() fills them in. */
export type OutgoingMessage = Addressed<Message>;

/** A vote for oneself counts like any other: only when it is durable. */
export interface SelfVote {
  readonly kind: 'preVote' | 'vote';
  readonly term: Term;
}

export class Core {
  readonly id: MemberId;
  readonly config: RaftConfig;
  readonly log: RaftLog;
  readonly reads = new ReadIndexQueue();

  term: Term;
  vote: MemberId;
  role: Role = 'follower';
  leaderId: MemberId = NO_MEMBER;
  /** The configuration in force: that of the applied log, or of the snapshot being installed. */
  conf: ConfState;
  /** The configuration as the state machine reached it; behind `conf` only while a snapshot is being installed. */
  machineConf: ConfState;
  /** machineConf as of log.appliedIndex: what a snapshot of the applied state must say. */
  appliedConf: ConfState;
  peers: readonly Progress[] = [];
  #peerById = new Map<MemberId, Progress>();

  votes = new Map<MemberId, boolean>();
  selfVote: SelfVote | undefined;
  /** Ticks since the last sign of a leader (follower) or the last check-quorum (leader). */
  electionElapsed = 0;
  heartbeatElapsed = 0;
  electionTimeout = 0;
  transferee: MemberId = NO_MEMBER;
  /** No configuration change is proposed until the log is applied this far: at most one is pending (thesis §4.1). */
  pendingConfIndex: LogIndex = logIndex(0);
  /** Payload of the entries this leader appended and has not seen committed. */
  uncommittedBytes = 0;

  readStates: ReadState[] = [];
  /** May leave at once. */
  messages: Message[] = [];
  /** Promise something about this member's disk: leave when what was handed out before is durable. */
  messagesAfterPersist: Message[] = [];
  /** New entries, or a new commit index, wait for the next ready() to be sent: one message carries what gathered. */
  isAppendDue = false;
  isCommitDue = false;

  constructor(config: RaftConfig) {
    this.id = config.id;
    this.config = config;
    this.term = config.hardState.term;
    this.vote = config.hardState.vote;
    this.log = new RaftLog({
      start: config.snapshot,
      entries: config.entries,
      commitIndex: recoveredCommit(config),
      appliedIndex: config.appliedIndex,
    });
    this.conf = normalizeConfState(config.confState ?? config.snapshot.confState);
    this.machineConf = this.conf;
    this.appliedConf = this.conf;
    this.setPeers();
    this.becomeFollower(this.term, NO_MEMBER);
  }

  hardState(): HardState {
    return { term: this.term, vote: this.vote, commitIndex: this.log.commitIndex };
  }

  peer(id: MemberId): Progress | undefined {
    return this.#peerById.get(id);
  }

  /** May become leader: a voter, with a whole state machine. */
  isPromotable(): boolean {
    return isVoter(this.conf, this.id) && !this.log.isInstalling();
  }

  isMember(): boolean {
    return this.#peerById.has(this.id);
  }

  /**
   * Queues a message with this member's term, or `messageTerm` where the protocol says otherwise: 0 for forwarded requests, the
   * term asked for in pre-votes.
   *
   * What vouches for this member's disk waits for it. Acknowledgements and votes obviously do. So do requests for votes: they
   * vouch for the log they describe. If a candidate could lose that log in a crash after asking, a late vote would elect it
   * with less than the voter agreed to (etcd sends them early; server/docs/bugs-found.md tells the story).
   */
  send(message: OutgoingMessage, messageTerm: Term = this.term): void {
    const complete = { ...message, from: this.id, term: messageTerm } as Message;
    assert(complete.to !== this.id, `core: ${complete.type} addressed to itself`);
    switch (complete.type) {
      case 'appendEntriesResponse':
      case 'requestVote':
      case 'requestVoteResponse':
      case 'preVoteResponse':
        this.messagesAfterPersist.push(complete);
        return;
      default:
        this.messages.push(complete);
    }
  }

  becomeFollower(newTerm: Term, leader: MemberId): void {
    this.#reset(newTerm);
    this.role = 'follower';
    this.leaderId = leader;
  }

  /** Asks whether an election could be won, without disturbing anyone: term and vote stay (thesis §9.6). */
  becomePreCandidate(): void {
    assert(this.role !== 'leader', 'core: a leader cannot become a pre-candidate');
    this.votes.clear();
    this.selfVote = undefined;
    this.role = 'preCandidate';
    this.leaderId = NO_MEMBER;
  }

  becomeCandidate(): void {
    assert(this.role !== 'leader', 'core: a leader cannot become a candidate');
    this.#reset(term(this.term + 1));
    this.vote = this.id;
    this.role = 'candidate';
  }

  becomeLeader(): void {
    assert(this.role === 'candidate', `core: a ${this.role} cannot become leader`);
    this.#reset(this.term);
    this.role = 'leader';
    this.leaderId = this.id;
    for (const peer of this.peers) peer.restart(this.log.lastIndex());
    const self = defined(this.peer(this.id), 'core: a leader is a member');
    self.acknowledge(this.log.stableIndex);
    self.becomeReplicate();
    self.recentActive = true;
    // Anything in the log may be an unapplied configuration change: wait for all of it before proposing another.
    this.pendingConfIndex = this.log.lastIndex();
    this.uncommittedBytes = payloadBytes(this.log.uncommitted());
    // An entry of its own term is how a leader learns what is committed (Raft paper §8).
    this.appendOwn([{ type: ENTRY_NORMAL, data: EMPTY_BYTES }]);
  }

  /** Appends proposals under this leader's term. The limit on uncommitted bytes is the caller's check. */
  appendOwn(proposed: readonly ProposedEntry[]): void {
    const first = this.log.lastIndex() + 1;
    const entries: Entry[] = proposed.map(({ type, data }, i) => ({
      term: this.term,
      index: logIndex(first + i),
      type,
      data,
    }));
    this.log.append(entries);
    this.uncommittedBytes += payloadBytes(proposed);
    this.isAppendDue = true;
  }

  /** Rebuilds the progress table after `conf` changed: who stayed keeps what is known, who is new starts afresh. */
  setPeers(): void {
    const before = this.#peerById;
    const learners = new Set(this.conf.learners);
    this.peers = confMembers(this.conf).map((id) => {
      const known = before.get(id);
      if (known !== undefined) {
        known.isLearner = learners.has(id);
        return known;
      }
      const added = new Progress({
        id,
        next: this.log.lastIndex(),
        isLearner: learners.has(id),
        inflightMessagesMax: this.config.inflightMessagesMax,
        inflightBytesMax: this.config.inflightBytesMax ?? INFLIGHT_BYTES_MAX_DEFAULT,
      });
      // Grace until the next check-quorum: nobody could have heard from it yet.
      added.recentActive = true;
      return added;
    });
    this.#peerById = new Map(this.peers.map((peer) => [peer.id, peer]));
  }

  #reset(newTerm: Term): void {
    assert(newTerm >= this.term, `core: term ${newTerm} is below ${this.term}`);
    if (newTerm !== this.term) {
      this.term = newTerm;
      this.vote = NO_MEMBER;
    }
    this.leaderId = NO_MEMBER;
    this.electionElapsed = 0;
    this.heartbeatElapsed = 0;
    this.electionTimeout = this.config.electionTicks + Math.floor(this.config.random() * this.config.electionTicks);
    this.transferee = NO_MEMBER;
    this.votes.clear();
    this.selfVote = undefined;
    this.pendingConfIndex = logIndex(0);
    this.uncommittedBytes = 0;
    this.isAppendDue = false;
    this.isCommitDue = false;
    this.reads.clear();
  }
}

/**
 * What is known to be committed at a start. Besides what the hard state says: a leader appends a configuration change only when it
 * has applied the one before, so a change in the log proves that the change before it is committed. This matters when a torn
 * write kept the entry and lost the hard state behind it: campaigning two configurations back, this member could win with a
 * majority that shares no one with the present one.
 */
function recoveredCommit({ hardState, snapshot, entries }: RaftConfig): LogIndex {
  const changes = entries.filter((entry) => isConfChangeType(entry.type));
  return logIndex(Math.max(hardState.commitIndex, snapshot.index, changes.at(-2)?.index ?? 0));
}

/** What counts against uncommittedBytesMax: data only, so that a leader's own empty entry always fits. */
export const payloadBytes = (entries: readonly { readonly data: Uint8Array }[]): number =>
  entries.reduce((sum, entry) => sum + entry.data.length, 0);
