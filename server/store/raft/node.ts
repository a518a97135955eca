/**
 * The door to the core: inputs in, one Ready out (types.ts says what to do with it). Single-threaded, synchronous, and a
 * function of its inputs alone: the same calls give the same Readies.
 *
 * Invariant: persisted() confirms Readies in the order they were taken, each exactly once (asserted; node.test.ts).
 */
import { assert } from '../../../lib/base/assert.ts';
import { type LogIndex, type MemberId, NO_MEMBER, term } from '../../../lib/base/brand.ts';
import { normalizeConfState } from './conf-change.ts';
import { isConfChangeType } from './conf-change-codec.ts';
import { Core, type SelfVote } from './core.ts';
import { countSelfVote, startElection } from './election.ts';
import { tickLeader } from './leader.ts';
import { applyConfChange, leaveJointIfDue } from './membership.ts';
import { canOpenRound, openReadRound, requestRead } from './reads.ts';
import { acknowledgeOwn, broadcastDue, handleSnapshotOutcome, handleUnreachable } from './replication.ts';
import { propose, step, transferLeader } from './step.ts';
import type {
  ConfChange,
  ConfState,
  Entry,
  HardState,
  Message,
  ProposedEntry,
  ProposeResult,
  RaftConfig,
  RaftNode,
  RaftStatus,
  Ready,
  SnapshotMetadata,
  SoftState,
} from './types.ts';

export function createRaftNode(config: RaftConfig): RaftNode {
  assertConfig(config);
  return new Node(config);
}

/** A Ready given out and not yet durable, with what its durability will decide. */
interface OpenPersist {
  readonly ready: Ready;
  readonly selfVote: SelfVote | undefined;
}

class Node implements RaftNode {
  readonly #core: Core;
  #softState: SoftState;
  #hardState: HardState;
  readonly #open: OpenPersist[] = [];

  constructor(config: RaftConfig) {
    this.#core = new Core(config);
    this.#softState = { leaderId: NO_MEMBER, role: 'follower' };
    this.#hardState = config.hardState;
  }

  tick(): void {
    const core = this.#core;
    if (core.role === 'leader') {
      tickLeader(core);
      return;
    }
    core.electionElapsed++;
    if (core.electionElapsed < core.electionTimeout || !core.isPromotable()) return;
    core.electionElapsed = 0;
    startElection(core);
  }

