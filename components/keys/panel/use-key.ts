'use client';

import { keepPreviousData, useQueries, useQuery, useQueryClient } from '@tanstack/react-query';
import { useState } from 'react';
import { queries, queryKeys } from '../../../lib/api/queries.ts';
import type { KeyHistory, WireBytes, WireInt } from '../../../lib/api/types.ts';
import { wireId } from '../../../lib/keys/wire-bytes.ts';
import { useOnChanges } from '../../shell/use-live.ts';
import { useThrottled } from '../use-throttled.ts';

/** A key that is written in a storm is read again at most this often. */
const REFRESH_MS = 250;
/** The remaining time of a lease is not on the stream: keep-alives are no changes. */
const LEASE_REFRESH_MS = 5_000;
const VERSIONS_PER_PAGE = 30;

/** The key as it is now, or at a revision, read again when the stream tells of a change of it. */
export function useKey(storeId: string, { key, rev }: { readonly key: WireBytes; readonly rev: WireInt | null }) {
  return useQuery({
    ...queries.key(storeId, { key, rev }),
    placeholderData: (previous, query) =>
      isSameKey(query?.queryKey, storeId, key) ? keepPreviousData(previous) : undefined,
    refetchInterval: (query) => (rev === null && query.state.data?.lease != null ? LEASE_REFRESH_MS : false),
  });
}

const isSameKey = (queryKey: readonly unknown[] | undefined, storeId: string, key: WireBytes): boolean =>
  queryKey !== undefined && JSON.stringify(queryKey.slice(0, 4)) === JSON.stringify(queryKeys.key(storeId, key));

/** Every retained version of the key, newest first, page by page. */
export function useKeyHistory(storeId: string, key: WireBytes) {
  const [cursors, setCursors] = useState<readonly (WireInt | null)[]>([null]);
  const pages = useQueries({
    queries: cursors.map((before) => queries.history(storeId, { key, before, limit: VERSIONS_PER_PAGE })),
  });
  const known = pages.flatMap((page) => (page.data === undefined ? [] : [page.data]));
  const last = known.at(-1);
  const first = known[0];
  const data: KeyHistory | undefined =
    first === undefined || last === undefined
      ? undefined
      : { ...last, compacted: first.compacted, versions: known.flatMap((page) => page.versions) };
  const nextBefore = last?.nextBefore ?? null;
  return {
    data,
    error: pages.find((page) => page.error !== null)?.error ?? null,
    isLoadingMore: pages.length > 1 && (pages.at(-1)?.isPending ?? false),
    loadMore: () => {
      if (nextBefore !== null && known.length === cursors.length) setCursors([...cursors, nextBefore]);
    },
    retry: () => {
      for (const page of pages) if (page.error !== null) void page.refetch();
    },
  };
}

/** Marks key and history as out of date when the stream tells of a change of this key, or cannot tell. */
export function useKeyRefresh(storeId: string, key: WireBytes): void {
  const client = useQueryClient();
  const id = wireId(key);
  const refresh = useThrottled(REFRESH_MS, () => {
    void client.invalidateQueries({ queryKey: queryKeys.key(storeId, key) });
    void client.invalidateQueries({ queryKey: queryKeys.history(storeId, key) });
  });
  useOnChanges((rows) => {
    if (rows.some((row) => row.kind === 'gap' || wireId(row.event.key) === id)) refresh();
  });
}
