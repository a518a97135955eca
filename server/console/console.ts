/**
 * The console's plain interface: what route handlers may ask of it. They live in another module graph, so nothing here is
 * a class they could test with instanceof; errors are recognised by shape (errors.ts).
 */
import type {
  AccessAction,
  AccessActionBody,
  AccessActionResult,
  AccessPlan,
  AccessView,
} from '../../lib/api/access-types.ts';
import type { AuditPage } from '../../lib/api/audit.ts';
import type { BulkPreview, BulkRequest, BulkStart, JobView, PrefixDiff, TrashPage } from '../../lib/api/bulk-types.ts';
import type {
  ClusterAction,
  ClusterActionBody,
  ClusterActionResult,
  ClusterHashes,
  ClusterPlan,
} from '../../lib/api/cluster-types.ts';
import type {
  CoordinationDetail,
  CoordinationList,
  CoordinationListQuery,
  CoordinationTerms,
  PrimitiveList,
  ReleaseBody,
  ServiceList,
  WaitsView,
} from '../../lib/api/coordination-types.ts';
import type { DrillHealBody, DrillHealed } from '../../lib/api/drill-types.ts';
import type { FindLine } from '../../lib/api/find-types.ts';
import type { LeaseList, LeaseListQuery, LeaseTimes } from '../../lib/api/lease-types.ts';
import type { HeatView, SpaceView } from '../../lib/api/space-types.ts';
import type { StoreOverview } from '../../lib/api/store-overview.ts';
import type {
  ChangesPage,
  ChildrenPage,
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
  StoreSummary,
  WireBytes,
  WriteResult,
} from '../../lib/api/types.ts';
import type { WatchersView } from '../../lib/api/watcher-types.ts';
import type { AuditExportQuery, AuditFile } from './audit/export.ts';
import type { AuditQuery } from './audit/read.ts';
import type { ExportFile, ExportQuery } from './bulk/export.ts';
import type { ConfigConsole } from './config/config-console.ts';
import type { FindOptions } from './find/find.ts';
import type { StoreHealth } from './health/store-health.ts';
import type { RequestMeter } from './metrics/request-meter.ts';
import type { HeatQuery } from './operations/heat.ts';
import type { ChangesQuery } from './operations/past-changes.ts';
import type { PrefixDiffQuery } from './operations/prefix-diff.ts';
import type { SpaceQuery } from './operations/space.ts';
import type { TrashQuery } from './operations/trash.ts';

export interface ChildrenQuery {
  readonly prefix: WireBytes;
  readonly delimiter: string;
  readonly offset: number;
  readonly limit: number;
  /** Undefined: now. */
  readonly revision: number | undefined;
  /** Aborted when whoever asked has gone away. */
  readonly signal?: AbortSignal;
}

export interface StoreConsole {
  readonly summary: StoreSummary;
  readonly config: ConfigConsole;
  /** How each member did (`view`), and why leaders changed (`explain`). */
  readonly memberHealth: Pick<StoreHealth, 'view' | 'explain'>;
  cluster(): ClusterView;
  revisions(): RevisionView;
  revisionAt(time: number): RevisionAt;
  /** Changes from `from` on, a bounded stretch: the answer says how far it goes. */
  changes(query: ChangesQuery): Promise<ChangesPage>;
  children(query: ChildrenQuery): Promise<ChildrenPage>;
  space(query: SpaceQuery): Promise<SpaceView>;
  heat(query: HeatQuery): Promise<HeatView>;
  search(query: { readonly text: string; readonly limit: number }): Promise<SearchPage>;
  key(query: { readonly key: WireBytes; readonly revision: number | undefined }): Promise<KeyDetail>;
  /** Versions with a mod revision below `before`; undefined: from the newest on. */
  history(query: {
    readonly key: WireBytes;
    readonly before: number | undefined;
    readonly limit: number;
  }): Promise<KeyHistory>;
  put(body: PutBody): Promise<WriteResult>;
  deletePreview(target: DeleteTarget): Promise<DeletePreview>;
  /** Who watches it, where the store can tell. */
  watchers(target: DeleteTarget): Promise<WatchersView>;
  delete(body: DeleteBody): Promise<DeleteResult>;
  /** Lines as they come; ends when `signal` aborts. */
  find(options: FindOptions): Promise<AsyncGenerator<FindLine>>;
  exportKeys(query: ExportQuery): Promise<ExportFile>;
  prefixDiff(query: PrefixDiffQuery): Promise<PrefixDiff>;
  trash(query: TrashQuery): Promise<TrashPage>;
  bulkPreview(request: BulkRequest): Promise<BulkPreview>;
  bulkStart(body: BulkStart): Promise<JobView>;
  jobs(): readonly JobView[];
  /** Waits, at most a few seconds, until the job's view is younger than version `after`. */
  job(id: string, after: number): Promise<JobView>;
  jobAct(id: string, act: 'cancel' | 'resume'): JobView;
  /** A page of them; the console's answer, filled while somebody looks. */
  leases(query: LeaseListQuery): Promise<LeaseList>;
  /** Of those on a screen. */
  leaseTimes(ids: readonly string[]): Promise<LeaseTimes>;
  lease(id: string): Promise<LeaseView>;
  grantLease(body: LeaseGrantBody): Promise<LeaseView>;
  revokeLease(id: string, body: LeaseRevokeBody): Promise<WriteResult>;
  /** Locks and elections, now or at a revision. */
  coordination(query: CoordinationListQuery & { readonly revision: number | undefined }): Promise<CoordinationList>;
  coordinationGroup(query: {
    readonly key: WireBytes;
    readonly revision: number | undefined;
  }): Promise<CoordinationDetail>;
  /** Terms up to and with `before`, from the store's history. */
  coordinationTerms(query: { readonly key: WireBytes; readonly before: number }): Promise<CoordinationTerms>;
  /** Who waits for whom across all locks. */
  waits(query: { readonly revision: number | undefined }): Promise<WaitsView>;
  primitives(query: { readonly revision: number | undefined }): Promise<PrimitiveList>;
  services(query: { readonly revision: number | undefined }): Promise<ServiceList>;
  release(body: ReleaseBody): Promise<WriteResult>;
  /** What an action on the cluster would do, and whether it is refused. Changes nothing. */
  clusterPlan(action: ClusterAction): Promise<ClusterPlan>;
  clusterAction(body: ClusterActionBody): Promise<ClusterActionResult>;
  clusterHashes(revision: number | undefined): Promise<ClusterHashes>;
  /** Ends drills now. @throws ConsoleError */
  healDrills(body: DrillHealBody): Promise<DrillHealed>;
  /** The file as it arrives, checked against the checksum at its end. */
  clusterSnapshot(
    member: string,
    signal: AbortSignal,
  ): Promise<{ readonly member: string; readonly bytes: number; readonly body: ReadableStream<Uint8Array> }>;
  /** Users and roles: all of them for root, their own for others. */
  access(): Promise<AccessView>;
  /** What an action on users and roles would do, and whether it is refused. Changes nothing. */
  accessPlan(action: AccessAction): Promise<AccessPlan>;
  accessAction(body: AccessActionBody): Promise<AccessActionResult>;
  /** Who changed what through a console, newest first. */
  audit(query: AuditQuery): Promise<AuditPage>;
  /** The same, whole and oldest first, as it is read. */
  auditExport(query: AuditExportQuery): Promise<AuditFile>;
}

