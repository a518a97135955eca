/**
 * How much of a lease is left, drawn between two answers of the store. TTLs come in whole seconds, so the countdown is right to
 * a second and says no more than that.
 */
import type { LeaseReading } from '../../lib/api/lease-types.ts';
import { durationText } from '../../lib/format/time.ts';

/** What the store said of a lease, and when. */
export type SaidOfLease = Omit<LeaseReading, 'rhythm'>;

export interface LeaseTime {
  /** Milliseconds left at `now`, never negative. */
  readonly leftMs: number;
  /** 0 … 1 of the granted TTL. */
  readonly share: number;
  /** 'due': the time is up by our count, but the store has not said that it ended. */
  readonly state: 'running' | 'soon' | 'due' | 'gone';
}

/** Below this much left a lease is about to end. */
const SOON_MS = 10_000;

/** `now` by the console's clock, as `lease.at` is. */
export function leaseTime(lease: SaidOfLease, now: number): LeaseTime {
  const remaining = Number(lease.remainingTtlSeconds);
  const granted = Math.max(1, Number(lease.grantedTtlSeconds));
  if (remaining < 0) return { leftMs: 0, share: 0, state: 'gone' };
  const leftMs = Math.max(0, remaining * 1000 - Math.max(0, now - lease.at));
  const share = Math.min(1, leftMs / (granted * 1000));
  const isSoon = leftMs < Math.min(SOON_MS, granted * 1000 * 0.25);
  return { leftMs, share, state: leftMs === 0 ? 'due' : isSoon ? 'soon' : 'running' };
}

/** "4 s", "1 min 20 s", "3 h 2 min"; "ends now" when due; "ended" when gone. */
export function leaseTimeText({ leftMs, state }: LeaseTime): string {
  if (state === 'gone') return 'ended';
  if (state === 'due') return 'ends now';
  return durationText(Math.ceil(leftMs / 1000) * 1000);
}
