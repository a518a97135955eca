/**
 * One query-options factory per resource (style rule 27). Keys start with the store's id; a read pinned to a revision never goes
 * stale, because the past does not change; a live read is refreshed by the stream (invalidated by its owner), not by a timer.
 */
import { infiniteQueryOptions, keepPreviousData, queryOptions } from '@tanstack/react-query';
import type { BulkRequest } from './bulk-types.ts';
import {
  type AuditPageQuery,
  api,
  type CoordinationQuery,
  type DiffQuery,
  type HeatQuery,
  type HistoryQuery,
  type KeyQuery,
  type SpaceQuery,
  type TrashQuery,
} from './client.ts';
import { type ChildrenQuery, frameApi } from './frame-client.ts';
import { knownUpTo, mergeHistory } from './health-history.ts';
import type { HealthWindow } from './health-types.ts';
import type { LeaseListQuery } from './lease-types.ts';
import type { DeleteTarget, WireBytes, WireHexId, WireInt } from './types.ts';

/** The past does not change. */
const FOREVER = Number.POSITIVE_INFINITY;
/** Live reads stay fresh until the stream says otherwise; a remount after this long reads again. */
const LIVE_STALE_MS = 10_000;

/** No stream tells of all stores at once. */
const STORES_EVERY_MS = 1_000;

const staleTimeOf = (rev: string | null | undefined): number =>
  rev === undefined || rev === null ? LIVE_STALE_MS : FOREVER;

/** Prefixes of query keys, for invalidation. */
export const queryKeys = {
  store: (store: string) => ['store', store] as const,
  children: (store: string) => ['store', store, 'children'] as const,
  key: (store: string, key: WireBytes) => ['store', store, 'key', key] as const,
  history: (store: string, key: WireBytes) => ['store', store, 'history', key] as const,
  trash: (store: string) => ['store', store, 'trash'] as const,
  leases: (store: string) => ['store', store, 'leases'] as const,
  coordination: (store: string) => ['store', store, 'coordination'] as const,
  access: (store: string) => ['store', store, 'access'] as const,
  audit: (store: string) => ['store', store, 'audit'] as const,
  clusterHistory: (store: string) => ['store', store, 'cluster-history'] as const,
};

