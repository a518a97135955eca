/**
 * The multi-version key space: etcd's revision arithmetic over an index in memory and revisions in a RevisionStore.
 *
 * Invariants:
 * - one WriteBatch at a time; its changes carry main = revision + 1 and become the current revision by commit(), and only
 *   if there are any: a request that changes nothing does not count;
 * - reads never see a revision below compactRevision; at exactly compactRevision they work;
 * - what a read returns depends only on the committed requests, never on how far scrubbing got.
 *
 * Values in answers are views on immutable store memory: copy them where they are retained.
 */
import { assert } from '../../../lib/base/assert.ts';
import { type Revision, revision } from '../../../lib/base/brand.ts';
import { type ByteString, EMPTY_BYTES, fromByteString } from '../../../lib/base/bytes.ts';
import { etcdErrors } from '../../../lib/base/etcdpb/errors.ts';
import type { RangeRequest, RangeResponse, TxnRequest, TxnResponse } from '../../../lib/base/etcdpb/kv.ts';
import { type Event, EventType, type KeyValue } from '../../../lib/base/etcdpb/mvcc.ts';
import { ChildScan, type ChildScanRequest } from './child-scan.ts';
import { hashRevisions } from './hash.ts';
import { IndexScrub } from './index-scrub.ts';
import { KeyIndex, NO_SLOT } from './key-index.ts';
import { EVERYTHING, type KeyRange } from './key-range.ts';
import { OperationCounts } from './operation-counts.ts';
import { executeRange } from './range.ts';
import { readTxn } from './read-txn.ts';
import { decodeValue, encodeRevision, type StoredRevision } from './revision-codec.ts';
import type { Location, RevisionStore } from './revision-store.ts';
import { NO_ROW, type Row } from './row-table.ts';
import type { ReadView } from './types.ts';

/** What a write needs to know of leases and tells them (lease/lease-store.ts). */
export interface LeaseBindings {
  has(lease: bigint): boolean;
  attach(lease: bigint, key: ByteString): void;
  detach(lease: bigint, key: ByteString): void;
}

const FIRST_REVISION = 1;

export class KvStore implements ReadView {
  readonly index = new KeyIndex();
  readonly counts: OperationCounts;
  readonly #store: RevisionStore;
  readonly #scrub: IndexScrub;
  #revision = FIRST_REVISION;
  #compactRevision = 0;
  #pins = 0;

