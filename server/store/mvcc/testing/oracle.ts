/**
 * The naive store the real one is compared with in tests: every revision of every key in one array, every question
 * answered by going through all of it. Written from etcd's documented semantics, sharing no code with the store but the
 * message types.
 */
import { compareBytes, toByteString } from '../../../../lib/base/bytes.ts';
import { crc32c } from '../../../../lib/base/crc32c.ts';
import type { Compare, RangeRequest, RequestOp, TxnRequest } from '../../../../lib/base/etcdpb/kv.ts';
import { KeyValue } from '../../../../lib/base/etcdpb/mvcc.ts';

interface OracleChange {
  readonly main: number;
  readonly sub: number;
  readonly isDelete: boolean;
  readonly kv: KeyValue;
}

export interface OracleEvent {
  readonly main: number;
  readonly isDelete: boolean;
  readonly key: string;
  readonly kv: KeyValue;
  readonly prevKv: KeyValue | undefined;
}

export type Outcome<T> = { readonly value: T } | { readonly error: string };

/** Thrown inside, answered as `{ error }`. The words are those at the end of etcd's messages. */
class Refusal extends Error {}

export class OracleStore {
  readonly leases = new Set<bigint>();
  changes: OracleChange[] = [];
  revision = 1;
  compactRevision = 0;

  attempt<T>(action: () => T): Outcome<T> {
    try {
      return { value: action() };
    } catch (error) {
      if (error instanceof Refusal) return { error: error.message };
      throw error;
    }
  }

  /** All living pairs of a range at `at`, in key order; `at` may be the revision being written. */
  select(request: { key: Uint8Array; rangeEnd: Uint8Array }, at: number): KeyValue[] {
    const newest = new Map<string, OracleChange>();
    for (const change of this.changes) {
      if (change.main <= at && inRange(change.kv.key, request)) newest.set(toByteString(change.kv.key), change);
    }
    return [...newest.values()]
      .filter(({ isDelete }) => !isDelete)
      .map(({ kv }) => kv)
      .sort((a, b) => compareBytes(a.key, b.key));
  }

  range(request: RangeRequest, now = this.revision): { kvs: KeyValue[]; more: boolean; count: number } {
    this.checkReadable(request.revision);
    const all = this.select(request, request.revision > 0 ? request.revision : now);
    if (request.countOnly) return { kvs: [], more: false, count: all.length };
    const { minModRevision, maxModRevision, minCreateRevision, maxCreateRevision, limit } = request;
    const filters = [minModRevision, maxModRevision, minCreateRevision, maxCreateRevision].some((bound) => bound !== 0);
    let kvs = all;
    if (request.sortOrder === 0 && !filters && limit > 0) kvs = kvs.slice(0, limit + 1);
    const within = (value: number, min: number, max: number) => (!min || value >= min) && (!max || value <= max);
    kvs = kvs.filter(
      (kv) =>
        within(kv.modRevision, minModRevision, maxModRevision) &&
        within(kv.createRevision, minCreateRevision, maxCreateRevision),
    );
    if (request.sortTarget === 1) kvs = kvs.toSorted((a, b) => a.version - b.version);
    if (request.sortTarget === 2) kvs = kvs.toSorted((a, b) => a.createRevision - b.createRevision);
    if (request.sortTarget === 3) kvs = kvs.toSorted((a, b) => a.modRevision - b.modRevision);
    if (request.sortTarget === 4) kvs = kvs.toSorted((a, b) => compareBytes(a.value, b.value));
    if (request.sortOrder === 2) kvs = kvs.toReversed();
    const more = limit > 0 && kvs.length > limit;
    if (more) kvs = kvs.slice(0, limit);
    if (request.keysOnly) kvs = kvs.map((kv) => ({ ...kv, value: new Uint8Array(0) }));
    return { kvs, more, count: all.length };
  }

