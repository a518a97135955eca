'use client';

import { useQuery, useQueryClient } from '@tanstack/react-query';
import { configQueries } from '../../lib/api/config-client.ts';
import type { ConfigMark } from '../../lib/api/config-marks.ts';
import { useThrottled } from '../keys/use-throttled.ts';
import { useOnChanges } from './use-live.ts';
import { useStoreId } from './use-store.ts';

const REFRESH_MS = 1_000;
const NONE: readonly ConfigMark[] = [];

/** Releases and rollouts on the line of revisions, fresh with the stream; none for those who may not read configuration. */
export function useConfigMarks(): readonly ConfigMark[] {
  const storeId = useStoreId();
  const client = useQueryClient();
  const query = configQueries.marks(storeId);
  const { data } = useQuery({ ...query, enabled: storeId !== '' });
  const refresh = useThrottled(REFRESH_MS, () => void client.invalidateQueries({ queryKey: query.queryKey }));
  const prefix = data?.prefix ?? null;
  useOnChanges((rows) => {
    if (prefix === null) return;
    const concerns = rows.some(
      (row) =>
        row.kind === 'gap' ||
        (typeof row.event.key === 'string' &&
          (row.event.key.startsWith(`${prefix}releases/`) || row.event.key.startsWith(`${prefix}rollouts/`))),
    );
    if (concerns) refresh();
  });
  return data?.marks ?? NONE;
}