export interface Health {
  readonly status: 'ok' | 'unavailable';
  /** Null when ok. */
  readonly reason: string | null;
  readonly stores: readonly { readonly id: string; readonly ok: boolean; readonly reason: string | null }[];
}

export interface SignInRequest {
  readonly store: string;
  readonly user: string;
  readonly password: string;
  /** What the browser holds already. */
  readonly token: string | null;
  /** Where the request comes from. */
  readonly address: string;
}

/** Who a program says it is. */
export type ProgramCredentials =
  | { readonly kind: 'none' }
  | { readonly kind: 'password'; readonly user: string; readonly password: string }
  | { readonly kind: 'token'; readonly token: string }
  | { readonly kind: 'ticket'; readonly ticket: string };

export interface ProgramAccess {
  readonly store: StoreConsole;
  /** Aborts when the credentials stand for nobody any more. */
  readonly ended: AbortSignal;
  /** For the address of an event stream; null where the store asks nobody who they are. */
  readonly ticket: string | null;
  /** Call when the request, streams included, has ended. */
  done(): void;
}

export interface ProgramToken {
  readonly token: string;
  readonly expiresInSeconds: number;
}

/** `token` is what the browser's cookie holds; null where it holds none. */
export interface Console {
  stores(token: string | null): readonly StoreSummary[];
  /** From memory: waits for no store. */
  storesHealth(token: string | null): readonly StoreOverview[];
  /** @throws ConsoleError NOT_FOUND; UNAUTHENTICATED when the store is for its users and nobody is signed in */
  store(id: string, token: string | null): Promise<StoreConsole>;
  /** The SSE bytes; ends when `signal` aborts, the sign-in ends, the reader cancels or the console closes. @throws as store() */
  live(
    id: string,
    token: string | null,
    options: { readonly lastEventId: string | null; readonly signal: AbortSignal },
  ): Promise<ReadableStream<Uint8Array>>;
  /** `token` replaces what the browser held. @throws ConsoleError RESOURCE_EXHAUSTED, EngineError UNAUTHENTICATED */
  signIn(request: SignInRequest): Promise<{ readonly token: string; readonly summary: StoreSummary }>;
  /** True when the browser is signed in nowhere any more. */
  signOut(store: string, token: string | null): boolean;
  /**
   * What a program works with: a session of the user it says it is, or the open store where that asks nobody.
   * @throws ConsoleError UNAUTHENTICATED, RESOURCE_EXHAUSTED, as store()
   */
  program(id: string, credentials: ProgramCredentials, address: string): Promise<ProgramAccess>;
  /** A token that stands for a user of a store, for a day. @throws as signIn() */
  giveToken(request: Omit<SignInRequest, 'token'>): Promise<ProgramToken>;
  /** True when it stood for somebody. */
  takeToken(store: string, token: string): boolean;
  /** Pages from there may call the flag routes. */
  readonly flagOrigins: readonly string[];
  /** Whether a store demands users; null when it has not answered yet. @throws ConsoleError NOT_FOUND */
  required(id: string): Promise<boolean | null>;
  health(): Promise<Health>;
  /**
   * Prometheus text about this console: of the stores that the caller may use, of all with the token of the settings.
   * @throws ConsoleError UNAUTHENTICATED when that is none
   */
  metrics(caller: { readonly token: string | null; readonly bearer: string | null }): Promise<string>;
  /** Counts what is asked of the console. */
  readonly requests: RequestMeter;
  /** Ends all streams and channels; within a second. */
  close(): Promise<void>;
}
