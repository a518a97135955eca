'use client';

import { useIsLeaderless, useNow } from '../shell/use-live.ts';
import { cn } from '../ui/cn.ts';
import { leaseTime, leaseTimeText, type SaidOfLease } from './lease-time.ts';

/** What is left is known in whole seconds. */
const TICK_MS = 1_000;
const BAR_PX = 64;

const LEADERLESS = 'The leader counts the time of leases. The store has none now: no lease ends, and none is renewed.';

export interface LeaseCountdownProps {
  readonly lease: SaidOfLease;
  /** Draws the bar before the time. */
  readonly withBar?: boolean;
  readonly className?: string;
}

/** Time left of a lease, counting from what the store said. Silent for screen readers between two looks. */
export function LeaseCountdown({ lease, withBar = true, className }: LeaseCountdownProps) {
  const now = useNow(TICK_MS);
  const time = leaseTime(lease, now === 0 ? lease.at : now);
  const isLeaderless = useIsLeaderless();
  if (isLeaderless && time.state !== 'gone') {
    return (
      <span className={cn('inline-flex items-center gap-2', className)} title={LEADERLESS}>
        {withBar ? <LeaseBar share={0} isUrgent={false} /> : null}
        <span className="whitespace-nowrap text-stale">no leader</span>
      </span>
    );
  }
  const isUrgent = time.state === 'soon' || time.state === 'due';
  return (
    <span className={cn('inline-flex items-center gap-2', className)} suppressHydrationWarning>
      {withBar ? <LeaseBar share={time.share} isUrgent={isUrgent} /> : null}
      <span
        className={cn(
          'mono whitespace-nowrap',
          isUrgent ? 'font-medium text-risk' : time.state === 'gone' ? 'text-fg-3' : 'text-fg',
        )}
        suppressHydrationWarning
      >
        {isUrgent ? <span aria-hidden="true">△ </span> : null}
        {leaseTimeText(time)}
      </span>
    </span>
  );
}

/** The share of the granted time that is left. The number beside it says the same. */
function LeaseBar({ share, isUrgent }: { readonly share: number; readonly isUrgent: boolean }) {
  return (
    <span aria-hidden="true" className="relative inline-block h-1.5 w-16 shrink-0 overflow-hidden rounded-full bg-line">
      <span
        className={cn('absolute inset-y-0 left-0 rounded-full', isUrgent ? 'bg-risk' : 'bg-lease')}
        // Whole pixels, and no motion of its own: a screen full of bars must not be painted anew for what nobody can see.
        style={{ width: Math.round(share * BAR_PX) }}
      />
    </span>
  );
}
