/**
 * A member without its Promise face: joins core, log, state machine, network and lease clock, and answers by callbacks. This
 * is what the simulator runs; `store-member.ts` is a thin layer on it.
 */
import { leaseId, type MemberId, NO_MEMBER, type Term } from '../../../lib/base/brand.ts';
import { EtcdError, etcdErrors } from '../../../lib/base/etcdpb/errors.ts';
import { InternalRaftRequest } from '../../../lib/base/etcdpb/raft.ts';
import { GrpcCode } from '../../../lib/base/grpc-status.ts';
import type { Init } from '../../../lib/base/protobuf/schema.ts';
import { err } from '../../../lib/base/result.ts';
import type { Applied, StateMachine } from '../apply/types.ts';
import { ROOT_USER } from '../auth/auth-store.ts';
import { SimpleTokens } from '../auth/simple-tokens.ts';
import { type Identity, NOBODY } from '../auth/types.ts';
import type { Clock } from '../ports/clock.ts';
import type { Log } from '../ports/log.ts';
import type { PeerNetwork } from '../ports/peer-network.ts';
import { createRaftNode } from '../raft/node.ts';
import type { Role } from '../raft/types.ts';
import type { Wal } from '../wal/wal.ts';
import type { RaftStart } from './boot.ts';
import type { MemberCounts } from './counts.ts';
import { LeaderCalls } from './leader-calls.ts';
import { LeaseKeeper } from './lease-keeper.ts';
import { encodeMemberChange, type MemberChange } from './member-change.ts';
import { type ProposalCallback, Proposals } from './proposals.ts';
import { type BarrierCallback, ReadBarriers } from './read-barriers.ts';
import { Replica } from './replica.ts';
import type { SnapshotSpool } from './snapshot-spool.ts';
import { requestTimeoutMs } from './waiting.ts';

export type Proposal = Init<Omit<InternalRaftRequest, 'id' | 'header'>>;

export interface CoreMemberOptions {
  readonly id: MemberId;
  readonly wal: Wal;
  readonly machine: StateMachine;
  readonly spool: SnapshotSpool;
  readonly start: RaftStart;
  readonly network: PeerNetwork;
  readonly clock: Clock;
  readonly log: Log;
  /** Uniform in [0, 1). */
  readonly random: () => number;
  readonly newRequestId: () => bigint;
  readonly heartbeatMs: number;
  readonly electionTimeoutMs: number;
  /** Applied entries between two durable points of the state machine. */
  readonly snapshotCount: number;
  /** Entries kept in the log behind that point; etcd's number when left out. */
  readonly catchUpEntries?: number;
  /** Encoded size beyond which a request is refused. */
  readonly requestBytesMax: number;
  /** How long a simple token lives after its last use; etcd's time when left out. */
  readonly tokenTtlMs?: number;
  /** Applying a request longer than this is slow, and worth a line in the log; etcd's time when left out. */
  readonly slowApplyMs?: number;
  readonly onFatal: (error: Error) => void;
  /** The cluster removed this member: it must stop, for good. */
  readonly onRemoved: () => void;
}

/** Entries committed and not yet applied beyond which new writes are refused (etcd's maxGapBetweenApplyAndCommitIndex). */
const APPLY_GAP_MAX = 5000;
/** Whom the store's own requests come from: never refused, whatever becomes of users meanwhile. */
export const STORE_ITSELF: Identity = { username: ROOT_USER, revision: 0 };
const APPEND_BYTES_MAX = 1024 * 1024;
const INFLIGHT_MESSAGES_MAX = 512;
const UNCOMMITTED_BYTES_MAX = 64 * 1024 * 1024;

const noRoomToRewrite = (bytes: number) =>
  new EtcdError(
    GrpcCode.RESOURCE_EXHAUSTED,
    `etcdserver: the disk has no room to rewrite stored data: ${bytes} more bytes must be free. Nothing is lost`,
  );

export class CoreMember {
  readonly options: CoreMemberOptions;
  readonly replica: Replica;
  readonly calls: LeaderCalls;
  readonly tokens: SimpleTokens;
  readonly #proposals: Proposals;
  readonly #reads: ReadBarriers;
  readonly #leases: LeaseKeeper;
  readonly #defragments = new Set<(error: EtcdError | undefined) => void>();
  #leasesGranted = 0;
  #leasesRevoked = 0;
  readonly #leaderListeners = new Set<() => void>();

