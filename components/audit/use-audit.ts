'use client';

import { useInfiniteQuery } from '@tanstack/react-query';
import { useMemo } from 'react';
import type { AuditEntry } from '../../lib/api/audit.ts';
import { queries } from '../../lib/api/queries.ts';
import { useThrottled } from '../keys/use-throttled.ts';
import { useOnChanges } from '../shell/use-live.ts';

const PREFIX = '/quorate/audit/';
const REFRESH_MS = 500;
const PAGE_ENTRIES = 100;

export interface AuditFilter {
  readonly q: string | null;
  readonly user: string | null;
  readonly result: AuditEntry['result'] | null;
}

/** The trail from the newest entry on, as far as it was asked for. At a revision: as it stood then. */
export function useAudit(storeId: string, filter: AuditFilter, rev: string | null) {
  const query = useInfiniteQuery(queries.audit(storeId, { ...filter, rev, limit: PAGE_ENTRIES }));
  const refresh = useThrottled(REFRESH_MS, () => void query.refetch());
  useOnChanges((rows) => {
    if (rev !== null) return;
    if (
      rows.some((row) => row.kind === 'gap' || (typeof row.event.key === 'string' && row.event.key.startsWith(PREFIX)))
    )
      refresh();
  });
  const pages = query.data?.pages;
  const entries = useMemo(() => pages?.flatMap((page) => page.entries) ?? [], [pages]);
  return { query, entries, first: pages?.[0], searched: pages?.reduce((sum, page) => sum + page.searched, 0) ?? 0 };
}