  /** @param counts goes on from another store that this one replaces. */
  constructor(store: RevisionStore, counts = new OperationCounts()) {
    this.#store = store;
    this.counts = counts;
    this.#scrub = new IndexScrub(this.index, (row) => {
      const { rows } = this.index;
      counts.compactedRevisions++;
      store.release(rows.location(row), rows.length(row), rows.isTombstone(row));
    });
  }

  revision(): Revision {
    return this.#revision as Revision;
  }

  compactRevision(): Revision {
    return this.#compactRevision as Revision;
  }

  size(): { readonly total: number; readonly inUse: number } {
    return this.#store.size();
  }

  range(request: RangeRequest): RangeResponse {
    try {
      return executeRange(this, request);
    } finally {
      this.counts.endPass();
    }
  }

  readTxn(request: TxnRequest): TxnResponse {
    try {
      return readTxn(this, request);
    } finally {
      this.counts.endPass();
    }
  }

  children(request: ChildScanRequest): ChildScan {
    return new ChildScan(this, request);
  }

  keyCount(): number {
    return this.index.countLive(EVERYTHING);
  }

  hashKv(at: number): { readonly hash: number; readonly hashRevision: Revision; readonly compactRevision: number } {
    this.checkReadable(at);
    const upTo = at <= 0 ? this.#revision : at;
    const hash = hashRevisions(this, { upTo, compactRevision: this.#compactRevision });
    // etcd answers -1 for a store that was never compacted.
    const compactRevision = this.#compactRevision === 0 ? -1 : this.#compactRevision;
    return { hash, hashRevision: revision(upTo), compactRevision };
  }

  /** @throws EtcdError compacted | future revision. `at` <= 0 means the current one. */
  checkReadable(at: number): void {
    if (at <= 0) return;
    if (at > this.#revision) throw etcdErrors.futureRevision();
    if (at < this.#compactRevision) throw etcdErrors.compacted();
  }

  /** The living row of `key` at `at` (<= 0: now, changes of an open batch included), or NO_ROW. */
  find(key: ByteString, at = 0): Row {
    const slot = this.index.slotOf(key);
    return slot === NO_SLOT ? NO_ROW : this.index.liveRowAt(slot, at <= 0 ? Number.MAX_SAFE_INTEGER : at);
  }

  /** Visits the living rows of a range at `at` (<= 0: now) in key order until `visit` returns false. */
  forEachLive(range: KeyRange, at: number, visit: (row: Row) => boolean): void {
    if (range.kind === 'empty') return;
    if (range.kind === 'key') {
      const row = this.find(range.key, at);
      if (row !== NO_ROW) visit(row);
      return;
    }
    const upTo = at <= 0 ? Number.MAX_SAFE_INTEGER : at;
    this.index.forRange(range, (slot) => {
      const row = this.index.liveRowAt(slot, upTo);
      return row === NO_ROW || visit(row);
    });
  }

  payload(row: Row): Uint8Array {
    return this.#store.read(this.index.rows.location(row), this.index.rows.length(row));
  }

  value(row: Row): Uint8Array {
    return decodeValue(this.payload(row));
  }

  keyValue(row: Row, options: { readonly keysOnly: boolean } = { keysOnly: false }): KeyValue {
    const { rows } = this.index;
    return {
      key: fromByteString(this.index.keyOf(rows.slot(row))),
      createRevision: rows.createRevision(row),
      modRevision: rows.main(row),
      version: rows.version(row),
      value: options.keysOnly ? EMPTY_BYTES : this.value(row),
      lease: rows.lease(row),
    };
  }

  /** The change `row` made, as watchers see it. A previous value below the compact revision is silently absent. */
  event(row: Row, options: { readonly prevKv: boolean }): Event {
    const { rows } = this.index;
    const previous = options.prevKv && rows.main(row) - 1 >= this.#compactRevision ? rows.previous(row) : NO_ROW;
    const prevKv = previous === NO_ROW || rows.isTombstone(previous) ? undefined : this.keyValue(previous);
    if (!rows.isTombstone(row)) return { type: EventType.PUT, kv: this.keyValue(row), prevKv };
    const kv: KeyValue = {
      key: fromByteString(this.index.keyOf(rows.slot(row))),
      createRevision: 0,
      modRevision: rows.main(row),
      version: 0,
      value: EMPTY_BYTES,
      lease: 0n,
    };
    return { type: EventType.DELETE, kv, prevKv };
  }

  begin(leases: LeaseBindings): WriteBatch {
    return new WriteBatch(this, leases);
  }

  /** Only WriteBatch calls this. */
  record(change: StoredRevision, slot: number): Row {
    const payload = encodeRevision(change);
    const location = this.#store.append(payload);
    return this.index.append(change, { location, length: payload.length }, slot);
  }

  /** Only WriteBatch calls this. */
  advance(to: number): void {
    assert(to === this.#revision + 1, `revision moves from ${this.#revision} to ${to}`);
    this.#revision = to;
  }

  /** @throws EtcdError compacted (also for a revision <= 0 and for the same one again) | future revision */
  compact(at: number): void {
    if (at <= this.#compactRevision) throw etcdErrors.compacted();
    if (at > this.#revision) throw etcdErrors.futureRevision();
    this.#compactRevision = at;
  }

  /**
   * Removes what a compaction at `target` (<= compactRevision) made dead from the index, about `rowsMax` rows at a time.
   * True when there is more. While pinned it does nothing.
   */
  scrub(target: number, rowsMax: number): boolean {
    assert(target <= this.#compactRevision, `scrub to ${target} beyond compact revision ${this.#compactRevision}`);
    return this.#pins === 0 && this.#scrub.step(target, rowsMax);
  }

  /** Keeps every row in place until unpin(): a snapshot is being read. */
  pin(): void {
    this.#pins++;
  }

  /** What compaction made dead stays in the index for now. */
  get isPinned(): boolean {
    return this.#pins > 0;
  }

  unpin(): void {
    assert(this.#pins > 0, 'unpin without pin');
    this.#pins--;
  }

  /** Takes in one revision read back from disk, in ascending order; `finishLoading` must follow. */
  load(stored: StoredRevision, location: Location, length: number): void {
    this.index.append(stored, { location, length });
  }

  finishLoading(state: { readonly revision: number; readonly compactRevision: number }): void {
    this.#revision = state.revision;
    this.#compactRevision = state.compactRevision;
    while (this.#scrub.step(state.compactRevision, Number.MAX_SAFE_INTEGER));
  }
}

/** The changes of one request: all at one revision, in order. Never rolled back: callers check before they write. */
export class WriteBatch {
  readonly #kv: KvStore;
  readonly #leases: LeaseBindings;
  readonly #main: number;
  readonly #rows: Row[] = [];

  constructor(kv: KvStore, leases: LeaseBindings) {
    this.#kv = kv;
    this.#leases = leases;
    this.#main = kv.revision() + 1;
  }

  /** What a header says now: the new revision once something changed, the old one before. */
  revision(): Revision {
    return revision(this.#rows.length > 0 ? this.#main : this.#main - 1);
  }

  /** Rows changed so far, in order of sub-revision. */
  get changes(): readonly Row[] {
    return this.#rows;
  }

  put(key: ByteString, value: Uint8Array, lease: bigint): void {
    const { index, counts } = this.#kv;
    counts.put(key.length + value.length);
    const { rows } = index;
    const slot = index.slotOf(key);
    const previous = slot !== NO_SLOT && index.isLive(slot) ? index.headOf(slot) : NO_ROW;
    const oldLease = previous === NO_ROW ? 0n : rows.lease(previous);
    const change: StoredRevision = {
      main: this.#main,
      sub: this.#rows.length,
      tombstone: false,
      key,
      createRevision: previous === NO_ROW ? this.#main : rows.createRevision(previous),
      version: previous === NO_ROW ? 1 : rows.version(previous) + 1,
      lease,
      value,
    };
    const row = this.#kv.record(change, slot);
    this.#rows.push(row);
    if (oldLease === lease) return;
    if (oldLease !== 0n) this.#leases.detach(oldLease, key);
    if (lease !== 0n) this.#leases.attach(lease, key);
  }

  /** Deletes a key that lives at `row`. */
  delete(row: Row): void {
    const { rows } = this.#kv.index;
    const slot = rows.slot(row);
    const key = this.#kv.index.keyOf(slot);
    const lease = rows.lease(row);
    const change: StoredRevision = {
      main: this.#main,
      sub: this.#rows.length,
      tombstone: true,
      key,
      createRevision: 0,
      version: 0,
      lease: 0n,
      value: EMPTY_BYTES,
    };
    const tombstone = this.#kv.record(change, slot);
    this.#rows.push(tombstone);
    if (lease !== 0n) this.#leases.detach(lease, key);
  }

  /** Makes the changes the current revision. */
  commit(): Revision {
    if (this.#rows.length > 0) this.#kv.advance(this.#main);
    return this.#kv.revision();
  }
}
