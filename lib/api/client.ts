/**
 * The console's HTTP API, as functions for the browser. One function per route; each takes an AbortSignal and throws
 * `ApiFailure` (what, where, code) when the answer is not the one promised.
 */
import type { AccessAction, AccessActionBody, AccessActionResult, AccessPlan, AccessView } from './access-types.ts';
import type { AuditEntry, AuditPage } from './audit.ts';
import type { BulkPreview, BulkRequest, BulkStart, JobView, PrefixDiff, TrashPage } from './bulk-types.ts';
import { bytesParams, call } from './call.ts';
import type {
  ClusterAction,
  ClusterActionBody,
  ClusterActionResult,
  ClusterHashes,
  ClusterPlan,
} from './cluster-types.ts';
import type {
  CoordinationDetail,
  CoordinationList,
  CoordinationListQuery,
  CoordinationTerms,
  PrimitiveList,
  ReleaseBody,
  ServiceList,
  WaitsView,
} from './coordination-types.ts';
import type { DrillHealBody, DrillHealed } from './drill-types.ts';
import type { ElectionExplained, HealthWindow } from './health-types.ts';
import type { LeaseList, LeaseListQuery, LeaseTimes } from './lease-types.ts';
import { routes } from './routes.ts';
import type { HeatView, SpaceMeasure, SpaceView } from './space-types.ts';
import type { StoreOverview } from './store-overview.ts';
import type {
  ClusterView,
  DeleteBody,
  DeletePreview,
  DeleteResult,
  DeleteTarget,
  KeyDetail,
  KeyHistory,
  LeaseGrantBody,
  LeaseRevokeBody,
  LeaseView,
  PutBody,
  RevisionAt,
  RevisionView,
  SearchPage,
  SignInBody,
  StoreSummary,
  WireBytes,
  WireHexId,
  WireInt,
  WriteResult,
} from './types.ts';

export interface SpaceQuery {
  readonly prefix: WireBytes;
  readonly by: SpaceMeasure;
  readonly rev?: WireInt | null;
}

export interface HeatQuery {
  readonly prefix: WireBytes;
  /** In ms; 0: as far as the console remembers. */
  readonly span: number;
  readonly rev?: WireInt | null;
}

/** `rev` null or absent: now. */
export type CoordinationQuery = CoordinationListQuery & { readonly rev?: WireInt | null };

export interface KeyQuery {
  readonly key: WireBytes;
  readonly rev?: WireInt | null;
}

export interface HistoryQuery {
  readonly key: WireBytes;
  /** Only versions older than this revision. */
  readonly before?: WireInt | null;
  readonly limit?: number;
}

export interface DiffQuery {
  readonly prefix: WireBytes;
  readonly from: WireInt;
  /** Null or absent: now. */
  readonly to?: WireInt | null;
  readonly offset?: number;
  readonly limit?: number;
}

export interface TrashQuery {
  readonly prefix: WireBytes;
  readonly before?: WireInt | null;
  readonly limit?: number;
}

type Signal = AbortSignal | undefined;

export interface AuditPageQuery {
  readonly before?: string | null;
  readonly limit?: number;
  readonly user?: string | null;
  readonly q?: string | null;
  readonly result?: AuditEntry['result'] | null;
  readonly rev?: WireInt | null;
}