  constructor(options: CoreMemberOptions) {
    this.options = options;
    const { clock, machine, network, id, electionTimeoutMs } = options;
    this.tokens = new SimpleTokens(options.tokenTtlMs);
    const patienceMs = requestTimeoutMs(electionTimeoutMs);
    const timeoutError = (since: number) => this.#timeoutError(since);
    this.#proposals = new Proposals({ clock, patienceMs, timeoutError });
    this.#reads = new ReadBarriers({ clock, patienceMs, timeoutError, newRequestId: options.newRequestId });
    this.#leases = new LeaseKeeper({
      clock,
      leases: machine.leases,
      electionTimeoutMs,
      confirmLeadership: (done) => this.readBarrier(done),
      revoke: (lease, done) => this.#proposeAsLeader({ leaseRevoke: { id: lease } }, (result) => done(result.ok)),
      checkpoint: (checkpoints, done) =>
        this.#proposeAsLeader({ leaseCheckpoint: { checkpoints } }, (result) => done(result.ok)),
    });
    this.calls = new LeaderCalls({
      clock,
      network,
      leases: machine.leases,
      keeper: this.#leases,
      patienceMs,
      memberId: id,
      leaderId: () => this.replica.leaderId,
      whenCaughtUp: (done) => this.readBarrier((error) => done(error === undefined)),
      status: () => this.replica.status(),
      timeoutError,
    });
    this.replica = this.#createReplica();
  }

  #createReplica(): Replica {
    const { options } = this;
    const { electionTimeoutMs, heartbeatMs } = options;
    const raft = createRaftNode({
      ...options.start,
      id: options.id,
      electionTicks: Math.max(2, Math.round(electionTimeoutMs / heartbeatMs)),
      heartbeatTicks: 1,
      random: options.random,
      appendBytesMax: APPEND_BYTES_MAX,
      inflightMessagesMax: INFLIGHT_MESSAGES_MAX,
      uncommittedBytesMax: UNCOMMITTED_BYTES_MAX,
    });
    return new Replica({
      ...options,
      raft,
      tickMs: heartbeatMs,
      proposals: this.#proposals,
      reads: this.#reads,
      onRole: (role) => this.#roleChanged(role),
      onLeader: () => {
        for (const listener of [...this.#leaderListeners]) listener();
      },
      onApplied: (_entry, applied) => this.#applied(applied),
      // What was skipped may have taken any of them away.
      onReplaced: () => this.tokens.take({ kind: 'dropAll' }, options.clock.now()),
      onRequest: (payload, respond) => this.calls.answer(payload, respond),
    });
  }

  start(): void {
    this.replica.start();
  }

  onLeaderChange(listener: () => void): () => void {
    this.#leaderListeners.add(listener);
    return () => this.#leaderListeners.delete(listener);
  }

  /** Replicates one request; calls back when this member applied it, or with why not (see proposals.ts). */
  propose(request: Proposal, done: ProposalCallback, identity: Identity = NOBODY): void {
    this.#enqueue(request, identity, done);
  }

  /** What this reign's lease clock decided: void for the next leader, who extends every lease. */
  #proposeAsLeader(request: Proposal, done: ProposalCallback): void {
    this.#enqueue(request, STORE_ITSELF, done, this.replica.term);
  }

  #enqueue(request: Proposal, identity: Identity, done: ProposalCallback, onlyInTerm?: Term): void {
    const { newRequestId, requestBytesMax, machine, clock } = this.options;
    const id = newRequestId();
    const { username, revision: authRevision } = identity;
    const data = InternalRaftRequest.encode({ ...request, header: { id, username, authRevision } });
    const refuse = (error: EtcdError) => clock.after(0, () => done(err(error)));
    if (data.length > requestBytesMax) refuse(etcdErrors.requestTooLarge());
    else if (this.replica.commitIndex - machine.appliedIndex() > APPLY_GAP_MAX) refuse(etcdErrors.tooManyRequests());
    else {
      this.#proposals.add(id, data, done, onlyInTerm);
      this.replica.wake();
    }
  }

  /** Replicates one membership change; calls back when this member applied it, or with why not. */
  proposeChange(change: MemberChange, done: ProposalCallback): void {
    const requestId = this.options.newRequestId();
    this.#proposals.addChange(requestId, encodeMemberChange(change, requestId), done);
    this.replica.wake();
  }

  counts(): Omit<MemberCounts, 'learnersPromoted' | 'snapshotSeconds'> {
    const { pending, failed } = this.#proposals;
    const { failed: failedReads, slow } = this.#reads;
    const { renewed, expired } = this.#leases;
    return {
      proposals: { pending, failed },
      reads: { failed: failedReads, slow },
      leases: { granted: this.#leasesGranted, revoked: this.#leasesRevoked, renewed, expired },
      applies: this.replica.applies,
      lateHeartbeats: this.replica.lateHeartbeats,
    };
  }

  readBarrier(done: BarrierCallback): void {
    this.#reads.add(done);
    this.replica.wake();
  }

  /**
   * Gives back the space of this member's dead revisions while it goes on serving; `done` when there is no more to win, or with
   * why not. Returns what ends the waiting: `done` is not called then, and the work goes on.
   */
  defragment(done: (error: EtcdError | undefined) => void): () => void {
    this.#defragments.add(done);
    const stopWaiting = this.options.machine.defragment((lackedBytes) => {
      this.#defragments.delete(done);
      done(lackedBytes === undefined ? undefined : noRoomToRewrite(lackedBytes));
    });
    this.replica.wakeBackground();
    return () => {
      this.#defragments.delete(done);
      stopWaiting();
    };
  }

  /** Leadership moves to the best follower, if there is one and this member leads; `done` when it moved or `waitMs` passed. */
  resign(waitMs: number, done: () => void): void {
    const { progress } = this.replica.status();
    const { id, clock } = this.options;
    const [best] = progress
      .filter((peer) => peer.id !== id && !peer.isLearner && peer.recentActive)
      .sort((a, b) => b.match - a.match);
    if (!this.replica.isLeader || best === undefined) {
      done();
      return;
    }
    const finish = () => {
      stopListening();
      timer.cancel();
      done();
    };
    const stopListening = this.onLeaderChange(() => {
      if (this.replica.leaderId !== NO_MEMBER && this.replica.leaderId !== id) finish();
    });
    const timer = clock.after(waitMs, finish);
    this.replica.transferLeader(best.id);
  }

  stop(done: () => void): void {
    this.calls.stop();
    for (const refuse of this.#defragments) refuse(etcdErrors.stopped());
    this.#defragments.clear();
    this.#leases.demote();
    this.replica.stop(done);
  }

  #roleChanged(role: Role): void {
    if (role === 'leader') this.#leases.promote();
    else this.#leases.demote();
  }

  #applied(applied: Applied): void {
    if (!applied.outcome.ok) return;
    const { value } = applied.outcome;
    if (value.kind === 'leaseGrant') {
      this.#leasesGranted++;
      this.#leases.granted(leaseId(value.response.id));
    } else if (value.kind === 'leaseRevoke') this.#leasesRevoked++;
    else if (value.kind === 'auth' && value.tokens !== undefined)
      this.tokens.take(value.tokens, this.options.clock.now());
  }

  /** What etcd says of a request that ran out of time: the leader died meanwhile, the network broke, or neither. */
  #timeoutError(since: number): EtcdError {
    const { network, id, electionTimeoutMs, machine } = this.options;
    const { leaderId, leaderSince } = this.replica;
    if (leaderSince !== undefined && since < leaderSince && since > leaderSince - 2 * electionTimeoutMs)
      return etcdErrors.timeoutLeaderLost();
    const isConnected = (peer: MemberId) => (network.connectedSince(peer) ?? Number.POSITIVE_INFINITY) <= since;
    if (leaderId === NO_MEMBER) return etcdErrors.timeout();
    if (leaderId !== id) return isConnected(leaderId) ? etcdErrors.timeout() : etcdErrors.timeoutConnectionLost();
    const others = machine.members().map((member) => member.id as MemberId);
    const connected = others.filter((peer) => peer === id || isConnected(peer)).length;
    return connected > others.length / 2 ? etcdErrors.timeout() : etcdErrors.timeoutConnectionLost();
  }
}
