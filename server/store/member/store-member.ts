/** The Promise face of a member (types.ts), for rpc/ and main.ts. Promises begin here and nowhere below. */
import {
  type ClusterId,
  type LeaseId,
  leaseId,
  type MemberId,
  NO_MEMBER,
  memberId as toMemberId,
} from '../../../lib/base/brand.ts';
import type { AlarmMember, Member } from '../../../lib/base/etcdpb/cluster.ts';
import { EtcdError, etcdErrors } from '../../../lib/base/etcdpb/errors.ts';
import type { ResponseHeader } from '../../../lib/base/etcdpb/kv.ts';
import { GrpcCode } from '../../../lib/base/grpc-status.ts';
import type { Result } from '../../../lib/base/result.ts';
import { costOf, fitsQuota } from '../alarm/quota.ts';
import type { ApplyResponse, LeaseView } from '../apply/types.ts';
import { type AuthView, type Identity, NOBODY } from '../auth/types.ts';
import type { ReadView, Watchable, WatchHandle } from '../mvcc/types.ts';
import type { RaftStatus } from '../raft/types.ts';
import { CoreMember, type CoreMemberOptions, type Proposal } from './core-member.ts';
import type { MemberCounts } from './counts.ts';
import { type MemberChange, newMemberId, strictRefusal } from './member-change.ts';
import { NoSpaceAlarm } from './no-space-alarm.ts';
import type { SnapshotFiles } from './snapshot-files.ts';
import type { SpaceGuard } from './space-guard.ts';
import type { DatabaseFile, StoreMember } from './types.ts';
import { requestTimeoutMs } from './waiting.ts';

export interface StoreMemberOptions extends CoreMemberOptions {
  readonly name: string;
  readonly clientUrls: readonly string[];
  /** 0: etcd's default; negative: no quota. */
  readonly quotaBytes: number;
  readonly snapshotFiles: SnapshotFiles;
  readonly space: SpaceGuard;
  /** Refuse membership changes that could cost the quorum (member-change.ts). */
  readonly strictReconfigCheck: boolean;
  readonly unixSeconds: () => number;
  /** 64 random bits. */
  readonly random64: () => bigint;
}

export interface RunningMember extends StoreMember {
  /** Resolves when this member's name and client URLs are known to the cluster and reads are linearizable here. */
  readonly ready: Promise<void>;
  /** Hands leadership over if it has it, makes stored data durable, and stops. */
  close(): Promise<void>;
}

const RESIGN_WAIT_MS = 500;
const PUBLISH_RETRY_MS = 200;
const transferTimeout = () =>
  new EtcdError(GrpcCode.UNAVAILABLE, 'etcdserver: request timed out, leader transfer took too long');

export function startStoreMember(options: StoreMemberOptions): RunningMember {
  return new LocalMember(options);
}

class LocalMember implements RunningMember {
  readonly memberId: MemberId;
  readonly clusterId: ClusterId;
  readonly name: string;
  readonly watches: Watchable;
  readonly ready: Promise<void>;
  readonly #options: StoreMemberOptions;
  readonly #core: CoreMember;
  readonly #noSpace: NoSpaceAlarm;
  #learnersPromoted = 0;
  #isClosed = false;

