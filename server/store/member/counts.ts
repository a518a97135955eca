/** What a member counts of itself since it started, for /metrics. */
import { doublingBounds, Histogram } from '../../../lib/base/histogram.ts';
import type { Applied } from '../apply/types.ts';

export interface ProposalCounts {
  /** Writes of this member's clients not answered yet. */
  readonly pending: number;
  /** Writes that ran out of time, lost their leader, or were never taken. */
  readonly failed: number;
}

export interface ReadCounts {
  /** Linearizable reads given up. */
  readonly failed: number;
  /** Confirmations of leadership that had to be asked for again. */
  readonly slow: number;
}

export interface LeaseCounts {
  readonly granted: number;
  readonly revoked: number;
  /** On the leader alone, like those that expired. */
  readonly renewed: number;
  readonly expired: number;
}

export interface MemberCounts {
  readonly proposals: ProposalCounts;
  readonly reads: ReadCounts;
  readonly leases: LeaseCounts;
  readonly applies: ApplyMeter;
  /** Heartbeats this leader was late with. */
  readonly lateHeartbeats: number;
  readonly learnersPromoted: number;
  /** How long databases for Maintenance.Snapshot took to make. */
  readonly snapshotSeconds: Histogram;
}

/** etcd's bounds: 0.1 ms doubled up to 52 s. */
const APPLY_BUCKETS_SECONDS = doublingBounds(0.0001, 20);
/** etcd's bounds: 10 ms doubled up to 655 s. */
export const SNAPSHOT_BUCKETS_SECONDS = doublingBounds(0.01, 17);
/** Longer than this is slow: etcd's --warning-apply-duration. */
export const SLOW_APPLY_MS_DEFAULT = 100;

/** How long requests took to apply, by what they are and whether they were refused. */
export class ApplyMeter {
  readonly #slowMs: number;
  readonly #seconds = new Map<string, { readonly accepted: Histogram; readonly refused: Histogram }>();
  slow = 0;

  constructor(slowMs: number) {
    this.#slowMs = slowMs;
  }

  /** True when it was slow. */
  observe({ operation, outcome }: Applied, ms: number): boolean {
    if (operation === undefined) return false;
    let pair = this.#seconds.get(operation);
    if (pair === undefined) {
      pair = { accepted: new Histogram(APPLY_BUCKETS_SECONDS), refused: new Histogram(APPLY_BUCKETS_SECONDS) };
      this.#seconds.set(operation, pair);
    }
    (outcome.ok ? pair.accepted : pair.refused).observe(ms / 1000);
    if (ms <= this.#slowMs) return false;
    this.slow++;
    return true;
  }

  /** Those seen so far. */
  *seconds(): Iterable<{ readonly operation: string; readonly isAccepted: boolean; readonly histogram: Histogram }> {
    for (const [operation, { accepted, refused }] of this.#seconds) {
      yield { operation, isAccepted: true, histogram: accepted };
      yield { operation, isAccepted: false, histogram: refused };
    }
  }
}
