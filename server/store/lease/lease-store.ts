/**
 * Leases as replicated state: id → granted TTL, checkpointed remaining TTL, attached keys. Pure: no clock. Deadlines are
 * the leader's own (lease-clock.ts).
 *
 * Invariants: a key is attached to at most one lease, the one its newest revision names; list() is in order of granting,
 * the same on every member.
 */
import { assert, defined } from '../../../lib/base/assert.ts';
import type { LeaseId } from '../../../lib/base/brand.ts';
import { type ByteString, fromByteString } from '../../../lib/base/bytes.ts';
import { etcdErrors } from '../../../lib/base/etcdpb/errors.ts';

/** etcd's bound on a TTL, seconds. */
const LEASE_TTL_MAX = 9_000_000_000;

/**
 * The smallest TTL the store grants, seconds: below one and a half election timeouts a leader could not renew in time.
 * Smaller requests are raised to it silently, as etcd does. 2 at the default election timeout of 1000 ms.
 */
export const leaseTtlMin = (electionTimeoutMs: number): number => Math.ceil((1.5 * electionTimeoutMs) / 1000);

export interface LeaseRecord {
  readonly id: bigint;
  readonly grantedTtl: number;
  /** 0: no checkpoint. */
  readonly remainingTtl: number;
}

interface Lease {
  readonly grantedTtl: number;
  remainingTtl: number;
  readonly keys: Set<ByteString>;
}

export class LeaseStore {
  readonly #leases = new Map<bigint, Lease>();

  get size(): number {
    return this.#leases.size;
  }

  /** Answers the granted TTL, raised to `ttlMin`. @throws EtcdError lease not found (id 0) | TTL too large | exists */
  grant(request: { readonly id: bigint; readonly ttl: number; readonly ttlMin: number }): number {
    const { id, ttl, ttlMin } = request;
    if (id === 0n) throw etcdErrors.leaseNotFound();
    if (ttl > LEASE_TTL_MAX) throw etcdErrors.leaseTtlTooLarge();
    if (this.#leases.has(id)) throw etcdErrors.leaseExists();
    const grantedTtl = Math.max(ttl, ttlMin);
    this.#leases.set(id, { grantedTtl, remainingTtl: 0, keys: new Set() });
    return grantedTtl;
  }

  /** Takes a lease out of the store; its keys (byte order) must be deleted by the caller first. */
  remove(id: bigint): void {
    const lease = defined(this.#leases.get(id), `lease ${id} to remove is unknown`);
    assert(lease.keys.size === 0, `lease ${id} is removed with ${lease.keys.size} keys attached`);
    this.#leases.delete(id);
  }

  clear(): void {
    this.#leases.clear();
  }

  /** Drops a lease if it is known; only while a state is read in, before keys are attached. */
  forget(id: bigint): void {
    this.#leases.delete(id);
  }

  /** Puts back a lease as it was recorded, replacing what is known of its TTLs. */
  restore({ id, grantedTtl, remainingTtl }: LeaseRecord): void {
    const keys = this.#leases.get(id)?.keys ?? new Set();
    this.#leases.set(id, { grantedTtl, remainingTtl, keys });
  }

  /** False when the lease is unknown: a checkpoint may arrive after the revoke. */
  checkpoint(id: bigint, remainingTtl: number): boolean {
    const lease = this.#leases.get(id);
    if (lease === undefined) return false;
    lease.remainingTtl = remainingTtl;
    return true;
  }

  has(id: bigint): boolean {
    return this.#leases.has(id);
  }

  attach(id: bigint, key: ByteString): void {
    defined(this.#leases.get(id), `a key is attached to lease ${id}, which is unknown`).keys.add(key);
  }

  detach(id: bigint, key: ByteString): void {
    const had = this.#leases.get(id)?.keys.delete(key);
    assert(had === true, `a key is detached from lease ${id}, to which it was not attached`);
  }

  /** Attached keys in byte order. */
  keysOf(id: bigint): ByteString[] {
    return [...(this.#leases.get(id)?.keys ?? [])].sort();
  }

  /** Attached keys in no order, one after the other: cheaper than keysOf() for a look at each. */
  *attachedKeys(id: bigint): Iterable<Uint8Array> {
    for (const key of this.#leases.get(id)?.keys ?? []) yield fromByteString(key);
  }

  record(id: bigint): LeaseRecord | undefined {
    const lease = this.#leases.get(id);
    return lease && { id, grantedTtl: lease.grantedTtl, remainingTtl: lease.remainingTtl };
  }

  *records(): Iterable<LeaseRecord> {
    for (const [id, { grantedTtl, remainingTtl }] of this.#leases) yield { id, grantedTtl, remainingTtl };
  }

  list(): LeaseId[] {
    return [...this.#leases.keys()] as LeaseId[];
  }

  get(
    id: LeaseId,
  ): { readonly grantedTtl: number; readonly remainingTtl: number; readonly keys: readonly Uint8Array[] } | undefined {
    const lease = this.#leases.get(id);
    if (lease === undefined) return undefined;
    const { grantedTtl, remainingTtl } = lease;
    const keys = () => this.keysOf(id).map(fromByteString);
    return {
      grantedTtl,
      remainingTtl,
      // Made when asked for: most callers want the TTLs alone, and often.
      get keys() {
        return keys();
      },
    };
  }
}
