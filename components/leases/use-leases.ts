'use client';

import { useQuery } from '@tanstack/react-query';
import type { LeaseListQuery } from '../../lib/api/lease-types.ts';
import { queries } from '../../lib/api/queries.ts';
import type { WireHexId } from '../../lib/api/types.ts';
import { useThrottled } from '../keys/use-throttled.ts';
import { useOnChanges } from '../shell/use-live.ts';

/** Keep-alives are no changes, so the stream cannot tell of them: the console's answer is asked for again. */
const REFRESH_MS = 3_000;
/** A change of a leased key shows sooner, but not more often than this. */
const CHANGE_REFRESH_MS = 1_000;

/** A page of the leases, renewed while it is looked at. */
export function useLeases(storeId: string, query: LeaseListQuery) {
  const list = useQuery({ ...queries.leases(storeId, query), refetchInterval: REFRESH_MS });
  useRefreshOnLeasedChanges(() => void list.refetch());
  return list;
}

/** One lease with all its keys, as the store says. */
export function useLeaseView(storeId: string, id: WireHexId) {
  const lease = useQuery({ ...queries.lease(storeId, id), refetchInterval: REFRESH_MS });
  useRefreshOnLeasedChanges(() => void lease.refetch());
  return lease;
}

function useRefreshOnLeasedChanges(task: () => void): void {
  const refresh = useThrottled(CHANGE_REFRESH_MS, task);
  useOnChanges((rows) => {
    if (rows.some((row) => row.kind === 'gap' || row.event.lease !== null || row.event.type === 'delete')) refresh();
  });
}
