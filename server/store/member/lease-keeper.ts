/**
 * The leader's side of leases: renewals on its monotonic clock without Raft, expiry through Raft, checkpoints.
 *
 * Expiry: every CHECK_MS; when a deadline has passed, leadership is confirmed first (a leader that stalled may have been replaced,
 * and its successor has extended the lease), then at most EXPIRED_PER_CHECK leases are revoked, REVOKES_IN_FLIGHT at a time.
 */
import { type LeaseId, leaseId } from '../../../lib/base/brand.ts';
import type { LeaseView } from '../apply/types.ts';
import { LeaseClock } from '../lease/lease-clock.ts';
import type { Clock, Timer } from '../ports/clock.ts';
import type { BarrierCallback } from './read-barriers.ts';

const CHECK_MS = 500;
const EXPIRED_PER_CHECK = 500;
const REVOKES_IN_FLIGHT = 16;
/** etcd's lease checkpoints: how often, and from which TTL on, seconds. */
const CHECKPOINT_MS = 5 * 60_000;
const CHECKPOINT_TTL_MIN = 5 * 60;
const CHECKPOINTS_PER_ENTRY = 1000;

interface LeaseKeeperOptions {
  readonly clock: Clock;
  readonly leases: LeaseView;
  readonly electionTimeoutMs: number;
  readonly confirmLeadership: (done: BarrierCallback) => void;
  /** `done` when the revoke was applied (true) or given up. */
  readonly revoke: (id: LeaseId, done: (isRevoked: boolean) => void) => void;
  readonly checkpoint: (
    checkpoints: readonly { readonly id: LeaseId; readonly remainingTtl: number }[],
    done: (isApplied: boolean) => void,
  ) => void;
}

export class LeaseKeeper {
  readonly #options: LeaseKeeperOptions;
  readonly #clock: LeaseClock;
  /** Changes with every gain or loss of leadership: what was started in another reign is dropped. */
  #reign = 0;
  #isLeader = false;
  #isConfirming = false;
  #queue: LeaseId[] = [];
  readonly #inFlight = new Set<LeaseId>();
  #timers: Timer[] = [];
  #checkpointedAt = 0;
  /** By this member as leader. */
  renewed = 0;
  expired = 0;

  constructor(options: LeaseKeeperOptions) {
    this.#options = options;
    const { leases } = options;
    this.#clock = new LeaseClock({ list: () => leases.list(), record: (id) => leases.get(leaseId(id)) });
  }

  /** This member became leader: every lease gets its full (or checkpointed) TTL and one election timeout. */
  promote(): void {
    this.demote();
    const now = this.#options.clock.now();
    this.#isLeader = true;
    this.#checkpointedAt = now;
    this.#clock.promote(now, this.#options.electionTimeoutMs);
    this.#schedule();
  }

  demote(): void {
    this.#reign++;
    this.#isLeader = false;
    this.#isConfirming = false;
    this.#queue = [];
    this.#inFlight.clear();
    for (const timer of this.#timers) timer.cancel();
    this.#timers = [];
    this.#clock.demote();
  }

  granted(id: LeaseId): void {
    this.#clock.granted(id, this.#options.clock.now());
  }

  /** Seconds granted anew, 0 when the lease is unknown or expired. A checkpoint is lifted before the answer. */
  renew(id: LeaseId, done: (ttl: number) => void): void {
    const isCheckpointed = (this.#options.leases.get(id)?.remainingTtl ?? 0) > 0;
    const ttl = this.#clock.renew(id, this.#options.clock.now());
    if (ttl > 0) this.renewed++;
    if (ttl === 0 || !isCheckpointed) done(ttl);
    else this.#options.checkpoint([{ id, remainingTtl: 0 }], () => done(ttl));
  }

  /** Whole seconds left; undefined when unknown. */
  remaining(id: LeaseId): number | undefined {
    return this.#clock.remaining(id, this.#options.clock.now());
  }

  byExpiry(): LeaseId[] {
    return this.#clock.byExpiry();
  }

  #schedule(): void {
    const timer = this.#options.clock.after(CHECK_MS, () => {
      this.#timers = [];
      this.#check();
      this.#schedule();
    });
    this.#timers = [timer];
  }

  #check(): void {
    const now = this.#options.clock.now();
    const next = this.#clock.nextAlarm();
    if (next !== undefined && next <= now && !this.#isConfirming && this.#queue.length === 0) this.#expire();
    if (now - this.#checkpointedAt < CHECKPOINT_MS) return;
    this.#checkpointedAt = now;
    const due = this.#clock.checkpoints(now, CHECKPOINT_TTL_MIN);
    for (let at = 0; at < due.length; at += CHECKPOINTS_PER_ENTRY)
      this.#options.checkpoint(due.slice(at, at + CHECKPOINTS_PER_ENTRY), () => undefined);
  }

  #expire(): void {
    const reign = this.#reign;
    this.#isConfirming = true;
    this.#options.confirmLeadership((error) => {
      if (reign !== this.#reign) return;
      this.#isConfirming = false;
      if (error !== undefined || !this.#isLeader) return;
      const expired = this.#clock.expired(this.#options.clock.now(), EXPIRED_PER_CHECK);
      this.#queue = expired.filter((id) => !this.#inFlight.has(id));
      this.#revokeMore();
    });
  }

  #revokeMore(): void {
    const reign = this.#reign;
    while (this.#inFlight.size < REVOKES_IN_FLIGHT) {
      const id = this.#queue.shift();
      if (id === undefined) return;
      this.#inFlight.add(id);
      this.#options.revoke(id, (isRevoked) => {
        if (isRevoked) this.expired++;
        if (reign !== this.#reign) return;
        this.#inFlight.delete(id);
        this.#revokeMore();
      });
    }
  }
}
