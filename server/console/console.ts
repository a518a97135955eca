/**
 * The console's plain interface: what route handlers may ask of it. They live in another module graph, so nothing here is
 * a class they could test with instanceof; errors are recognised by shape (errors.ts).
 */
import type {
  ChangesPage,
  ChildrenPage,
  ClusterView,
  CoordinationDetail,
  CoordinationList,
  CoordinationTerms,
  DeleteBody,
  DeletePreview,
  DeleteResult,
  DeleteTarget,
  KeyDetail,
  KeyHistory,
  LeaseGrantBody,
  LeaseList,
  LeaseRevokeBody,
  LeaseView,
  PutBody,
  ReleaseBody,
  RevisionAt,
  RevisionView,
  SearchPage,
  StoreSummary,
  WireBytes,
  WriteResult,
} from '../../lib/api/types.ts';

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
  cluster(): ClusterView;
  revisions(): RevisionView;
  revisionAt(time: number): RevisionAt;
  /** Changes from `from` on, a bounded stretch: the answer says how far it goes. */
  changes(query: { readonly from: number; readonly to: number }): Promise<ChangesPage>;
  children(query: ChildrenQuery): Promise<ChildrenPage>;
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
  delete(body: DeleteBody): Promise<DeleteResult>;
  leases(): Promise<LeaseList>;
  lease(id: string): Promise<LeaseView>;
  grantLease(body: LeaseGrantBody): Promise<LeaseView>;
  revokeLease(id: string, body: LeaseRevokeBody): Promise<WriteResult>;
  /** Locks and elections, now or at a revision. */
  coordination(query: { readonly revision: number | undefined }): Promise<CoordinationList>;
  coordinationGroup(query: {
    readonly key: WireBytes;
    readonly revision: number | undefined;
  }): Promise<CoordinationDetail>;
  /** Terms up to and with `before`, from the store's history. */
  coordinationTerms(query: { readonly key: WireBytes; readonly before: number }): Promise<CoordinationTerms>;
  release(body: ReleaseBody): Promise<WriteResult>;
  /** The SSE bytes; ends when `signal` aborts, the reader cancels or the console closes. */
  live(options: { readonly lastEventId: string | null; readonly signal: AbortSignal }): ReadableStream<Uint8Array>;
}

export interface Health {
  readonly status: 'ok' | 'unavailable';
  /** Null when ok. */
  readonly reason: string | null;
  readonly stores: readonly { readonly id: string; readonly ok: boolean; readonly reason: string | null }[];
}

export interface Console {
  stores(): readonly StoreSummary[];
  /** @throws ConsoleError NOT_FOUND */
  store(id: string): StoreConsole;
  health(): Promise<Health>;
  /** Ends all streams and channels; within a second. */
  close(): Promise<void>;
}