  checkReadable(at: number): void {
    if (at > this.revision) throw new Refusal('future revision');
    if (at > 0 && at < this.compactRevision) throw new Refusal('compacted');
  }

  compact(at: number): void {
    if (at <= this.compactRevision) throw new Refusal('compacted');
    if (at > this.revision) throw new Refusal('future revision');
    this.compactRevision = at;
  }

  /** Runs a transaction (any write is one) and answers the responses in a plain form. */
  txn(request: TxnRequest): unknown {
    const before = this.revision;
    const path = this.#choose(request);
    this.#checkPuts(path);
    this.#checkRanges(path);
    const responses = this.#run(path);
    if (this.changes.some(({ main }) => main === before + 1)) this.revision = before + 1;
    return responses;
  }

  revoke(lease: bigint): void {
    if (!this.leases.delete(lease)) throw new Refusal('requested lease not found');
    const everything = this.select({ key: Uint8Array.of(0), rangeEnd: Uint8Array.of(0) }, this.revision);
    const attached = everything.filter((kv) => kv.lease === lease);
    for (const kv of attached) this.#change(kv.key, undefined);
    if (attached.length > 0) this.revision++;
  }

  attachedKeys(lease: bigint): string[] {
    const everything = this.select({ key: Uint8Array.of(0), rangeEnd: Uint8Array.of(0) }, this.revision);
    return everything.filter((kv) => kv.lease === lease).map((kv) => toByteString(kv.key));
  }

  /** What a watch of this range from `start` on must have seen by now, ignoring compaction but for previous values. */
  events(request: { key: Uint8Array; rangeEnd: Uint8Array }, start: number): OracleEvent[] {
    const events: OracleEvent[] = [];
    const last = new Map<string, OracleChange>();
    for (const change of this.changes) {
      const key = toByteString(change.kv.key);
      const previous = last.get(key);
      last.set(key, change);
      if (change.main > this.revision || change.main < start || !inRange(change.kv.key, request)) continue;
      const prevKv = previous === undefined || previous.isDelete ? undefined : previous.kv;
      events.push({ main: change.main, isDelete: change.isDelete, key, kv: change.kv, prevKv });
    }
    return events;
  }

  hash(upTo: number): number {
    let hash = crc32c(new TextEncoder().encode('key'));
    for (const change of this.changes) {
      if (change.main > upTo || !this.#isHashed(change, upTo)) continue;
      const mark = change.isDelete ? 't' : '';
      const backendKey = new Uint8Array(17 + mark.length);
      const view = new DataView(backendKey.buffer);
      view.setBigUint64(0, BigInt(change.main));
      backendKey[8] = 0x5f;
      view.setBigUint64(9, BigInt(change.sub));
      if (change.isDelete) backendKey[17] = 0x74;
      hash = crc32c(backendKey, hash);
      hash = crc32c(KeyValue.encode(change.isDelete ? { key: change.kv.key } : change.kv), hash);
    }
    return hash;
  }

  #isHashed(change: OracleChange, upTo: number): boolean {
    if (change.main > this.compactRevision) return true;
    if (change.isDelete) return false;
    return !this.changes.some(
      (other) => other.main > change.main && other.main <= upTo && compareBytes(other.kv.key, change.kv.key) === 0,
    );
  }

