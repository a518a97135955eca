/**
 * When a lease was renewed, read out of its time left.
 *
 * A renewal sets the time left to the whole TTL again, so `at - (granted - remaining)` is the moment of the last one. The store tells
 * whole seconds, rounded down: the moment lies in the second that begins there. Renewals between two questions leave no trace but the
 * last of them, which is why a rhythm is only told where questions were several times as frequent.
 */
import type { LeaseRhythm } from '../../../lib/api/lease-types.ts';

/** Older ones fall out. */
export const RENEWALS_MAX = 24;
const WHOLE_SECOND_MS = 1_000;
/** The second that is not told, and the time a question takes. */
const BLUR_MS = 1_200;
/** Of renewals about a second apart every other one may look like the one before: what looks quicker than this may be twice as quick. */
const RHYTHM_MS_MIN = 6_000;
/** Unseen for longer than this share before a renewal, there may have been one more. */
const UNSEEN_SHARE_MAX = 0.25;
const RHYTHM_INTERVALS_MIN = 2;
/** Clients renew at a third of the TTL: after half of it somebody who should have renewed has not. */
const OVERDUE_SHARE = 0.5;

export interface LeaseSample {
  readonly grantedTtlSeconds: number;
  readonly remainingTtlSeconds: number;
  readonly at: number;
}

export class Renewals {
  #observedFrom = 0;
  #lastAt = 0;
  /** At the last question, at least so much of the TTL had passed. */
  #passedMs = 0;
  #moments: number[] = [];
  /** Between renewals that followed each other for certain. */
  #intervals: number[] = [];

  /** Samples come in the order in which they were taken. */
  note({ grantedTtlSeconds, remainingTtlSeconds, at }: LeaseSample): void {
    const passed = Math.max(0, grantedTtlSeconds - remainingTtlSeconds) * 1_000;
    const renewedAt = at - passed;
    const pauseMs = at - this.#lastAt;
    if (this.#lastAt === 0 || pauseMs > grantedTtlSeconds * 1_000 * OVERDUE_SHARE + BLUR_MS) this.#observedFrom = at;
    const last = this.#moments.at(-1);
    if (last === undefined || renewedAt >= last + BLUR_MS) {
      if (last !== undefined) this.#noteInterval(renewedAt - last, renewedAt - this.#lastAt);
      this.#moments = [...this.#moments.slice(1 - RENEWALS_MAX), renewedAt];
    }
    this.#lastAt = at;
    this.#passedMs = Math.max(0, passed - WHOLE_SECOND_MS);
  }

  /** As of the last sample. */
  rhythm(grantedTtlSeconds: number): LeaseRhythm {
    return {
      observedFrom: this.#observedFrom,
      renewals: this.#moments,
      everyMs: this.#intervals.length < RHYTHM_INTERVALS_MIN ? null : median(this.#intervals),
      pace: this.pace(grantedTtlSeconds),
    };
  }

  pace(grantedTtlSeconds: number): LeaseRhythm['pace'] {
    if (this.#passedMs > grantedTtlSeconds * 1_000 * OVERDUE_SHARE) return 'overdue';
    return (this.#moments.at(-1) ?? 0) > this.#observedFrom ? 'kept' : 'unknown';
  }

  #noteInterval(intervalMs: number, unseenMs: number): void {
    if (intervalMs < RHYTHM_MS_MIN || unseenMs + WHOLE_SECOND_MS > intervalMs * UNSEEN_SHARE_MAX) return;
    this.#intervals = [...this.#intervals.slice(1 - RENEWALS_MAX), intervalMs];
  }
}

function median(values: readonly number[]): number {
  const sorted = [...values].sort((a, b) => a - b);
  return sorted[Math.floor(sorted.length / 2)] ?? 0;
}
