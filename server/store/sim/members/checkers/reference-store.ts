/**
 * What etcd's documented semantics make of the committed log, written without the store's code: every response, the keys at every
 * revision, the events, the leases. The members are compared with it; it is compared with nothing.
 *
 * It knows the requests that the simulator's clients send, with ASCII keys and values, and nothing more.
 */
import { toByteString } from '../../../../../lib/base/bytes.ts';
import type { DeleteRangeRequest, PutRequest, RangeRequest, TxnRequest } from '../../../../../lib/base/etcdpb/kv.ts';
import type { InternalRaftRequest } from '../../../../../lib/base/etcdpb/raft.ts';
import { EMPTY_SHAPE, errorShape, type Pair, pairShape, rangeShape, responseShape } from './shapes.ts';

export interface ReferenceEvent {
  readonly revision: number;
  readonly key: string;
  /** Undefined: deleted. */
  readonly pair: Pair | undefined;
  readonly previous: Pair | undefined;
}

export interface KeyRange {
  readonly key: string;
  /** Empty: one key. */
  readonly end: string;
}

interface Lease {
  readonly ttl: number;
  remaining: number;
  readonly keys: Set<string>;
}

export const isWithin = (key: string, { key: from, end }: KeyRange): boolean =>
  end === '' ? key === from : key >= from && (end === '\0' || key < end);

const rangeOf = (request: { readonly key: Uint8Array; readonly rangeEnd: Uint8Array }): KeyRange => ({
  key: toByteString(request.key),
  end: toByteString(request.rangeEnd),
});

class Refused extends Error {}

export class ReferenceStore {
  revision = 1;
  compactRevision = 0;
  /** In order of revision, then of their place in it. */
  readonly events: ReferenceEvent[] = [];
  readonly #history = new Map<string, { readonly revision: number; readonly pair: Pair | undefined }[]>();
  readonly #leases = new Map<bigint, Lease>();
  readonly #leaseTtlMin: number;
  /** Events of the request being applied, which make the next revision. */
  #open = 0;

  constructor(leaseTtlMin: number) {
    this.#leaseTtlMin = leaseTtlMin;
  }

  /** Applies one committed request and answers the shape its response must have. */
  apply(request: InternalRaftRequest): string {
    try {
      const body = this.#perform(request);
      if (this.#open > 0) this.revision++;
      this.#open = 0;
      return responseShape(body, this.revision);
    } catch (error) {
      if (error instanceof Refused) return errorShape(error.message);
      throw error;
    }
  }

  hasLease(id: bigint): boolean {
    return this.#leases.has(id);
  }

  leaseShape(): string {
    const one = ([id, { ttl, remaining, keys }]: [bigint, Lease]) => `${id}:${ttl}:${remaining}:${[...keys].sort()}`;
    return [...this.#leases].map(one).sort().join(' ');
  }

  /** Living pairs of `range` at `revision`, in key order. */
  pairs(range: KeyRange, revision: number): Pair[] {
    const keys = [...this.#history.keys()].filter((key) => isWithin(key, range)).sort();
    return keys.flatMap((key) => this.#at(key, revision) ?? []);
  }

  /** What a range request answers at `revision`. */
  rangeShape(request: RangeRequest, revision: number): string {
    const all = this.pairs(rangeOf(request), revision);
    const pairs = request.limit > 0 ? all.slice(0, request.limit) : all;
    return rangeShape({ pairs, count: all.length, more: pairs.length < all.length });
  }

  #at(key: string, revision: number): Pair | undefined {
    return this.#history.get(key)?.findLast((version) => version.revision <= revision)?.pair;
  }

  #now(key: string): Pair | undefined {
    return this.#history.get(key)?.at(-1)?.pair;
  }

  #perform(request: InternalRaftRequest): string {
    if (request.put !== undefined) return this.#put(this.#checked(request.put));
    if (request.deleteRange !== undefined) return this.#delete(request.deleteRange);
    if (request.txn !== undefined) return this.#txn(request.txn);
    if (request.compaction !== undefined) return this.#compact(request.compaction.revision);
    if (request.leaseGrant !== undefined) return this.#grant(request.leaseGrant);
    if (request.leaseRevoke !== undefined) return this.#revoke(request.leaseRevoke.id);
    for (const { id, remainingTtl } of request.leaseCheckpoint?.checkpoints ?? []) {
      const lease = this.#leases.get(id);
      if (lease !== undefined) lease.remaining = remainingTtl;
    }
    return EMPTY_SHAPE;
  }

  #checked(request: PutRequest): PutRequest {
    if (request.lease !== 0n && !this.#leases.has(request.lease)) throw new Refused('requested lease not found');
    return request;
  }

  #put({ key: bytes, value, lease, prevKv }: PutRequest): string {
    const key = toByteString(bytes);
    const previous = this.#now(key);
    const revision = this.revision + 1;
    const createRevision = previous?.createRevision ?? revision;
    const version = (previous?.version ?? 0) + 1;
    this.#change(key, { key, createRevision, modRevision: revision, version, value: toByteString(value), lease });
    return `put ${prevKv ? pairShape(previous) : '-'}`;
  }

