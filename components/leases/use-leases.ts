'use client';

import { useQuery } from '@tanstack/react-query';
import { queries } from '../../lib/api/queries.ts';
import { useThrottled } from '../keys/use-throttled.ts';
import { useOnChanges } from '../shell/use-live.ts';

/** Keep-alives are no changes, so the stream cannot tell of them: the console's answer is asked for again. */
const REFRESH_MS = 3_000;
/** A change of a leased key shows sooner, but not more often than this. */
const CHANGE_REFRESH_MS = 1_000;

/** All leases, renewed while the page is looked at. */
export function useLeases(storeId: string) {
  const query = useQuery({ ...queries.leases(storeId), refetchInterval: REFRESH_MS });
  const refresh = useThrottled(CHANGE_REFRESH_MS, () => void query.refetch());
  useOnChanges((rows) => {
    if (rows.some((row) => row.kind === 'gap' || row.event.lease !== null || row.event.type === 'delete')) refresh();
  });
  return query;
}
