/**
 * A running member as rpc/ sees it. Promises begin here: below this line (raft, wal, mvcc, apply) everything is
 * synchronous or callback style so that the simulator owns the schedule.
 *
 * Every rejection is an EtcdError with etcd's code and text. A write that may have been committed is rejected only with
 * Unavailable (outcome unknown); a write that was certainly not proposed says so with another text.
 */
import type { ClusterId, LeaseId, MemberId } from '../../../lib/base/brand.ts';
import type { AlarmMember, Member } from '../../../lib/base/etcdpb/cluster.ts';
import type { ResponseHeader } from '../../../lib/base/etcdpb/kv.ts';
import type { InternalRaftRequest } from '../../../lib/base/etcdpb/raft.ts';
import type { Init } from '../../../lib/base/protobuf/schema.ts';
import type { ApplyResponse, LeaseView } from '../apply/types.ts';
import type { AuthView, Identity } from '../auth/types.ts';
import type { ReadView, Watchable } from '../mvcc/types.ts';
import type { RaftStatus } from '../raft/types.ts';
import type { MemberCounts } from './counts.ts';

/** A complete bbolt database (snapshot-file/), removed by close(). */
export interface DatabaseFile {
  readonly bytes: number;
  /** @throws DiskError */
  read(at: number, length: number): Uint8Array;
  close(): void;
}

export interface StoreMember {
  readonly memberId: MemberId;
  readonly clusterId: ClusterId;
  readonly name: string;

  /** With the current term and the store's current revision. */
  header(): ResponseHeader;
  readonly kv: ReadView;
  readonly leases: LeaseView;
  readonly watches: Watchable;
  /** Of the state as it is: ask for it anew, never keep it. */
  readonly auth: AuthView;
  members(): readonly Member[];
  alarms(): readonly AlarmMember[];
  raftStatus(): RaftStatus;
  hasLeader(): boolean;
  counts(): MemberCounts;
  /** Fires after every change of leader or of "no leader". Returns the unsubscriber. */
  onLeaderChange(listener: () => void): () => void;

  /**
   * Replicates one request (the id and header are the member's business) and answers when THIS member applied it. Whether
   * `identity` may have it done is decided then; left out, it comes from nobody.
   */
  propose(request: Init<Omit<InternalRaftRequest, 'id' | 'header'>>, identity?: Identity): Promise<ApplyResponse>;
  /** Of a simple token this member knows; looking it up keeps it alive. */
  userOfToken(token: string): string | undefined;
  /** Resolves when a read of `kv` is linearizable: leadership confirmed by a quorum and applied that far (ReadIndex). */
  readBarrier(): Promise<void>;
  /** Renews on the leader, forwarding when needed. Seconds granted; 0 when the lease is unknown or expired. */
  renewLease(id: LeaseId): Promise<number>;
  /** Asked of the leader, who owns the deadlines. Undefined when unknown. */
  leaseRemaining(id: LeaseId): Promise<{ readonly ttl: number; readonly grantedTtl: number } | undefined>;
  /** All leases, soonest expiry first. */
  leasesByExpiry(): Promise<readonly LeaseId[]>;
  /** Resolves with the new member, which takes part from then on, whether it was started or not. */
  addMember(options: { readonly peerUrls: readonly string[]; readonly isLearner: boolean }): Promise<Member>;
  /** For good: the id never comes back. */
  removeMember(id: MemberId): Promise<void>;
  updateMember(id: MemberId, peerUrls: readonly string[]): Promise<void>;
  /** A learner that holds nearly all of the leader's log becomes a voter. */
  promoteMember(id: MemberId): Promise<void>;
  /** Only on the leader. Resolves when `to` leads. */
  moveLeader(to: MemberId): Promise<void>;
  /**
   * The state of this member as it is now, as etcd's database. Stops early when `isCancelled`. The caller closes the file.
   * @throws EtcdError
   */
  snapshot(isCancelled: () => boolean): Promise<DatabaseFile>;
  /**
   * Gives back the disk space of this member's dead revisions; it goes on serving meanwhile. Needs no other member. `onCancel` is
   * given what to call when nobody waits any more: the answer is Canceled then, and the work goes on.
   * @throws EtcdError resource exhausted: the disk has no room for the copies | unavailable: stopped
   */
  defragment(onCancel: (cancel: () => void) => void): Promise<void>;
  /** Draws a fresh positive int63, unique in this cluster with overwhelming likelihood. */
  newLeaseId(): LeaseId;
}
