'use client';

import { useQuery } from '@tanstack/react-query';
import type { CoordinationGroup } from '../../lib/api/coordination-types.ts';
import { queries } from '../../lib/api/queries.ts';
import type { WireHexId } from '../../lib/api/types.ts';
import { LeaseCountdown } from '../leases/lease-countdown.tsx';
import { usePinnedRevision } from '../shell/use-pinned-revision.ts';
import { useStore } from '../shell/use-store.ts';
import { StatusMark } from '../ui/badge.tsx';
import { Tooltip } from '../ui/tooltip.tsx';
import { useMoment } from './moment.ts';
import { heldText, KIND_WORDS, whoText } from './words.ts';

/**
 * Keep-alives are no changes, so the stream cannot tell of them: the leases on the screen are asked for. Clients renew at a third
 * of the TTL; asking at a quarter of it keeps a healthy lease from looking as if it ran out.
 */
const LEASE_REFRESH_MAX_MS = 4_000;
const LEASE_REFRESH_MIN_MS = 500;

export const leaseRefreshMs = (grantedTtlSeconds: string): number =>
  Math.max(LEASE_REFRESH_MIN_MS, Math.min(LEASE_REFRESH_MAX_MS, Number(grantedTtlSeconds) * 250));

/** The lease as the store told last, while it is looked at. */
export function useLease(id: WireHexId | null) {
  const store = useStore();
  return useQuery({
    ...queries.lease(store.id, id ?? '0'),
    enabled: id !== null && store.id !== '',
    refetchInterval: ({ state }) =>
      state.data === undefined ? LEASE_REFRESH_MAX_MS : leaseRefreshMs(state.data.grantedTtlSeconds),
  });
}

/** Bar and countdown of a holder's lease; says so where there is none, or where the past keeps none. */
export function HolderLease({ group, isPast }: { readonly group: CoordinationGroup; readonly isPast: boolean }) {
  const { holder } = group;
  const { data } = useLease(isPast ? null : (holder?.lease ?? null));
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
  return data === undefined ? <span className="text-fg-3">…</span> : <LeaseCountdown lease={data} />;
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
