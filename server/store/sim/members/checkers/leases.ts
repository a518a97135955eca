/**
 * Leases by the world's true time, from what clients were told: a lease lives at least its TTL from the moment its last
 * acknowledged renewal was SENT (the earliest the leader can have counted from), less what the members' clocks may run fast.
 */
import type { InternalRaftRequest } from '../../../../../lib/base/etcdpb/raft.ts';
import { SimulationViolation } from '../../world.ts';

interface LeaseRecord {
  readonly id: bigint;
  readonly ttlMs: number;
  /** When the last acknowledged grant or renewal was sent. */
  sentAt: number;
  /** When its revoke was committed. */
  revokedAt: number | undefined;
  /** A client asked for its end. */
  isAbandoned: boolean;
}

interface LeaseCheckerOptions {
  readonly now: () => number;
  readonly clockRateMin: number;
}

export class LeaseChecker {
  readonly #options: LeaseCheckerOptions;
  readonly #leases = new Map<bigint, LeaseRecord>();
  /** Committed revokes, also of leases that no client was told of yet. */
  readonly #revokedAt = new Map<bigint, number>();
  expired = 0;
  renewals = 0;

  constructor(options: LeaseCheckerOptions) {
    this.#options = options;
  }

  granted(id: bigint, what: { readonly ttl: number; readonly sentAt: number }): void {
    const lease: LeaseRecord = {
      id,
      ttlMs: what.ttl * 1000,
      sentAt: what.sentAt,
      revokedAt: this.#revokedAt.get(id),
      isAbandoned: false,
    };
    this.#leases.set(id, lease);
    if (lease.revokedAt !== undefined) this.#mayEnd(lease, lease.revokedAt);
  }

  /** A client is about to revoke it: from now on it may go at any time. */
  abandoned(id: bigint): void {
    const lease = this.#leases.get(id);
    if (lease !== undefined) lease.isAbandoned = true;
  }

  /** `ttl` seconds, 0: the member says that the lease is gone. */
  renewed(id: bigint, { ttl, sentAt }: { readonly ttl: number; readonly sentAt: number }): void {
    const lease = this.#leases.get(id);
    if (lease === undefined || lease.isAbandoned) return;
    if (ttl === 0) {
      if (lease.revokedAt === undefined) this.#mayEnd(lease, this.#options.now());
      return;
    }
    this.renewals++;
    lease.sentAt = Math.max(lease.sentAt, sentAt);
    if (lease.revokedAt !== undefined) this.#mayEnd(lease, lease.revokedAt);
  }

  committed({ leaseRevoke }: InternalRaftRequest, { hasSucceeded }: { readonly hasSucceeded: boolean }): void {
    if (leaseRevoke === undefined || !hasSucceeded) return;
    const now = this.#options.now();
    this.#revokedAt.set(leaseRevoke.id, now);
    const lease = this.#leases.get(leaseRevoke.id);
    if (lease === undefined) return;
    lease.revokedAt = now;
    if (lease.isAbandoned) return;
    this.expired++;
    this.#mayEnd(lease, now);
  }

  #mayEnd(lease: LeaseRecord, at: number): void {
    if (lease.isAbandoned) return;
    const lived = at - lease.sentAt;
    const promised = lease.ttlMs * this.#options.clockRateMin;
    // Sums of fractions of a millisecond may differ in the last bit.
    if (lived >= promised - 0.001) return;
    throw new SimulationViolation(
      `lease ${lease.id} of ${lease.ttlMs} ms ends ${lived.toFixed(0)} ms after its last acknowledged renewal was sent`,
    );
  }
}
