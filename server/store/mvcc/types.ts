/**
 * What MVCC offers to apply/ and, read-only, to rpc/. All of it is synchronous and deterministic.
 *
 * Reads answer exactly as etcd does (reference: etcd-protocol §5-§7): `count` ignores limit and filters, byte order,
 * "\0" range ends, header-free. Expected refusals are EtcdErrors thrown by the reader (compacted, future revision).
 */
import type { Revision } from '../../../lib/base/brand.ts';
import type { ByteString } from '../../../lib/base/bytes.ts';
import type { RangeRequest, RangeResponse, TxnRequest, TxnResponse } from '../../../lib/base/etcdpb/kv.ts';
import type { Event } from '../../../lib/base/etcdpb/mvcc.ts';
import type { ChildScan, ChildScanRequest } from './child-scan.ts';
import type { KeyRange } from './key-range.ts';
import type { OperationCounts } from './operation-counts.ts';
import type { WatchedRanges } from './watch/watched-ranges.ts';

export interface ReadView {
  /** Current revision; 1 when fresh. */
  revision(): Revision;
  /** 0 when never compacted. A read at exactly this revision still works. */
  compactRevision(): Revision;
  /** The response without its header. @throws EtcdError compacted | future revision */
  range(request: RangeRequest): RangeResponse;
  /**
   * A transaction that only reads, without its own header. The caller makes sure that isReadOnlyTxn(request) and, unless all its ranges are
   * serializable, that the view is linearizable. @throws EtcdError compacted | future revision
   */
  readTxn(request: TxnRequest): TxnResponse;
  /** @throws EtcdError compacted | future revision */
  children(request: ChildScanRequest): ChildScan;
  /** Living keys now. */
  keyCount(): number;
  readonly counts: OperationCounts;
  /** CRC-32C as etcd's HashKV computes it, over revisions <= `revision` (0 = current). */
  hashKv(revision: number): {
    readonly hash: number;
    readonly hashRevision: Revision;
    readonly compactRevision: number;
  };
  /** Bytes on disk, and of those the bytes not yet reclaimable. */
  size(): { readonly total: number; readonly inUse: number };
}

export interface WatchSpec {
  readonly key: ByteString;
  /** Empty: the single key. "\0": every key >= `key`. */
  readonly rangeEnd: ByteString;
  /** 0: from the next revision on. In the future: silent until then. */
  readonly startRevision: number;
  readonly prevKv: boolean;
  readonly noPut: boolean;
  readonly noDelete: boolean;
}

/** Events in (revision, sub) order. One revision is never split over two batches. */
export interface WatchBatch {
  /** The revision to report in the header: every event <= it has now been delivered to this watcher. */
  readonly revision: Revision;
  readonly events: readonly Event[];
}

export interface WatchSink {
  /** False when the consumer is full and did NOT take the batch: the watcher falls back to history until resume(). */
  deliver(batch: WatchBatch): boolean;
  /** The start revision is gone. The watcher is already cancelled. */
  compacted(compactRevision: Revision): void;
}

export interface WatchHandle {
  /** The consumer has room again. */
  resume(): void;
  /** True when all events up to the current revision were delivered. */
  isSynced(): boolean;
  cancel(): void;
}

export interface Watchable {
  /** Never calls the sink from inside watch(); history is replayed in bounded slices by `pump()`. */
  watch(spec: WatchSpec, sink: WatchSink): WatchHandle;
  /** Replays history to unsynced watchers for at most one slice. True when some watcher still has history to read. */
  pump(): boolean;
  watcherCount(): number;
  /** Of those, the ones behind the current revision: reading history, or with a full output. */
  slowCount(): number;
  /** Those that see some key of `range`. `compactRevision` 0: no compaction is meant. */
  watchersOf(range: KeyRange, compactRevision: number): WatchedRanges;
  /** Events handed to sinks since the start. */
  eventCount(): number;
}