  constructor(options: StoreMemberOptions) {
    this.#options = options;
    const { machine } = options;
    this.memberId = options.id;
    this.clusterId = machine.clusterId();
    this.name = options.name;
    this.#core = new CoreMember(options);
    this.watches = {
      watch: (spec, sink) => this.#wrap(machine.watch(spec, sink)),
      pump: () => machine.pump(),
      watcherCount: () => machine.watcherCount(),
      slowCount: () => machine.slowCount(),
      watchersOf: (range, compactRevision) => machine.watchersOf(range, compactRevision),
      eventCount: () => machine.eventCount(),
    };
    this.#noSpace = new NoSpaceAlarm({
      ...options,
      memberId: options.id,
      alarms: () => machine.alarms(),
      propose: (request) => this.#propose(request, NOBODY),
    });
    this.#core.start();
    this.ready = this.#publish();
  }

  /** History is replayed in the background; a new watcher and one that has room again set it going. */
  #wrap(handle: WatchHandle): WatchHandle {
    const { replica } = this.#core;
    replica.wakeBackground();
    return {
      isSynced: () => handle.isSynced(),
      cancel: () => handle.cancel(),
      resume: () => {
        handle.resume();
        replica.wakeBackground();
      },
    };
  }

  get kv(): ReadView {
    return this.#options.machine.kv;
  }
  get leases(): LeaseView {
    return this.#options.machine.leases;
  }
  get auth(): AuthView {
    return this.#options.machine.auth;
  }
  header(): ResponseHeader {
    const { clusterId, memberId } = this;
    return { clusterId, memberId, revision: this.kv.revision(), raftTerm: this.#core.replica.term };
  }
  members(): readonly Member[] {
    return this.#options.machine.members();
  }
  alarms(): readonly AlarmMember[] {
    return this.#options.machine.alarms();
  }
  raftStatus(): RaftStatus {
    return this.#core.replica.status();
  }
  counts(): MemberCounts {
    return {
      ...this.#core.counts(),
      learnersPromoted: this.#learnersPromoted,
      snapshotSeconds: this.#options.snapshotFiles.seconds,
    };
  }
  hasLeader(): boolean {
    return this.#core.replica.leaderId !== NO_MEMBER;
  }
  onLeaderChange(listener: () => void): () => void {
    return this.#core.onLeaderChange(listener);
  }

  async propose(request: Proposal, identity: Identity = NOBODY): Promise<ApplyResponse> {
    if (!this.#fits(request)) {
      await this.#noSpace.raise();
      throw etcdErrors.noSpace();
    }
    return this.#propose(request, identity);
  }

  userOfToken(token: string): string | undefined {
    return this.#core.tokens.use(token, this.#options.clock.now());
  }

  readBarrier(): Promise<void> {
    return new Promise((resolve, reject) => {
      this.#core.readBarrier((error) => (error === undefined ? resolve() : reject(error)));
    });
  }

  renewLease(id: LeaseId): Promise<number> {
    return settled((done) => this.#core.calls.renew(id, done));
  }

  leaseRemaining(id: LeaseId): Promise<{ readonly ttl: number; readonly grantedTtl: number } | undefined> {
    return settled((done) => this.#core.calls.remaining(id, done));
  }

  leasesByExpiry(): Promise<readonly LeaseId[]> {
    return settled((done) => this.#core.calls.byExpiry(done));
  }

  async addMember(options: { readonly peerUrls: readonly string[]; readonly isLearner: boolean }): Promise<Member> {
    const { machine, unixSeconds } = this.#options;
    const { peerUrls, isLearner } = options;
    const isTaken = (id: MemberId) => machine.isRemoved(id) || machine.members().some((member) => member.id === id);
    const id = newMemberId({ peerUrls, unixSeconds: unixSeconds(), isTaken });
    await this.#change({ kind: 'add', id, peerUrls, isLearner });
    return { id, name: '', peerUrls: [...peerUrls], clientUrls: [], isLearner };
  }

  removeMember(id: MemberId): Promise<void> {
    return this.#change({ kind: 'remove', id });
  }

  updateMember(id: MemberId, peerUrls: readonly string[]): Promise<void> {
    return this.#change({ kind: 'update', id, peerUrls });
  }

  async promoteMember(id: MemberId): Promise<void> {
    const state = await settled<'inSync' | 'behind' | 'unknown'>((done) => this.#core.calls.followership(id, done));
    if (state === 'unknown') throw etcdErrors.memberNotFound();
    if (state === 'behind') throw etcdErrors.learnerNotReady();
    await this.#change({ kind: 'promote', id });
    this.#learnersPromoted++;
  }

  async #change(change: MemberChange): Promise<void> {
    const { clock, network, strictReconfigCheck } = this.#options;
    const connectedSince = (id: MemberId) => network.connectedSince(id);
    const health = { members: this.members(), self: this.memberId, now: clock.now(), connectedSince };
    const refusal = strictReconfigCheck ? strictRefusal(change, health) : undefined;
    if (refusal !== undefined) throw refusal;
    await settled<ApplyResponse>((done) => this.#core.proposeChange(change, done));
  }

  async moveLeader(to: MemberId): Promise<void> {
    const { replica } = this.#core;
    if (!replica.isLeader) throw etcdErrors.notLeader();
    const isVoter = this.members().some((member) => member.id === to && !member.isLearner);
    if (!isVoter) throw etcdErrors.badLeaderTransferee();
    if (to === this.memberId) return;
    const { clock, electionTimeoutMs } = this.#options;
    await new Promise<void>((resolve, reject) => {
      const settle = (action: () => void) => {
        timer.cancel();
        stopListening();
        action();
      };
      const timer = clock.after(requestTimeoutMs(electionTimeoutMs), () => settle(() => reject(transferTimeout())));
      const stopListening = this.onLeaderChange(() => {
        if (replica.leaderId === to) settle(resolve);
      });
      replica.transferLeader(to);
    });
  }

  snapshot(isCancelled: () => boolean): Promise<DatabaseFile> {
    return this.#options.snapshotFiles.create(isCancelled);
  }

  defragment(onCancel: (cancel: () => void) => void): Promise<void> {
    return new Promise((resolve, reject) => {
      const stopWaiting = this.#core.defragment((error) => (error === undefined ? resolve() : reject(error)));
      onCancel(() => {
        stopWaiting();
        reject(new EtcdError(GrpcCode.CANCELED, 'context canceled'));
      });
    });
  }

  newLeaseId(): LeaseId {
    for (;;) {
      const id = leaseId(this.#options.random64() & 0x7fff_ffff_ffff_ffffn);
      if (id !== 0n && this.leases.get(id) === undefined) return id;
    }
  }

  async close(): Promise<void> {
    if (this.#isClosed) return;
    this.#isClosed = true;
    this.#noSpace.stop();
    await new Promise<void>((resolve) => this.#core.resign(RESIGN_WAIT_MS, resolve));
    await new Promise<void>((resolve) => this.#core.stop(resolve));
  }

  #propose(request: Proposal, identity: Identity): Promise<ApplyResponse> {
    return settled((done) => this.#core.propose(request, done, identity));
  }

  #fits(request: Proposal): boolean {
    const costBytes = costOf(request as Parameters<typeof costOf>[0]);
    if (costBytes === 0) return true;
    const { quotaBytes, space } = this.#options;
    if (space.isLow()) return false;
    return fitsQuota({ sizeBytes: this.kv.size().total, costBytes, quotaBytes });
  }

  async #publish(): Promise<void> {
    const { clock, clientUrls, name, log } = this.#options;
    while (!this.#isClosed) {
      try {
        await this.readBarrier();
        const own = this.members().find((member) => member.id === this.memberId);
        if (own?.name === name && own.clientUrls.join() === clientUrls.join()) return;
        const attributes = { name, clientUrls };
        await this.#propose({ clusterMemberAttrSet: { memberId: toMemberId(this.memberId), attributes } }, NOBODY);
      } catch (error) {
        if (!(error instanceof EtcdError)) throw error;
        if (!this.#isClosed) log('warn', 'waiting for the cluster to accept this member', { reason: error.message });
      }
      await new Promise<void>((resolve) => clock.after(PUBLISH_RETRY_MS, resolve));
    }
  }
}

function settled<T>(start: (done: (result: Result<T, EtcdError>) => void) => void): Promise<T> {
  return new Promise((resolve, reject) => {
    start((result) => (result.ok ? resolve(result.value) : reject(result.error)));
  });
}