  step(message: Message): void {
    step(this.#core, message);
  }

  campaign(): void {
    startElection(this.#core);
  }

  propose(entries: readonly ProposedEntry[]): ProposeResult {
    const { id } = this.#core;
    return propose(this.#core, { type: 'propose', from: id, to: id, term: term(0), entries });
  }

  readIndex(context: Uint8Array): ProposeResult {
    return requestRead(this.#core, this.#core.id, context);
  }

  transferLeader(to: MemberId): void {
    const { id } = this.#core;
    transferLeader(this.#core, { type: 'transferLeader', from: id, to: id, term: term(0), transferee: to });
  }

  reportUnreachable(peer: MemberId): void {
    const progress = this.#core.peer(peer);
    if (this.#core.role === 'leader' && progress !== undefined) handleUnreachable(progress);
  }

  reportSnapshot(peer: MemberId, outcome: 'installed' | 'failed'): void {
    const progress = this.#core.peer(peer);
    if (this.#core.role === 'leader' && progress !== undefined) handleSnapshotOutcome(progress, outcome);
  }

  applyConfChange(change: ConfChange): ConfState {
    return applyConfChange(this.#core, change);
  }

  hasReady(): boolean {
    const core = this.#core;
    return (
      core.messages.length > 0 ||
      core.messagesAfterPersist.length > 0 ||
      core.log.hasEntriesToPersist() ||
      core.log.hasEntriesToApply() ||
      core.readStates.length > 0 ||
      core.isAppendDue ||
      core.isCommitDue ||
      core.selfVote !== undefined ||
      core.log.snapshotToPersist() !== undefined ||
      !sameHardState(core.hardState(), this.#hardState) ||
      !sameSoftState(core, this.#softState) ||
      canOpenRound(core)
    );
  }

  ready(): Ready {
    const core = this.#core;
    if (canOpenRound(core)) openReadRound(core);
    if (core.isAppendDue || core.isCommitDue) broadcastDue(core);

    const softState = this.#takeSoftState();
    const before = this.#hardState;
    const hardState = this.#takeHardState();
    const snapshot = core.log.snapshotToPersist();
    const entries = core.log.beginPersist();
    const ready: Ready = {
      softState,
      hardState,
      entries,
      snapshot,
      messages: core.messages,
      messagesAfterPersist: core.messagesAfterPersist,
      committedEntries: core.log.beginApply(),
      readStates: core.readStates,
      mustSync:
        entries.length > 0 ||
        snapshot !== undefined ||
        (hardState !== undefined && (hardState.term !== before.term || hardState.vote !== before.vote)),
    };
    this.#open.push({ ready, selfVote: core.selfVote });
    core.messages = [];
    core.messagesAfterPersist = [];
    core.readStates = [];
    core.selfVote = undefined;
    return ready;
  }

  persisted(ready: Ready): void {
    const core = this.#core;
    const oldest = this.#open.shift();
    assert(oldest?.ready === ready, 'raft: persisted() must confirm each Ready once, in the order of ready()');
    core.log.finishPersist(ready.snapshot);
    if (ready.snapshot !== undefined) this.#snapshotInstalled(ready.snapshot);
    if (core.role === 'leader') acknowledgeOwn(core);
    if (oldest.selfVote !== undefined) countSelfVote(core, oldest.selfVote);
  }

  applied(index: LogIndex): void {
    const core = this.#core;
    core.log.finishApply(index);
    core.appliedConf = core.machineConf;
    leaveJointIfDue(core);
  }

  compact(index: LogIndex): void {
    this.#core.log.compact(index);
  }

  status(): RaftStatus {
    const core = this.#core;
    return {
      id: core.id,
      term: core.term,
      role: core.role,
      leaderId: core.leaderId,
      commitIndex: core.log.commitIndex,
      appliedIndex: core.log.appliedIndex,
      lastIndex: core.log.lastIndex(),
      confState: core.conf,
      transferee: core.transferee,
      progress: core.role === 'leader' ? core.peers.map((peer) => peer.view()) : [],
    };
  }

  #snapshotInstalled(snapshot: SnapshotMetadata): void {
    this.#core.machineConf = normalizeConfState(snapshot.confState);
    this.#core.appliedConf = this.#core.machineConf;
  }

  #takeSoftState(): SoftState | undefined {
    const { leaderId, role } = this.#core;
    if (sameSoftState(this.#core, this.#softState)) return undefined;
    this.#softState = { leaderId, role };
    return this.#softState;
  }

  #takeHardState(): HardState | undefined {
    const hardState = this.#core.hardState();
    if (sameHardState(hardState, this.#hardState)) return undefined;
    this.#hardState = hardState;
    return hardState;
  }
}

const sameSoftState = (a: SoftState, b: SoftState): boolean => a.leaderId === b.leaderId && a.role === b.role;

const sameHardState = (a: HardState, b: HardState): boolean =>
  a.term === b.term && a.vote === b.vote && a.commitIndex === b.commitIndex;

function assertConfig(config: RaftConfig): void {
  assert(config.id !== NO_MEMBER, 'raft: a member needs an id');
  assert(config.heartbeatTicks >= 1, `raft: heartbeatTicks must be at least 1, got ${config.heartbeatTicks}`);
  assert(
    config.electionTicks > config.heartbeatTicks,
    `raft: electionTicks ${config.electionTicks} must exceed heartbeatTicks ${config.heartbeatTicks}`,
  );
  assert(config.inflightMessagesMax >= 1, 'raft: inflightMessagesMax must be at least 1');
  assert(config.appendBytesMax >= 1, 'raft: appendBytesMax must be at least 1');
  const isApplied = (entry: Entry) => entry.index <= config.appliedIndex;
  assert(
    config.confState !== undefined || !config.entries.some((e) => isApplied(e) && isConfChangeType(e.type)),
    'raft: configuration changes were applied after the snapshot: confState must say the result',
  );
}
