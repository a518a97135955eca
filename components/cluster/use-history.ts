'use client';

import { type UseQueryResult, useQuery } from '@tanstack/react-query';
import { useEffect } from 'react';
import type { HealthWindow } from '../../lib/api/health-types.ts';
import { queries } from '../../lib/api/queries.ts';
import { useCluster } from '../shell/use-live.ts';
import { useStore } from '../shell/use-store.ts';

/** The console closes a slice a moment after its end. */
const LATE_MS = 1_500;

/** How each member did; what is new is fetched when the stream shows that a slice has ended. */
export function useHistory(): UseQueryResult<HealthWindow> {
  const store = useStore();
  const at = useCluster()?.value.at ?? null;
  const query = useQuery(queries.clusterHistory(store.id));
  const everyMs = query.data?.everyMs ?? null;
  const slice = at === null || everyMs === null ? null : Math.floor((at - LATE_MS) / everyMs);
  const { refetch } = query;
  useEffect(() => {
    if (slice !== null) void refetch();
  }, [slice, refetch]);
  return query;
}
