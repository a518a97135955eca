'use client';

import type { CoordinationGroup } from '../../lib/api/coordination-types.ts';
import { LeaseCountdown } from '../leases/lease-countdown.tsx';
import { useLeaseTime } from '../leases/use-lease-time.ts';
import { usePinnedRevision } from '../shell/use-pinned-revision.ts';
import { StatusMark } from '../ui/badge.tsx';
import { Tooltip } from '../ui/tooltip.tsx';
import { useMoment } from './moment.ts';
import { heldText, KIND_WORDS, whoText } from './words.ts';

/** Bar and countdown of a holder's lease; says so where there is none, or where the past keeps none. */
export function HolderLease({ group, isPast }: { readonly group: CoordinationGroup; readonly isPast: boolean }) {
  const { holder } = group;
  const time = useLeaseTime(isPast ? null : (holder?.lease ?? null));
  if (holder === null) return null;
  if (holder.lease === null) {
    return (
      <Tooltip content="The key lost its lease: it stays when the holder dies, until somebody deletes it.">
        <StatusMark tone="risk" tabIndex={0}>
          no lease
        </StatusMark>
      </Tooltip>
    );
  }
  if (isPast) return <span className="text-fg-3">not kept</span>;
  if (time === undefined) return <span className="text-fg-3">…</span>;
  return time === null ? <span className="text-fg-3">not told</span> : <LeaseCountdown lease={time} />;
}

/** The same for a row of a list, which may show the past. */
export function LeaseCell({ group }: { readonly group: CoordinationGroup }) {
  const { rev } = usePinnedRevision();
  return <HolderLease group={group} isPast={rev !== null} />;
}

/** How long the holder has held, in a cell. */
export function HeldFor({ group }: { readonly group: CoordinationGroup }) {
  const now = useMoment();
  if (group.holder === null || now === 0) return null;
  return (
    <span className="mono" suppressHydrationWarning>
      {heldText(group.term, now)}
    </span>
  );
}

/** ★ and who holds, or that nobody does. */
export function Holder({ group }: { readonly group: CoordinationGroup }) {
  if (group.holder === null)
    return <StatusMark tone="stale">{group.kind === 'lock' ? 'free' : 'no leader'}</StatusMark>;
  return (
    <StatusMark tone="leader" className="max-w-full [&>span]:truncate" title={KIND_WORDS[group.kind].holder}>
      {whoText(group.holder)}
    </StatusMark>
  );
}

/** How firmly a key is believed to be what it is shown as, with the reason. */
export function Confidence({ group }: { readonly group: Pick<CoordinationGroup, 'confidence' | 'reason'> }) {
  return (
    <Tooltip content={group.reason}>
      {/* biome-ignore lint/a11y/noNoninteractiveTabindex: the reason must be readable by keyboard too */}
      <span tabIndex={0} className="rounded-mark text-fg-3 text-meta underline decoration-dotted underline-offset-2">
        {group.confidence}
      </span>
    </Tooltip>
  );
}
