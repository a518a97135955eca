/** The StateMachine of types.ts: State plus watchers, applied index and durability. */
import { assert } from '../../../lib/base/assert.ts';
import type { ClusterId, LogIndex, MemberId, Revision } from '../../../lib/base/brand.ts';
import type { AlarmMember, Member } from '../../../lib/base/etcdpb/cluster.ts';
import { EtcdError } from '../../../lib/base/etcdpb/errors.ts';
import { EntryType, InternalRaftRequest } from '../../../lib/base/etcdpb/raft.ts';
import { err, ok } from '../../../lib/base/result.ts';
import type { WriteBatch } from '../mvcc/kv-store.ts';
import { KvStore } from '../mvcc/kv-store.ts';
import { MemoryRevisionStore } from '../mvcc/revision-store.ts';
import type { ReadView, WatchHandle, WatchSink, WatchSpec } from '../mvcc/types.ts';
import { WatchHub } from '../mvcc/watch/watch-hub.ts';
import type { Disk, FlushCallback } from '../ports/disk.ts';
import type { ConfState, Entry } from '../raft/types.ts';
import { decodeConfChange, NO_CHANGE } from './conf-change.ts';
import { applyRequest, type ChangeListener, State } from './state.ts';
import type { Applied, ApplyResponse, ConfChangeEntry, LeaseView, StateMachine } from './types.ts';

/** etcd's minimum at the default election timeout; must be the same on every member. */
const LEASE_TTL_MIN_DEFAULT = 2;
/** Rows looked at in one slice of work(): well below a millisecond. */
const SCRUB_ROWS_PER_SLICE = 2000;

export interface StateMachineOptions {
  readonly disk: Disk;
  /** Belongs to the state machine alone; created when missing. */
  readonly dir: string;
  readonly clusterId: ClusterId;
  /** Seconds: leaseTtlMin(electionTimeoutMs). Must be the same on every member. */
  readonly leaseTtlMin?: number;
}

export function openStateMachine(options: StateMachineOptions): StateMachine {
  return new ReplicatedStateMachine(options);
}

class ReplicatedStateMachine implements StateMachine {
  readonly #clusterId: ClusterId;
  readonly #leaseTtlMin: number;
  readonly #state: State;
  readonly #watches: WatchHub;
  readonly #listener: ChangeListener;
  #appliedIndex = 0 as LogIndex;

  constructor({ clusterId, leaseTtlMin = LEASE_TTL_MIN_DEFAULT }: StateMachineOptions) {
    this.#clusterId = clusterId;
    this.#leaseTtlMin = leaseTtlMin;
    this.#state = new State(new KvStore(new MemoryRevisionStore()));
    this.#watches = new WatchHub(this.#state.kv);
    this.#listener = {
      leaseChanged: () => {},
      alarmsChanged: () => {},
      membershipChanged: () => {},
      compacted: () => this.#watches.compacted(),
      committed: (batch: WriteBatch) => this.#watches.notify(batch.revision(), batch.changes),
    };
  }

  get kv(): ReadView {
    return this.#state.kv;
  }

  get leases(): LeaseView {
    return this.#state.leases;
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
    return this.#appliedIndex;
  }

  apply(entry: Entry): Applied {
    assert(entry.type === EntryType.NORMAL, `entry ${entry.index} is a configuration change`);
    this.#advance(entry);
    // The first entry of a term is empty: it only commits what came before (Raft paper §8).
    if (entry.data.length === 0) return { requestId: 0n, outcome: ok(this.#none()) };
    const request = InternalRaftRequest.decode(entry.data);
    const requestId = request.header === undefined || request.header.id === 0n ? request.id : request.header.id;
    try {
      const context = { state: this.#state, listener: this.#listener, leaseTtlMin: this.#leaseTtlMin };
      return { requestId, outcome: ok(applyRequest(context, request)) };
    } catch (error) {
      if (error instanceof EtcdError) return { requestId, outcome: err(error) };
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
    if (refusal === undefined) membership.apply(decoded);
    membership.confState = confState;
    this.#listener.membershipChanged();
    return { requestId: decoded.requestId, outcome: refusal === undefined ? ok(this.#none()) : err(refusal) };
  }

  watch(spec: WatchSpec, sink: WatchSink): WatchHandle {
    return this.#watches.watch(spec, sink);
  }

  pump(): boolean {
    return this.#watches.pump();
  }

  watcherCount(): number {
    return this.#watches.watcherCount();
  }

  durableIndex(): LogIndex {
    return 0 as LogIndex;
  }

  flush(_done: FlushCallback): void {
    throw new Error('the durable store is not joined yet');
  }

  work(): boolean {
    return this.#state.kv.scrub(this.#state.kv.compactRevision(), SCRUB_ROWS_PER_SLICE);
  }

  openSnapshot(): never {
    throw new Error('the durable store is not joined yet');
  }

  restoreSnapshot(): never {
    throw new Error('the durable store is not joined yet');
  }

  close(): void {}

  #advance(entry: Entry): void {
    assert(
      entry.index === this.#appliedIndex + 1,
      `entry ${entry.index} is applied after entry ${this.#appliedIndex}: entries come once and in order`,
    );
    this.#appliedIndex = entry.index;
  }

  #none(): ApplyResponse {
    return { kind: 'none', revision: this.#state.kv.revision() as Revision };
  }
}