  #choose(request: TxnRequest): OraclePath {
    const succeeded = request.compare.every((compare) => this.#holds(compare));
    const ops = succeeded ? request.success : request.failure;
    return { succeeded, ops: ops.map((op) => (op.requestTxn ? this.#choose(op.requestTxn) : op)) };
  }

  #holds(compare: Compare): boolean {
    const found = this.select(compare, this.revision);
    if (found.length === 0 && compare.target === 3) return false;
    const candidates = found.length > 0 ? found : [KeyValue.create()];
    return candidates.every((kv) => {
      const sign = compareField(compare, kv);
      return [sign === 0, sign > 0, sign < 0, sign !== 0][compare.result];
    });
  }

  #checkPuts(path: OraclePath): void {
    for (const op of path.ops) {
      if ('ops' in op) this.#checkPuts(op);
      else if (op.requestPut !== undefined) {
        const { key, lease, ignoreValue, ignoreLease } = op.requestPut;
        if (lease !== 0n && !this.leases.has(lease)) throw new Refusal('requested lease not found');
        const exists = this.select({ key, rangeEnd: new Uint8Array(0) }, this.revision).length > 0;
        if ((ignoreValue || ignoreLease) && !exists) throw new Refusal('key not found');
      }
    }
  }

  #checkRanges(path: OraclePath): void {
    for (const op of path.ops) {
      if ('ops' in op) this.#checkRanges(op);
      else if (op.requestRange !== undefined) this.checkReadable(op.requestRange.revision);
    }
  }

  #run(path: OraclePath): unknown {
    const responses = path.ops.map((op) => {
      if ('ops' in op) return this.#run(op);
      const header = () => (this.changes.some(({ main }) => main > this.revision) ? this.revision + 1 : this.revision);
      if (op.requestRange !== undefined) {
        return { range: this.range(op.requestRange, this.revision + 1), revision: header() };
      }
      if (op.requestDeleteRange !== undefined) {
        const dying = this.select(op.requestDeleteRange, this.revision + 1);
        for (const kv of dying) this.#change(kv.key, undefined);
        return { deleted: dying.length, prevKvs: op.requestDeleteRange.prevKv ? dying : [], revision: header() };
      }
      const put = op.requestPut;
      if (put === undefined) throw new Error('empty op');
      const [previous] = this.select({ key: put.key, rangeEnd: new Uint8Array(0) }, this.revision + 1);
      this.#change(put.key, {
        value: put.ignoreValue && previous ? previous.value : put.value,
        lease: put.ignoreLease && previous ? previous.lease : put.lease,
        previous,
      });
      return { prevKv: put.prevKv ? previous : undefined, revision: header() };
    });
    return { succeeded: path.succeeded, responses };
  }

  #change(
    key: Uint8Array,
    put: { value: Uint8Array; lease: bigint; previous: KeyValue | undefined } | undefined,
  ): void {
    const main = this.revision + 1;
    const sub = this.changes.filter((change) => change.main === main).length;
    const { value, lease, previous } = put ?? { value: new Uint8Array(0), lease: 0n, previous: undefined };
    const kv = put
      ? {
          key,
          value,
          lease,
          createRevision: previous?.createRevision ?? main,
          modRevision: main,
          version: (previous?.version ?? 0) + 1,
        }
      : KeyValue.create({ key, modRevision: main });
    this.changes.push({ main, sub, isDelete: put === undefined, kv });
  }
}

interface OraclePath {
  readonly succeeded: boolean;
  readonly ops: readonly (OraclePath | RequestOp)[];
}

function compareField(compare: Compare, kv: KeyValue): number {
  const sign = (a: number | bigint, b: number | bigint) => (a === b ? 0 : a < b ? -1 : 1);
  if (compare.target === 0) return sign(kv.version, compare.version ?? 0);
  if (compare.target === 1) return sign(kv.createRevision, compare.createRevision ?? 0);
  if (compare.target === 2) return sign(kv.modRevision, compare.modRevision ?? 0);
  if (compare.target === 3) return compareBytes(kv.value, compare.value ?? new Uint8Array(0));
  return sign(kv.lease, compare.lease ?? 0n);
}

function inRange(key: Uint8Array, { key: from, rangeEnd }: { key: Uint8Array; rangeEnd: Uint8Array }): boolean {
  if (rangeEnd.length === 0) return compareBytes(key, from) === 0;
  if (compareBytes(key, from) < 0) return false;
  return (rangeEnd.length === 1 && rangeEnd[0] === 0) || compareBytes(key, rangeEnd) < 0;
}