  #delete(request: DeleteRangeRequest): string {
    const dying = this.pairs(rangeOf(request), this.revision + 1);
    for (const { key } of dying) this.#change(key, undefined);
    return `delete ${dying.length} ${request.prevKv ? dying.map(pairShape).join(' ') : ''}`;
  }

  #txn(request: TxnRequest): string {
    const isMet = request.compare.every((compare) => {
      const pair = this.#now(toByteString(compare.key));
      // The clients compare modification revisions only.
      return (pair?.modRevision ?? 0) === (compare.modRevision ?? 0);
    });
    const ops = isMet ? request.success : request.failure;
    for (const { requestPut } of ops) if (requestPut !== undefined) this.#checked(requestPut);
    const answers = ops.map((op) => {
      if (op.requestPut !== undefined) return this.#put(op.requestPut);
      if (op.requestDeleteRange !== undefined) return this.#delete(op.requestDeleteRange);
      if (op.requestRange !== undefined) return this.rangeShape(op.requestRange, this.revision + 1);
      throw new Error('the reference store knows no such operation');
    });
    return `txn ${isMet} [${answers.join('; ')}]`;
  }

  #compact(at: number): string {
    if (at <= this.compactRevision) throw new Refused('mvcc: required revision has been compacted');
    if (at > this.revision) throw new Refused('mvcc: required revision is a future revision');
    this.compactRevision = at;
    return 'compaction';
  }

  #grant({ id, ttl }: { readonly id: bigint; readonly ttl: number }): string {
    if (this.#leases.has(id)) throw new Refused('lease already exists');
    const granted = Math.max(ttl, this.#leaseTtlMin);
    this.#leases.set(id, { ttl: granted, remaining: 0, keys: new Set() });
    return `grant ${id} ${granted}`;
  }

  #revoke(id: bigint): string {
    const lease = this.#leases.get(id);
    if (lease === undefined) throw new Refused('requested lease not found');
    for (const key of [...lease.keys].sort()) this.#change(key, undefined);
    this.#leases.delete(id);
    return 'revoke';
  }

  #change(key: string, pair: Pair | undefined): void {
    const previous = this.#now(key);
    const revision = this.revision + 1;
    let versions = this.#history.get(key);
    if (versions === undefined) {
      versions = [];
      this.#history.set(key, versions);
    }
    versions.push({ revision, pair });
    this.events.push({ revision, key, pair, previous });
    this.#open++;
    if (previous !== undefined) this.#leases.get(previous.lease)?.keys.delete(key);
    if (pair !== undefined) this.#leases.get(pair.lease)?.keys.add(key);
  }
}
