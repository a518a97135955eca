/**
 * The part of etcd that the recipes use, in memory and without a clock of its own: revisions, ranges, guarded transactions, leases,
 * watches from a revision, compaction. Written after the protocol's documentation and kept simple; the same recipes run against
 * real stores in e2e/coordination.
 */
import { type ByteString, compareBytes, EMPTY_BYTES, toByteString } from '../../base/bytes.ts';
import {
  type Compare,
  CompareResult,
  CompareTarget,
  type RangeRequest,
  type RequestOp,
  SortOrder,
  SortTarget,
} from '../../base/etcdpb/kv.ts';
import { type Event, EventType, type KeyValue } from '../../base/etcdpb/mvcc.ts';
import type { Init } from '../../base/protobuf/schema.ts';

export interface TxnRequest {
  readonly compare: readonly Init<Compare>[];
  readonly success: readonly Init<RequestOp>[];
  readonly failure: readonly Init<RequestOp>[];
}

export interface TxnAnswer {
  readonly succeeded: boolean;
  readonly revision: number;
  readonly ranges: readonly (readonly KeyValue[])[];
}

export interface Range {
  readonly key: Uint8Array;
  readonly rangeEnd: Uint8Array;
}

/** All changes of one revision. */
export interface Commit {
  readonly revision: number;
  readonly events: readonly Event[];
}

/** A put under a lease that does not exist: nothing of its transaction happened. */
export class NoSuchLeaseError extends Error {
  override readonly name = 'NoSuchLeaseError';
}

export class SimStore {
  readonly #keys = new Map<ByteString, KeyValue>();
  readonly #leases = new Set<bigint>();
  #commits: Commit[] = [];
  #revision = 1;
  #compacted = 0;
  #nextLease = 0x2040_a1fc_3202_0000n;
  readonly #listeners = new Set<(commit: Commit) => void>();

  get revision(): number {
    return this.#revision;
  }

  /** Hears of every commit as it happens. Call the result to stop. */
  onCommit(listener: (commit: Commit) => void): () => void {
    this.#listeners.add(listener);
    return () => this.#listeners.delete(listener);
  }

  grant(): bigint {
    const lease = this.#nextLease++;
    this.#leases.add(lease);
    return lease;
  }

  hasLease(lease: bigint): boolean {
    return this.#leases.has(lease);
  }

