/** The StateMachine of types.ts: State plus watchers, applied index and durability. */
import { assert } from '../../../lib/base/assert.ts';
import { type ClusterId, type LogIndex, logIndex, type MemberId } from '../../../lib/base/brand.ts';
import type { AlarmMember, Member } from '../../../lib/base/etcdpb/cluster.ts';
import { EtcdError } from '../../../lib/base/etcdpb/errors.ts';
import { EntryType, InternalRaftRequest } from '../../../lib/base/etcdpb/raft.ts';
import { err, ok } from '../../../lib/base/result.ts';
import type { AuthView } from '../auth/types.ts';
import type { KeyRange } from '../mvcc/key-range.ts';
import type { WriteBatch } from '../mvcc/kv-store.ts';
import { CACHE_BYTES_DEFAULT, SEGMENT_BYTES_DEFAULT } from '../mvcc/segments/segment-store.ts';
import type { ReadView, WatchHandle, WatchSink, WatchSpec } from '../mvcc/types.ts';
import { WatchHub } from '../mvcc/watch/watch-hub.ts';
import type { WatchedRanges } from '../mvcc/watch/watched-ranges.ts';
import type { Disk, DiskError, FlushCallback } from '../ports/disk.ts';
import type { ConfState, Entry } from '../raft/types.ts';
import { decodeConfChange, NO_CHANGE } from './conf-change.ts';
import { type DurableState, openDurableState, restoreDurableState } from './durable-state.ts';
import { imageFrames } from './meta-records.ts';
import { operationName } from './operation-name.ts';
import { ImageReader } from './snapshot.ts';
import { applyRequest, type ChangeListener, type State } from './state.ts';
import type {
  Applied,
  ApplyResponse,
  ConfChangeEntry,
  DefragmentCallback,
  LeaseView,
  SnapshotReader,
  SnapshotSource,
  StateMachine,
} from './types.ts';

/** etcd's minimum at the default election timeout. */
const LEASE_TTL_MIN_DEFAULT = 2;

export interface StateMachineOptions {
  readonly disk: Disk;
  /** Belongs to the state machine alone; created when missing. */
  readonly dir: string;
  readonly clusterId: ClusterId;
  /** Seconds: leaseTtlMin(electionTimeoutMs). Must be the same on every member. */
  readonly leaseTtlMin?: number;
  /** Applied index up to which the state is known to have been durable; it must not end before it. Default 0. */
  readonly durableAtLeast?: number;
  /** Size at which a segment file is sealed. */
  readonly segmentBytes?: number;
  /** Bound of the cache that values are read back through. */
  readonly cacheBytes?: number;
}

/**
 * Opens the state in `dir`, fresh when there is none, at its last durable index.
 * @throws DamagedSegmentError when it cannot be read back; DiskError
 */
export function openStateMachine(options: StateMachineOptions): StateMachine {
  return new ReplicatedStateMachine(options);
}

class ReplicatedStateMachine implements StateMachine {
  /** Views that stay good when a snapshot replaces the state behind them. */
  readonly kv: ReadView;
  readonly leases: LeaseView;
  readonly #clusterId: ClusterId;
  readonly #leaseTtlMin: number;
  readonly #watches: WatchHub;
  readonly #listener: ChangeListener;
  #durable: DurableState;

  constructor(options: StateMachineOptions) {
    const { disk, dir, clusterId, leaseTtlMin = LEASE_TTL_MIN_DEFAULT, durableAtLeast = 0 } = options;
    const { segmentBytes = SEGMENT_BYTES_DEFAULT, cacheBytes = CACHE_BYTES_DEFAULT } = options;
    this.#clusterId = clusterId;
    this.#leaseTtlMin = leaseTtlMin;
    this.#durable = openDurableState({ disk, dir, clusterId, durableAtLeast, segmentBytes, cacheBytes });
    this.#watches = new WatchHub(this.#state.kv);
    this.#listener = {
      leaseChanged: (id, record) => this.#durable.leaseChanged(id, record),
      alarmsChanged: () => this.#durable.alarmsChanged(),
      authChanged: () => this.#durable.authChanged(),
      membershipChanged: () => this.#durable.membershipChanged(),
      compacted: () => this.#watches.compacted(),
      committed: (batch: WriteBatch) => this.#watches.notify(batch.revision(), batch.changes),
    };
    this.kv = {
      revision: () => this.#state.kv.revision(),
      compactRevision: () => this.#state.kv.compactRevision(),
      range: (request) => this.#state.kv.range(request),
      readTxn: (request) => this.#state.kv.readTxn(request),
      children: (request) => this.#state.kv.children(request),
      keyCount: () => this.#state.kv.keyCount(),
      // Carried on from state to state.
      counts: this.#state.kv.counts,
      hashKv: (at) => this.#state.kv.hashKv(at),
      size: () => this.#state.kv.size(),
    };
    this.leases = { list: () => this.#state.leases.list(), get: (id) => this.#state.leases.get(id) };
  }

