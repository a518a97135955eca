/**
 * A StoreMember without a cluster: the real state machine, every proposal applied at once, always leader unless told
 * otherwise. For tests of the services, which must not depend on elections.
 */

import {
  type ClusterId,
  clusterId,
  type LeaseId,
  leaseId,
  logIndex,
  type MemberId,
  memberId,
  NO_MEMBER,
  term,
} from '../../../../lib/base/brand.ts';
import { utf8Encode } from '../../../../lib/base/bytes.ts';
import { etcdErrors } from '../../../../lib/base/etcdpb/errors.ts';
import type { ResponseHeader } from '../../../../lib/base/etcdpb/kv.ts';
import { ConfChangeType, InternalRaftRequest, RaftConfChange } from '../../../../lib/base/etcdpb/raft.ts';
import { Histogram } from '../../../../lib/base/histogram.ts';
import { encodeMemberJson } from '../../apply/member-json.ts';
import { openStateMachine } from '../../apply/state-machine.ts';
import type { ApplyResponse, StateMachine } from '../../apply/types.ts';
import { ROOT_USER } from '../../auth/auth-store.ts';
import { SimpleTokens } from '../../auth/simple-tokens.ts';
import { type Identity, NOBODY } from '../../auth/types.ts';
import { LeaseClock } from '../../lease/lease-clock.ts';
import { ApplyMeter, type MemberCounts, SLOW_APPLY_MS_DEFAULT } from '../../member/counts.ts';
import { encodeMemberChange, type MemberChange } from '../../member/member-change.ts';
import { SnapshotFiles } from '../../member/snapshot-files.ts';
import type { StoreMember } from '../../member/types.ts';
import type { Watchable, WatchHandle } from '../../mvcc/types.ts';
import type { Clock, Timer } from '../../ports/clock.ts';
import { MemoryDisk } from '../../ports/memory-disk.ts';
import { changeConfState } from '../../raft/conf-change.ts';
import { ENTRY_CONF_CHANGE, ENTRY_NORMAL, type Entry, type EntryType, type RaftStatus } from '../../raft/types.ts';

const TERM = term(2);
const EXPIRED_PER_CHECK = 100;

type Proposal = Parameters<StoreMember['propose']>[0];

export class FakeMember implements StoreMember {
  readonly memberId: MemberId = memberId(0x8e9e05c52164694dn);
  readonly clusterId: ClusterId = clusterId(0xcdf818194e3a8c32n);
  readonly name: string;
  readonly watches: Watchable;
  /** Proposals applied so far: what never reached the log is not counted. */
  proposals = 0;
  /** Set to make the next read barriers and proposals fail. */
  failure: Error | undefined;
  readonly #clock: Clock;
  readonly #disk = new MemoryDisk();
  readonly #machine: StateMachine;
  readonly #leaseClock: LeaseClock;
  readonly #tokens = new SimpleTokens();
  readonly #applies = new ApplyMeter(SLOW_APPLY_MS_DEFAULT);
  readonly #listeners = new Set<() => void>();
  #leaderId: MemberId = this.memberId;
  #pump: Timer | undefined;
  #expiry: Timer | undefined;
  #nextLease = 0x694d_81a5_c3f0_0000n;

