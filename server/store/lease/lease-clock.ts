/**
 * The deadlines of leases, kept by the leader alone on its monotonic clock. Pure: the member passes `now` (milliseconds).
 *
 * A new leader does not know what its predecessor renewed, so promote() gives every lease its full (or checkpointed)
 * TTL plus one election timeout. Expiry is only a proposal: a lease lives until its revoke is applied, and a lease past
 * its deadline can no longer be renewed (its revoke may be on the way).
 *
 * The clock looks leases up in the replicated state, so revoked ones vanish here without being announced.
 */
import type { LeaseId } from '../../../lib/base/brand.ts';

/** What the clock asks of the replicated leases (LeaseStore). */
export interface LeaseTtls {
  list(): readonly LeaseId[];
  record(id: bigint): { readonly grantedTtl: number; readonly remainingTtl: number } | undefined;
}

/** A lease that expired() named is named again after this long if its revoke did not arrive. */
export const EXPIRY_RETRY_MS = 3000;

interface Deadline {
  at: number;
}

interface Alarm {
  /** When to look at the lease; may be earlier than its deadline after a renewal. */
  readonly at: number;
  readonly id: LeaseId;
  /** Tells this grant of the id from an earlier one. */
  readonly deadline: Deadline;
}

export class LeaseClock {
  readonly #leases: LeaseTtls;
  readonly #deadlines = new Map<LeaseId, Deadline>();
  /** Min-heap by `at`. One alarm per grant: renewals move the deadline and leave the alarm to find out. */
  readonly #alarms: Alarm[] = [];
  #isLeader = false;

  constructor(leases: LeaseTtls) {
    this.#leases = leases;
  }

  /** This member became leader. `extendMs`: the election timeout. */
  promote(now: number, extendMs: number): void {
    this.demote();
    this.#isLeader = true;
    for (const id of this.#leases.list()) {
      const record = this.#leases.record(id);
      if (record === undefined) continue;
      const ttl = record.remainingTtl > 0 ? record.remainingTtl : record.grantedTtl;
      this.#arm(id, now + ttl * 1000 + extendMs);
    }
  }

  /** This member is no longer leader: it knows no deadlines. */
  demote(): void {
    this.#isLeader = false;
    this.#deadlines.clear();
    this.#alarms.length = 0;
  }

  /** A grant was applied. Ignored on a follower. */
  granted(id: LeaseId, now: number): void {
    const record = this.#leases.record(id);
    if (this.#isLeader && record !== undefined) this.#arm(id, now + record.grantedTtl * 1000);
  }

  /**
   * Seconds granted anew; 0 when the lease is unknown or past its deadline. When the lease has a checkpoint
   * (record.remainingTtl > 0) the caller must replicate a checkpoint of 0 before it answers: the next leader would
   * otherwise cut the renewed lease short.
   */
  renew(id: LeaseId, now: number): number {
    const record = this.#leases.record(id);
    const deadline = this.#deadlines.get(id);
    if (record === undefined || deadline === undefined || deadline.at <= now) return 0;
    deadline.at = now + record.grantedTtl * 1000;
    return record.grantedTtl;
  }

  /** Up to `limit` leases to revoke now, earliest alarm first. */
  expired(now: number, limit: number): LeaseId[] {
    const out: LeaseId[] = [];
    for (let top = this.#alarms[0]; top !== undefined && top.at <= now && out.length < limit; top = this.#alarms[0]) {
      this.#pop();
      const { id, deadline } = top;
      if (this.#deadlines.get(id) !== deadline) continue;
      if (this.#leases.record(id) === undefined) this.#deadlines.delete(id);
      else if (deadline.at > now) this.#push({ ...top, at: deadline.at });
      else {
        out.push(id);
        this.#push({ ...top, at: now + EXPIRY_RETRY_MS });
      }
    }
    return out;
  }

  /** When expired() may next have something to say; undefined: no lease. */
  nextAlarm(): number | undefined {
    return this.#alarms[0]?.at;
  }

  /** Whole seconds left, rounded down, never negative; undefined when the lease is unknown or this is no leader. */
  remaining(id: LeaseId, now: number): number | undefined {
    const deadline = this.#deadlines.get(id);
    if (deadline === undefined || this.#leases.record(id) === undefined) return undefined;
    return Math.max(0, Math.floor((deadline.at - now) / 1000));
  }

  /** All leases, soonest expiry first. */
  byExpiry(): LeaseId[] {
    const at = (id: LeaseId) => this.#deadlines.get(id)?.at ?? Number.POSITIVE_INFINITY;
    return [...this.#leases.list()].sort((a, b) => at(a) - at(b));
  }

  /**
   * Leases with a TTL above `ttlMin` seconds and what is left of it, so that a leader change does not start their whole
   * TTL over (etcd's lease checkpoints). Propose them as one LeaseCheckpoint.
   */
  checkpoints(now: number, ttlMin: number): { readonly id: LeaseId; readonly remainingTtl: number }[] {
    const out: { id: LeaseId; remainingTtl: number }[] = [];
    for (const [id, deadline] of this.#deadlines) {
      const record = this.#leases.record(id);
      if (record === undefined || record.grantedTtl <= ttlMin || deadline.at <= now) continue;
      const remainingTtl = Math.ceil((deadline.at - now) / 1000);
      if (remainingTtl < record.grantedTtl) out.push({ id, remainingTtl });
    }
    return out;
  }

  #arm(id: LeaseId, at: number): void {
    const deadline = { at };
    this.#deadlines.set(id, deadline);
    this.#push({ at, id, deadline });
  }

  #push(alarm: Alarm): void {
    const heap = this.#alarms;
    let at = heap.push(alarm) - 1;
    while (at > 0) {
      const parent = (at - 1) >>> 1;
      if ((heap[parent] as Alarm).at <= alarm.at) break;
      heap[at] = heap[parent] as Alarm;
      at = parent;
    }
    heap[at] = alarm;
  }

  #pop(): void {
    const heap = this.#alarms;
    const last = heap.pop();
    if (last === undefined || heap.length === 0) return;
    let at = 0;
    for (;;) {
      let child = at * 2 + 1;
      if (child >= heap.length) break;
      const right = child + 1;
      if (right < heap.length && (heap[right] as Alarm).at < (heap[child] as Alarm).at) child = right;
      if ((heap[child] as Alarm).at >= last.at) break;
      heap[at] = heap[child] as Alarm;
      at = child;
    }
    heap[at] = last;
  }
}
