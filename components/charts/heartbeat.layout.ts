/** Renewals of a lease on a line of time that ends now; and where its time is up if nobody renews it. In px. */
import type { LeaseReading } from '../../lib/api/lease-types.ts';

/** Beats shown to the left of now, and the whole TTL to the right. */
const PAST_TTLS = 2;
const PAST_MS_MIN = 15_000;
const PAST_MS_MAX = 600_000;

export interface Heartbeat {
  readonly beats: readonly { readonly at: number; readonly x: number }[];
  /** Left of it nobody looked. */
  readonly watchedX: number;
  readonly nowX: number;
  /** Where the lease runs out. */
  readonly endX: number;
  readonly from: number;
}

export function layoutHeartbeat({
  reading,
  now,
  width,
}: {
  readonly reading: LeaseReading;
  readonly now: number;
  readonly width: number;
}): Heartbeat {
  const granted = Number(reading.grantedTtlSeconds) * 1_000;
  const pastMs = Math.min(PAST_MS_MAX, Math.max(PAST_MS_MIN, granted * PAST_TTLS));
  // The future takes the share that a whole TTL has, so that the end moves right at each beat; at most half.
  const futureMs = Math.min(pastMs, granted);
  const from = now - pastMs;
  const x = (at: number): number => Math.max(0, Math.min(width, ((at - from) / (pastMs + futureMs)) * width));
  return {
    beats: reading.rhythm.renewals.filter((at) => at >= from && at <= now).map((at) => ({ at, x: x(at) })),
    watchedX: x(reading.rhythm.observedFrom),
    nowX: x(now),
    endX: x(reading.at + Number(reading.remainingTtlSeconds) * 1_000),
    from,
  };
}