  constructor(clock: Clock, name = 'fake') {
    this.#clock = clock;
    this.name = name;
    this.#machine = openStateMachine({ disk: this.#disk, dir: 'fake', clusterId: this.clusterId });
    this.#leaseClock = new LeaseClock({
      list: () => this.#machine.leases.list(),
      record: (id) => this.#machine.leases.get(leaseId(id)),
    });
    this.#leaseClock.promote(clock.now(), 0);
    const member = {
      id: this.memberId,
      name: this.name,
      peerUrls: ['http://127.0.0.1:2380'],
      clientUrls: ['http://127.0.0.1:2379'],
      isLearner: false,
    };
    const context = utf8Encode(encodeMemberJson({ member, isPromote: false }));
    const change = { id: 1n, type: ConfChangeType.ADD_NODE, nodeId: this.memberId, context };
    const confState = { voters: [this.memberId], learners: [], votersOutgoing: [], learnersNext: [], autoLeave: false };
    this.#machine.applyConfChange(this.#entry(ENTRY_CONF_CHANGE, RaftConfChange.encode(change)), confState);
    this.watches = {
      watch: (spec, sink) => this.#wrap(this.#machine.watch(spec, sink)),
      pump: () => this.#machine.pump(),
      watcherCount: () => this.#machine.watcherCount(),
      slowCount: () => this.#machine.slowCount(),
      watchersOf: (range, compactRevision) => this.#machine.watchersOf(range, compactRevision),
      eventCount: () => this.#machine.eventCount(),
    };
  }

  #entry(type: EntryType, data: Uint8Array) {
    return { term: TERM, index: logIndex(this.#machine.appliedIndex() + 1), type, data };
  }

  #wrap(handle: WatchHandle): WatchHandle {
    this.#schedulePump();
    return {
      isSynced: () => handle.isSynced(),
      cancel: () => handle.cancel(),
      resume: () => {
        handle.resume();
        this.#schedulePump();
      },
    };
  }

  #schedulePump(): void {
    this.#pump ??= this.#clock.after(0, () => {
      this.#pump = undefined;
      if (this.#machine.pump()) this.#schedulePump();
    });
  }

  get kv() {
    return this.#machine.kv;
  }

  get auth() {
    return this.#machine.auth;
  }

  get leases() {
    return this.#machine.leases;
  }

  header(): ResponseHeader {
    const { clusterId, memberId } = this;
    return { clusterId, memberId, revision: this.kv.revision(), raftTerm: TERM };
  }

  counts(): MemberCounts {
    return {
      proposals: { pending: 0, failed: 0 },
      reads: { failed: 0, slow: 0 },
      leases: { granted: 0, revoked: 0, renewed: 0, expired: 0 },
      applies: this.#applies,
      lateHeartbeats: 0,
      learnersPromoted: 0,
      snapshotSeconds: new Histogram([1]),
    };
  }

  members() {
    return this.#machine.members();
  }

  alarms() {
    return this.#machine.alarms();
  }

  raftStatus(): RaftStatus {
    const index = this.#machine.appliedIndex();
    return {
      id: this.memberId,
      term: TERM,
      leaderId: this.#leaderId,
      role: this.#leaderId === this.memberId ? 'leader' : 'follower',
      commitIndex: index,
      appliedIndex: index,
      lastIndex: index,
      confState: this.#machine.confState(),
      transferee: NO_MEMBER,
      progress: [],
    };
  }

  hasLeader(): boolean {
    return this.#leaderId !== NO_MEMBER;
  }

  onLeaderChange(listener: () => void): () => void {
    this.#listeners.add(listener);
    return () => this.#listeners.delete(listener);
  }

  /** NO_MEMBER: no leader is known. */
  setLeader(id: MemberId): void {
    this.#leaderId = id;
    for (const listener of this.#listeners) listener();
  }

  async propose(request: Proposal, identity: Identity = NOBODY): Promise<ApplyResponse> {
    if (this.failure !== undefined) throw this.failure;
    this.proposals++;
    const data = InternalRaftRequest.encode({ ...request, header: this.#header(identity) });
    const applied = this.#machine.apply(this.#entry(ENTRY_NORMAL, data));
    this.#applies.observe(applied, 0);
    const { outcome } = applied;
    if (!outcome.ok) throw outcome.error;
    if (outcome.value.kind === 'leaseGrant') {
      this.#leaseClock.granted(leaseId(outcome.value.response.id), this.#clock.now());
      this.#scheduleExpiry();
    }
    if (outcome.value.kind === 'auth' && outcome.value.tokens !== undefined)
      this.#tokens.take(outcome.value.tokens, this.#clock.now());
    while (this.#machine.work());
    return outcome.value;
  }

  #header({ username, revision }: Identity) {
    return { id: BigInt(this.proposals), username, authRevision: revision };
  }

  userOfToken(token: string): string | undefined {
    return this.#tokens.use(token, this.#clock.now());
  }

  async readBarrier(): Promise<void> {
    if (this.failure !== undefined) throw this.failure;
  }

  async renewLease(id: LeaseId): Promise<number> {
    if (this.failure !== undefined) throw this.failure;
    return this.#leaseClock.renew(id, this.#clock.now());
  }

  async leaseRemaining(id: LeaseId) {
    const ttl = this.#leaseClock.remaining(id, this.#clock.now());
    const record = this.leases.get(id);
    return ttl === undefined || record === undefined ? undefined : { ttl, grantedTtl: record.grantedTtl };
  }

  async leasesByExpiry(): Promise<readonly LeaseId[]> {
    return this.#leaseClock.byExpiry();
  }

  async addMember({ peerUrls, isLearner }: Parameters<StoreMember['addMember']>[0]) {
    const id = memberId(BigInt(this.#machine.appliedIndex()) + 1n);
    this.#change({ kind: 'add', id, peerUrls, isLearner });
    return { id, name: '', peerUrls: [...peerUrls], clientUrls: [], isLearner };
  }

  async removeMember(id: MemberId): Promise<void> {
    this.#change({ kind: 'remove', id });
  }

  async updateMember(id: MemberId, peerUrls: readonly string[]): Promise<void> {
    this.#change({ kind: 'update', id, peerUrls });
  }

  async promoteMember(id: MemberId): Promise<void> {
    this.#change({ kind: 'promote', id });
  }

  /** As by a change that etcd's API has no call for. */
  async becomeLearner(): Promise<void> {
    const data = RaftConfChange.encode({ id: 1n, type: ConfChangeType.ADD_LEARNER_NODE, nodeId: this.memberId });
    this.#applyChange(this.#entry(ENTRY_CONF_CHANGE, data));
  }

  #change(change: MemberChange): void {
    this.#applyChange(this.#entry(ENTRY_CONF_CHANGE, encodeMemberChange(change, 1n)));
  }

  #applyChange(entry: Entry): void {
    const conf = changeConfState(this.#machine.confState(), this.#machine.decodeConfChange(entry).change);
    const { outcome } = this.#machine.applyConfChange(entry, conf.ok ? conf.value : this.#machine.confState());
    if (!outcome.ok) throw outcome.error;
  }

  async moveLeader(): Promise<void> {
    throw etcdErrors.badLeaderTransferee();
  }

  snapshot(isCancelled: () => boolean) {
    const machine = this.#machine;
    return new SnapshotFiles({ disk: new MemoryDisk(), dir: '/fake', machine, clock: this.#clock }).create(isCancelled);
  }

  async defragment(): Promise<void> {
    let isDone = false;
    this.#machine.defragment(() => {
      isDone = true;
    });
    while (!isDone) if (!this.#machine.work()) this.#disk.completeFlush();
  }

  newLeaseId(): LeaseId {
    return leaseId(this.#nextLease++);
  }

  #scheduleExpiry(): void {
    this.#expiry?.cancel();
    const at = this.#leaseClock.nextAlarm();
    if (at === undefined) return;
    this.#expiry = this.#clock.after(Math.max(1, at - this.#clock.now()), () => {
      for (const id of this.#leaseClock.expired(this.#clock.now(), EXPIRED_PER_CHECK)) {
        void this.propose({ leaseRevoke: { id } }, { username: ROOT_USER, revision: 0 });
      }
      this.#scheduleExpiry();
    });
  }

  /** Cancels its timers. */
  stop(): void {
    this.#pump?.cancel();
    this.#expiry?.cancel();
  }
}
