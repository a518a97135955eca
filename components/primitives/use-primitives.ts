'use client';

import { keepPreviousData, type QueryKey, useQuery, useQueryClient } from '@tanstack/react-query';
import { queries } from '../../lib/api/queries.ts';
import type { ChangeEvent, WireInt } from '../../lib/api/types.ts';
import { wireToByteString } from '../../lib/keys/wire-bytes.ts';
import { partOf } from '../../lib/recognise/primitives.ts';
import { useThrottled } from '../keys/use-throttled.ts';
import { useOnChanges } from '../shell/use-live.ts';

/** A change shows at once; under steady traffic the answer is asked for again this often at most. */
const REFRESH_MS = 300;

/** Semaphores, barriers, queues, counters and groups, now or at `rev`, fresh with the stream. */
export function usePrimitives(storeId: string, rev: WireInt | null) {
  const options = queries.primitives(storeId, rev);
  useRefreshed(options.queryKey, rev);
  return useQuery({ ...options, placeholderData: keepPreviousData });
}

/** Services, likewise. */
export function useServices(storeId: string, rev: WireInt | null) {
  const options = queries.services(storeId, rev);
  useRefreshed(options.queryKey, rev);
  return useQuery({ ...options, placeholderData: keepPreviousData });
}

function useRefreshed(queryKey: QueryKey, rev: WireInt | null): void {
  const client = useQueryClient();
  const refresh = useThrottled(REFRESH_MS, () => void client.invalidateQueries({ queryKey }));
  useOnChanges((rows) => {
    if (rev === null && rows.some((row) => row.kind === 'gap' || mayTakePart(row.event))) refresh();
  });
}

/** A deletion says nothing of the lease the key had, and any number may turn out to be a counter. */
function mayTakePart(event: ChangeEvent): boolean {
  if (event.type === 'delete' || Number(event.version) > 1) return true;
  const lease = event.lease === null ? 0n : 1n;
  return partOf({ key: wireToByteString(event.key), lease, valueBytes: event.valueBytes, version: 1 }) !== null;
}