export const queries = {
  audit: (store: string, query: Omit<AuditPageQuery, 'before'>) =>
    infiniteQueryOptions({
      queryKey: [...queryKeys.audit(store), query],
      queryFn: ({ pageParam, signal }) => api.audit(store, { ...query, before: pageParam }, signal),
      initialPageParam: null as string | null,
      getNextPageParam: (page) => page.next,
      staleTime: staleTimeOf(query.rev),
    }),
  access: (store: string) =>
    queryOptions({
      queryKey: queryKeys.access(store),
      queryFn: ({ signal }) => api.access(store, signal),
      staleTime: LIVE_STALE_MS,
    }),
  clusterHistory: (store: string) =>
    queryOptions({
      queryKey: queryKeys.clusterHistory(store),
      queryFn: async ({ signal, client, queryKey }) => {
        const known = client.getQueryData<HealthWindow>(queryKey);
        return mergeHistory(known, await api.clusterHistory(store, knownUpTo(known), signal));
      },
      staleTime: LIVE_STALE_MS,
    }),
  clusterElection: (store: string, at: number) =>
    queryOptions({
      queryKey: [...queryKeys.store(store), 'election', at],
      queryFn: ({ signal }) => api.clusterElection(store, at, signal),
      // A member that comes back tells more of it.
      staleTime: 0,
    }),
  /** Answered from the console's memory, which each store's members feed: asking again costs no store anything. */
  storesHealth: () =>
    queryOptions({
      queryKey: ['stores', 'health'],
      queryFn: ({ signal }) => api.storesHealth(signal),
      refetchInterval: STORES_EVERY_MS,
      staleTime: 0,
    }),
  children: (store: string, query: ChildrenQuery) =>
    queryOptions({
      queryKey: [...queryKeys.children(store), query],
      queryFn: ({ signal }) => frameApi.children(store, query, signal),
      staleTime: staleTimeOf(query.rev),
    }),
  space: (store: string, query: SpaceQuery) =>
    queryOptions({
      queryKey: ['store', store, 'space', query],
      queryFn: ({ signal }) => api.space(store, query, signal),
      staleTime: staleTimeOf(query.rev),
      placeholderData: keepPreviousData,
    }),
  heat: (store: string, query: HeatQuery) =>
    queryOptions({
      queryKey: ['store', store, 'heat', query],
      queryFn: ({ signal }) => api.heat(store, query, signal),
      staleTime: staleTimeOf(query.rev),
      placeholderData: keepPreviousData,
    }),
  search: (store: string, q: string, limit: number) =>
    queryOptions({
      queryKey: ['store', store, 'search', q, limit],
      queryFn: ({ signal }) => api.search(store, { q, limit }, signal),
      staleTime: LIVE_STALE_MS,
      placeholderData: keepPreviousData,
    }),
  key: (store: string, query: KeyQuery) =>
    queryOptions({
      queryKey: [...queryKeys.key(store, query.key), query.rev ?? null],
      queryFn: ({ signal }) => api.key(store, query, signal),
      staleTime: staleTimeOf(query.rev),
    }),
  history: (store: string, query: HistoryQuery) =>
    queryOptions({
      queryKey: [...queryKeys.history(store, query.key), query.before ?? null, query.limit ?? null],
      queryFn: ({ signal }) => api.history(store, query, signal),
      staleTime: LIVE_STALE_MS,
    }),
  deletePreview: (store: string, target: DeleteTarget) =>
    queryOptions({
      queryKey: ['store', store, 'delete-preview', target],
      queryFn: ({ signal }) => api.deletePreview(store, target, signal),
      // A preview is a promise about this very moment.
      staleTime: 0,
      gcTime: 0,
    }),
  bulkPreview: (store: string, request: BulkRequest) =>
    queryOptions({
      queryKey: ['store', store, 'bulk-preview', request],
      queryFn: ({ signal }) => api.bulkPreview(store, request, signal),
      // As a delete's: a promise about this very moment. While a lease is chosen the former one stays on screen.
      staleTime: 0,
      gcTime: 0,
      placeholderData: keepPreviousData,
      refetchOnWindowFocus: false,
    }),
  trash: (store: string, query: TrashQuery) =>
    queryOptions({
      queryKey: [...queryKeys.trash(store), query],
      queryFn: ({ signal }) => api.trash(store, query, signal),
      staleTime: LIVE_STALE_MS,
    }),
  diff: (store: string, query: DiffQuery) =>
    queryOptions({
      queryKey: ['store', store, 'diff', query],
      queryFn: ({ signal }) => api.diff(store, query, signal),
      staleTime: staleTimeOf(query.to),
      placeholderData: keepPreviousData,
    }),
  leases: (store: string, query: LeaseListQuery) =>
    queryOptions({
      queryKey: [...queryKeys.leases(store), 'list', query],
      queryFn: ({ signal }) => api.leases(store, query, signal),
      staleTime: LIVE_STALE_MS,
      placeholderData: keepPreviousData,
    }),
  lease: (store: string, id: WireHexId) =>
    queryOptions({
      queryKey: [...queryKeys.leases(store), id],
      queryFn: ({ signal }) => api.lease(store, id, signal),
      staleTime: LIVE_STALE_MS,
    }),
  coordination: (store: string, query: CoordinationQuery) =>
    queryOptions({
      queryKey: [...queryKeys.coordination(store), 'list', query],
      queryFn: ({ signal }) => api.coordination(store, query, signal),
      staleTime: staleTimeOf(query.rev),
      placeholderData: keepPreviousData,
    }),
  waits: (store: string, rev: WireInt | null) =>
    queryOptions({
      queryKey: [...queryKeys.coordination(store), 'waits', rev],
      queryFn: ({ signal }) => api.waits(store, { rev }, signal),
      staleTime: staleTimeOf(rev),
    }),
  primitives: (store: string, rev: WireInt | null) =>
    queryOptions({
      queryKey: [...queryKeys.coordination(store), 'primitives', rev],
      queryFn: ({ signal }) => api.primitives(store, { rev }, signal),
      staleTime: staleTimeOf(rev),
    }),
  services: (store: string, rev: WireInt | null) =>
    queryOptions({
      queryKey: [...queryKeys.coordination(store), 'services', rev],
      queryFn: ({ signal }) => api.services(store, { rev }, signal),
      staleTime: staleTimeOf(rev),
    }),
  coordinationGroup: (store: string, query: KeyQuery) =>
    queryOptions({
      queryKey: [...queryKeys.coordination(store), 'group', query.key, query.rev ?? null],
      queryFn: ({ signal }) => api.coordinationGroup(store, query, signal),
      staleTime: staleTimeOf(query.rev),
    }),
  coordinationTerms: (store: string, query: { readonly key: WireBytes; readonly before: WireInt }) =>
    queryOptions({
      // Apart from what the stream invalidates: the past before a revision does not change.
      queryKey: ['store', store, 'coordination-terms', query.key, query.before],
      queryFn: ({ signal }) => api.coordinationTerms(store, query, signal),
      staleTime: FOREVER,
    }),
} as const;
