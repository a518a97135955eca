/**
 * The replicated state machine: committed entry in, response and events out. Everything a member knows besides its Raft
 * log lives behind this interface: keys, leases, users, alarms, membership. Deterministic: the same entries give every member
 * the same state, the same responses and the same HashKV.
 *
 * Durability: apply() is buffered; `flush` makes everything applied so far durable, and `durableIndex` says how far that
 * is. The member may compact its Raft log and WAL only up to durableIndex. After a crash the machine reopens at its
 * durableIndex (or later) and the member re-applies the rest from the WAL, with identical results.
 */
import type { ClusterId, LeaseId, LogIndex, MemberId, Revision } from '../../../lib/base/brand.ts';
import type { AlarmMember, AlarmResponse, Member } from '../../../lib/base/etcdpb/cluster.ts';
import type { EtcdError } from '../../../lib/base/etcdpb/errors.ts';
import type { DeleteRangeResponse, PutResponse, TxnResponse } from '../../../lib/base/etcdpb/kv.ts';
import type { LeaseGrantResponse } from '../../../lib/base/etcdpb/lease.ts';
import type { Result } from '../../../lib/base/result.ts';
import type { AuthView, TokenChange } from '../auth/types.ts';
import type { Frame } from '../mvcc/segments/frame.ts';
import type { ReadView, Watchable } from '../mvcc/types.ts';
import type { DiskError, FlushCallback } from '../ports/disk.ts';
import type { ConfChange, ConfState, Entry, SnapshotMetadata } from '../raft/types.ts';

/** Responses without headers (the member adds its own); `revision` is what the header must say. */
export type ApplyResponse = { readonly revision: Revision } & (
  | { readonly kind: 'put'; readonly response: PutResponse }
  | { readonly kind: 'deleteRange'; readonly response: DeleteRangeResponse }
  | { readonly kind: 'txn'; readonly response: TxnResponse }
  | { readonly kind: 'compaction' }
  | { readonly kind: 'leaseGrant'; readonly response: LeaseGrantResponse }
  | { readonly kind: 'leaseRevoke' }
  | { readonly kind: 'alarm'; readonly response: AlarmResponse }
  /** `tokens`: what every member does with the tokens it holds; a sign-in's own token is the one assigned. */
  | { readonly kind: 'auth'; readonly tokens: TokenChange | undefined }
  | { readonly kind: 'none' }
);

export interface Applied {
  /** InternalRaftRequest.header.id of the proposal: how the proposing member finds its waiting caller. 0n: none. */
  readonly requestId: bigint;
  /** What it was (operation-name.ts). Undefined for empty entries and configuration changes. */
  readonly operation?: string | undefined;
  readonly outcome: Result<ApplyResponse, EtcdError>;
}

/** What the lease clock of the leader works on. Deadlines are NOT state: they are the leader's own (lease/). */
export interface LeaseView {
  list(): readonly LeaseId[];
  /** Undefined when unknown. TTLs in seconds; keys in byte order. `remainingTtl` 0: no checkpoint. */
  get(
    id: LeaseId,
  ): { readonly grantedTtl: number; readonly remainingTtl: number; readonly keys: readonly Uint8Array[] } | undefined;
}

export interface ConfChangeEntry {
  readonly change: ConfChange;
  readonly requestId: bigint;
}

/** `lackedBytes`: how much more of the disk would have to be free to win back the rest; undefined: nothing is left to win. */
export type DefragmentCallback = (lackedBytes: number | undefined) => void;

export interface StateMachine extends Watchable {
  readonly kv: ReadView;
  readonly leases: LeaseView;
  /** Of the state as it is: ask for it anew, never keep it. */
  readonly auth: AuthView;
  alarms(): readonly AlarmMember[];
  clusterId(): ClusterId;
  members(): readonly Member[];
  /** True when this id was removed and must never come back. */
  isRemoved(id: MemberId): boolean;

  /** Index of the last entry applied in memory. Re-applying an entry at or below it is an assertion failure. */
  appliedIndex(): LogIndex;
  /** Applies one normal entry. */
  apply(entry: Entry): Applied;
  /** Decodes a configuration change entry; the member hands it to the Raft core, then calls applyConfChange. */
  decodeConfChange(entry: Entry): ConfChangeEntry;
  /** Records membership (context of the entry: etcd's member JSON) and the core's resulting ConfState. */
  applyConfChange(entry: Entry, confState: ConfState): Applied;
  confState(): ConfState;

  durableIndex(): LogIndex;
  /** Makes everything applied before this call durable. One flush in flight at a time. */
  flush(done: FlushCallback): void;
  /** The disk failed while a flush ran in the background: nothing becomes durable any more, the member must stop. */
  failure(): DiskError | undefined;
  /** Background work (compaction scrub) for at most one bounded slice. True when there is more. */
  work(): boolean;

  /**
   * Gives back the space of everything that is dead by now, as part of work(), which must be called until `done` was.
   * `done` runs inside a later work() or restoreSnapshot(); after failure() and close() never. Returns what ends the waiting; the
   * work goes on.
   */
  defragment(done: DefragmentCallback): () => void;

  /** A consistent image of the state at appliedIndex, in chunks of at most 1 MiB, readable while applies go on. */
  openSnapshot(): SnapshotReader;
  /** Replaces the whole state by an image. Nothing of the old state remains visible. @throws SnapshotError: nothing was replaced */
  restoreSnapshot(source: SnapshotSource): void;
  close(): void;
}

/** An image to be restored: a SnapshotReader here, a received one (snapshot.ts, `cutFrames`), or one made of something else. */
export interface SnapshotSource {
  readonly metadata: SnapshotMetadata;
  /** The next records, whole and checked, or undefined at the end. Their payloads are views, good until the next call. */
  nextFrames(): readonly Frame[] | undefined;
}

export interface SnapshotReader extends SnapshotSource {
  /** The next chunk, or undefined at the end. An image is read either in chunks or in records. */
  next(): Uint8Array | undefined;
  close(): void;
}