export const api = {
  storesHealth: (signal?: Signal) => call<readonly StoreOverview[]>({ path: routes.storesHealth, signal }),
  signIn: (store: string, body: SignInBody) => call<StoreSummary>({ method: 'POST', path: routes.signIn(store), body }),
  signOut: (store: string) => call<StoreSummary>({ method: 'POST', path: routes.signOut(store) }),
  cluster: (store: string, signal?: Signal) => call<ClusterView>({ path: routes.cluster(store), signal }),
  revisions: (store: string, signal?: Signal) => call<RevisionView>({ path: routes.revisions(store), signal }),
  revisionAt: (store: string, time: number, signal?: Signal) =>
    call<RevisionAt>({ path: routes.revisionAt(store), params: bytesParams({}, { time }), signal }),
  space: (store: string, { prefix, ...plain }: SpaceQuery, signal?: Signal) =>
    call<SpaceView>({ path: routes.space(store), params: bytesParams({ prefix }, plain), signal }),
  heat: (store: string, { prefix, ...plain }: HeatQuery, signal?: Signal) =>
    call<HeatView>({ path: routes.heat(store), params: bytesParams({ prefix }, plain), signal }),
  search: (store: string, query: { readonly q: string; readonly limit?: number }, signal?: Signal) =>
    call<SearchPage>({ path: routes.search(store), params: bytesParams({}, query), signal }),
  key: (store: string, { key, rev }: KeyQuery, signal?: Signal) =>
    call<KeyDetail>({ path: routes.key(store), params: bytesParams({ key }, { rev }), signal }),
  putKey: (store: string, body: PutBody) => call<WriteResult>({ method: 'PUT', path: routes.key(store), body }),
  history: (store: string, { key, ...plain }: HistoryQuery, signal?: Signal) =>
    call<KeyHistory>({ path: routes.history(store), params: bytesParams({ key }, plain), signal }),
  deletePreview: (store: string, { key, prefix }: DeleteTarget, signal?: Signal) =>
    call<DeletePreview>({ path: routes.deletePreview(store), params: bytesParams({ key, prefix }), signal }),
  deleteKeys: (store: string, body: DeleteBody) =>
    call<DeleteResult>({ method: 'POST', path: routes.delete(store), body }),
  diff: (store: string, { prefix, ...plain }: DiffQuery, signal?: Signal) =>
    call<PrefixDiff>({ path: routes.diff(store), params: bytesParams({ prefix }, plain), signal }),
  trash: (store: string, { prefix, ...plain }: TrashQuery, signal?: Signal) =>
    call<TrashPage>({ path: routes.trash(store), params: bytesParams({ prefix }, plain), signal }),
  bulkPreview: (store: string, body: BulkRequest, signal?: Signal) =>
    call<BulkPreview>({ method: 'POST', path: routes.bulkPreview(store), body, signal }),
  jobs: (store: string, signal?: Signal) => call<readonly JobView[]>({ path: routes.jobs(store), signal }),
  startJob: (store: string, body: BulkStart) => call<JobView>({ method: 'POST', path: routes.jobs(store), body }),
  job: (store: string, id: string, after: number, signal?: Signal) =>
    call<JobView>({ path: routes.job(store, id), params: bytesParams({}, { after }), signal }),
  cancelJob: (store: string, id: string) =>
    call<JobView>({ method: 'POST', path: routes.jobCancel(store, id), body: {} }),
  resumeJob: (store: string, id: string) =>
    call<JobView>({ method: 'POST', path: routes.jobResume(store, id), body: {} }),
  leases: (store: string, { descending, ...query }: LeaseListQuery, signal?: Signal) =>
    call<LeaseList>({
      path: routes.leases(store),
      params: bytesParams({}, { ...query, descending: String(descending) }),
      signal,
    }),
  leaseTimes: (store: string, ids: readonly WireHexId[], signal?: Signal) =>
    call<LeaseTimes>({ path: routes.leaseTimes(store), params: bytesParams({}, { ids: ids.join(',') }), signal }),
  grantLease: (store: string, body: LeaseGrantBody) =>
    call<LeaseView>({ method: 'POST', path: routes.leases(store), body }),
  lease: (store: string, id: WireHexId, signal?: Signal) => call<LeaseView>({ path: routes.lease(store, id), signal }),
  revokeLease: (store: string, id: WireHexId, body: LeaseRevokeBody) =>
    call<WriteResult>({ method: 'POST', path: routes.leaseRevoke(store, id), body }),
  coordination: (store: string, { descending, ...query }: CoordinationQuery, signal?: Signal) =>
    call<CoordinationList>({
      path: routes.coordination(store),
      params: bytesParams({}, { ...query, descending: String(descending) }),
      signal,
    }),
  coordinationGroup: (store: string, { key, rev }: KeyQuery, signal?: Signal) =>
    call<CoordinationDetail>({ path: routes.coordinationGroup(store), params: bytesParams({ key }, { rev }), signal }),
  coordinationTerms: (store: string, query: { readonly key: WireBytes; readonly before: WireInt }, signal?: Signal) =>
    call<CoordinationTerms>({
      path: routes.coordinationTerms(store),
      params: bytesParams({ key: query.key }, { before: query.before }),
      signal,
    }),
  clusterPlan: (store: string, action: ClusterAction, signal?: Signal) =>
    call<ClusterPlan>({ method: 'POST', path: routes.clusterPlan(store), body: { action }, signal }),
  clusterAction: (store: string, body: ClusterActionBody) =>
    call<ClusterActionResult>({ method: 'POST', path: routes.clusterAction(store), body }),
  clusterHashes: (store: string, { rev }: { readonly rev?: WireInt | null }, signal?: Signal) =>
    call<ClusterHashes>({ path: routes.clusterHashes(store), params: bytesParams({}, { rev }), signal }),
  healDrills: (store: string, body: DrillHealBody) =>
    call<DrillHealed>({ method: 'POST', path: routes.clusterHeal(store), body }),
  clusterHistory: (store: string, after: number, signal?: Signal) =>
    call<HealthWindow>({ path: routes.clusterHistory(store), params: bytesParams({}, { after }), signal }),
  clusterElection: (store: string, at: number, signal?: Signal) =>
    call<ElectionExplained>({ path: routes.clusterElection(store), params: bytesParams({}, { at }), signal }),
  access: (store: string, signal?: Signal) => call<AccessView>({ path: routes.access(store), signal }),
  accessPlan: (store: string, action: AccessAction, signal?: Signal) =>
    call<AccessPlan>({ method: 'POST', path: routes.accessPlan(store), body: { action }, signal }),
  accessAction: (store: string, body: AccessActionBody) =>
    call<AccessActionResult>({ method: 'POST', path: routes.accessAction(store), body }),
  waits: (store: string, { rev }: { readonly rev?: WireInt | null }, signal?: Signal) =>
    call<WaitsView>({ path: routes.waits(store), params: bytesParams({}, { rev }), signal }),
  primitives: (store: string, { rev }: { readonly rev?: WireInt | null }, signal?: Signal) =>
    call<PrimitiveList>({ path: routes.primitives(store), params: bytesParams({}, { rev }), signal }),
  services: (store: string, { rev }: { readonly rev?: WireInt | null }, signal?: Signal) =>
    call<ServiceList>({ path: routes.services(store), params: bytesParams({}, { rev }), signal }),
  audit: (store: string, query: AuditPageQuery, signal?: Signal) =>
    call<AuditPage>({ path: routes.audit(store), params: bytesParams({}, { ...query }), signal }),
  release: (store: string, body: ReleaseBody) =>
    call<WriteResult>({ method: 'POST', path: routes.coordinationRelease(store), body }),
} as const;