  get #state(): State {
    return this.#durable.state;
  }

  get auth(): AuthView {
    return this.#state.auth;
  }

  alarms(): readonly AlarmMember[] {
    return this.#state.alarms.list();
  }

  clusterId(): ClusterId {
    return this.#clusterId;
  }

  members(): readonly Member[] {
    return this.#state.membership.list();
  }

  isRemoved(id: MemberId): boolean {
    return this.#state.membership.isRemoved(id);
  }

  confState(): ConfState {
    return this.#state.membership.confState;
  }

  appliedIndex(): LogIndex {
    return this.#durable.position.index;
  }

  apply(entry: Entry): Applied {
    assert(entry.type === EntryType.NORMAL, `entry ${entry.index} is a configuration change`);
    this.#advance(entry);
    // The first entry of a term is empty: it only commits what came before (Raft paper §8).
    if (entry.data.length === 0) return { requestId: 0n, outcome: ok(this.#none()) };
    const request = InternalRaftRequest.decode(entry.data);
    const operation = operationName(request);
    const requestId = request.header === undefined || request.header.id === 0n ? request.id : request.header.id;
    try {
      const { index } = entry;
      const context = { state: this.#state, listener: this.#listener, leaseTtlMin: this.#leaseTtlMin, index };
      return { requestId, operation, outcome: ok(applyRequest(context, request)) };
    } catch (error) {
      if (error instanceof EtcdError) return { requestId, operation, outcome: err(error) };
      throw error;
    }
  }

  decodeConfChange(entry: Entry): ConfChangeEntry {
    const decoded = decodeConfChange(entry);
    const isRefused = this.#state.membership.refusal(decoded) !== undefined;
    return { change: isRefused ? NO_CHANGE : decoded.change, requestId: decoded.requestId };
  }

  applyConfChange(entry: Entry, confState: ConfState): Applied {
    this.#advance(entry);
    const { membership } = this.#state;
    const decoded = decodeConfChange(entry);
    const refusal = membership.refusal(decoded);
    if (refusal === undefined) membership.apply(decoded, confState);
    else membership.confState = confState;
    this.#listener.membershipChanged();
    return { requestId: decoded.requestId, outcome: refusal === undefined ? ok(this.#none()) : err(refusal) };
  }

  watch(spec: WatchSpec, sink: WatchSink): WatchHandle {
    return this.#watches.watch(spec, sink);
  }

  pump(): boolean {
    return this.#watches.pump();
  }

  slowCount(): number {
    return this.#watches.slowCount();
  }

  watcherCount(): number {
    return this.#watches.watcherCount();
  }

  watchersOf(range: KeyRange, compactRevision: number): WatchedRanges {
    return this.#watches.watchersOf(range, compactRevision);
  }

  eventCount(): number {
    return this.#watches.eventCount();
  }

  durableIndex(): LogIndex {
    return logIndex(this.#durable.durable.appliedIndex);
  }

  flush(done: FlushCallback): void {
    this.#durable.flush(done);
  }

  failure(): DiskError | undefined {
    return this.#durable.failure;
  }

  work(): boolean {
    return this.#durable.work();
  }

  defragment(done: DefragmentCallback): () => void {
    return this.#durable.defragmentation.request(done);
  }

  openSnapshot(): SnapshotReader {
    const { store } = this.#durable;
    return new ImageReader({
      kv: this.#state.kv,
      store,
      clusterId: this.#clusterId,
      commit: this.#durable.commitNow(),
      metadata: { ...this.#durable.position, confState: this.confState() },
      image: [...imageFrames(this.#state)],
    });
  }

  restoreSnapshot(source: SnapshotSource): void {
    const old = this.#durable;
    this.#durable = restoreDurableState(old, source);
    this.#watches.replaceStore(this.#state.kv);
    old.retire();
  }

  close(): void {
    this.#durable.store.close();
  }

  #advance(entry: Entry): void {
    assert(
      entry.index === this.appliedIndex() + 1,
      `entry ${entry.index} is applied after entry ${this.appliedIndex()}: entries come once and in order`,
    );
    this.#durable.position = { index: entry.index, term: entry.term };
  }

  #none(): ApplyResponse {
    return { kind: 'none', revision: this.#state.kv.revision() };
  }
}