  /** Deletes the lease's keys in one revision, in the order of their names. */
  revoke(lease: bigint): void {
    if (!this.#leases.delete(lease)) return;
    const keys = [...this.#keys.values()].filter((kv) => kv.lease === lease).sort((a, b) => compareBytes(a.key, b.key));
    this.#commit(keys.map(({ key }) => deleteEvent(key, this.#revision + 1)));
  }

  range(request: Range & Init<RangeRequest>): readonly KeyValue[] {
    const { limit = 0, maxCreateRevision = 0, sortOrder = SortOrder.NONE, sortTarget = SortTarget.KEY } = request;
    const found = [...this.#keys.values()].filter(
      (kv) => isIn(kv.key, request) && (maxCreateRevision === 0 || kv.createRevision <= maxCreateRevision),
    );
    const descending = sortOrder === SortOrder.DESCEND ? -1 : 1;
    found.sort((a, b) => descending * (rankOf(a, sortTarget) - rankOf(b, sortTarget) || compareBytes(a.key, b.key)));
    return limit > 0 ? found.slice(0, limit) : found;
  }

  /** @throws NoSuchLeaseError */
  txn({ compare, success, failure }: TxnRequest): TxnAnswer {
    const succeeded = compare.every((one) => this.#holds(one));
    const ops = succeeded ? success : failure;
    const lost = ops.find(
      ({ requestPut }) => (requestPut?.lease ?? 0n) !== 0n && !this.#leases.has(requestPut?.lease ?? 0n),
    );
    if (lost !== undefined) throw new NoSuchLeaseError('etcdserver: requested lease not found');
    const events: Event[] = [];
    const ranges: (readonly KeyValue[])[] = [];
    for (const { requestRange, requestPut, requestDeleteRange } of ops) {
      if (requestRange !== undefined) ranges.push(this.range(withBounds(requestRange)));
      if (requestPut !== undefined) events.push(this.#put(requestPut));
      if (requestDeleteRange !== undefined) {
        const gone = this.range(withBounds(requestDeleteRange));
        for (const { key } of gone) events.push(deleteEvent(key, this.#revision + 1));
      }
    }
    this.#commit(events);
    return { succeeded, revision: this.#revision, ranges };
  }

  /** Null: history before that revision is gone. */
  history(startRevision: number, range: Range): readonly Commit[] | null {
    if (startRevision <= this.#compacted) return null;
    return this.#commits
      .filter(({ revision }) => revision >= startRevision)
      .flatMap((commit) => within(commit, range) ?? []);
  }

  get compactRevision(): number {
    return this.#compacted + 1;
  }

  /** Forgets what happened before the current revision. */
  compact(): void {
    this.#compacted = this.#revision - 1;
    this.#commits = this.#commits.filter(({ revision }) => revision > this.#compacted);
  }

  #put({ key = EMPTY_BYTES, value = EMPTY_BYTES, lease = 0n }: NonNullable<Init<RequestOp>['requestPut']>): Event {
    const before = this.#keys.get(toByteString(key));
    const modRevision = this.#revision + 1;
    const kv: KeyValue = {
      key,
      value,
      lease,
      modRevision,
      createRevision: before?.createRevision ?? modRevision,
      version: (before?.version ?? 0) + 1,
    };
    return { type: EventType.PUT, kv, prevKv: undefined };
  }

  #commit(events: readonly Event[]): void {
    if (events.length === 0) return;
    this.#revision++;
    for (const { type, kv } of events) {
      if (kv === undefined) continue;
      if (type === EventType.DELETE) this.#keys.delete(toByteString(kv.key));
      else this.#keys.set(toByteString(kv.key), kv);
    }
    const commit = { revision: this.#revision, events };
    this.#commits.push(commit);
    for (const listener of [...this.#listeners]) listener(commit);
  }

  #holds(compare: Init<Compare>): boolean {
    const kv = this.#keys.get(toByteString(compare.key ?? EMPTY_BYTES));
    const order = orderOf(compare, kv);
    switch (compare.result ?? CompareResult.EQUAL) {
      case CompareResult.EQUAL:
        return order === 0;
      case CompareResult.LESS:
        return order !== null && order < 0;
      case CompareResult.GREATER:
        return order !== null && order > 0;
      default:
        return order !== null && order !== 0;
    }
  }
}

/** How the key compares to what is asked for; null: a value of a key that is not there. */
function orderOf(compare: Init<Compare>, kv: KeyValue | undefined): number | null {
  switch (compare.target ?? CompareTarget.VERSION) {
    case CompareTarget.CREATE:
      return (kv?.createRevision ?? 0) - (compare.createRevision ?? 0);
    case CompareTarget.MOD:
      return (kv?.modRevision ?? 0) - (compare.modRevision ?? 0);
    case CompareTarget.VALUE:
      return kv === undefined ? null : compareBytes(kv.value, compare.value ?? EMPTY_BYTES);
    default:
      throw new RangeError('no recipe compares anything else');
  }
}

/** A commit's part within a range; undefined: none. */
export function within({ revision, events }: Commit, range: Range): Commit | undefined {
  const ours = events.filter(({ kv }) => kv !== undefined && isIn(kv.key, range));
  return ours.length === 0 ? undefined : { revision, events: ours };
}

function withBounds<T extends { readonly key?: Uint8Array | undefined; readonly rangeEnd?: Uint8Array | undefined }>(
  request: T,
) {
  return { ...request, key: request.key ?? EMPTY_BYTES, rangeEnd: request.rangeEnd ?? EMPTY_BYTES };
}

function isIn(key: Uint8Array, range: Range): boolean {
  if (range.rangeEnd.length === 0) return compareBytes(key, range.key) === 0;
  return compareBytes(key, range.key) >= 0 && compareBytes(key, range.rangeEnd) < 0;
}

function rankOf(kv: KeyValue, target: number): number {
  if (target === SortTarget.CREATE) return kv.createRevision;
  return target === SortTarget.MOD ? kv.modRevision : 0;
}

const deleteEvent = (key: Uint8Array, modRevision: number): Event => ({
  type: EventType.DELETE,
  kv: { key, value: EMPTY_BYTES, lease: 0n, modRevision, createRevision: 0, version: 0 },
  prevKv: undefined,
});
