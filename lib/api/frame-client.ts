/** The calls that the frame and the tree of keys begin with; all others are in client.ts, which no page waits for. */
import { bytesParams, call } from './call.ts';
import { frameRoutes } from './frame-routes.ts';
import type { ChangesPage, ChildrenPage, StoreSummary, WireBytes, WireInt } from './types.ts';

export interface ChildrenQuery {
  readonly prefix: WireBytes;
  readonly delimiter?: string;
  readonly offset?: number;
  readonly limit?: number;
  /** Null or absent: now. */
  readonly rev?: WireInt | null;
}

export interface ChangesQuery {
  readonly from: WireInt;
  readonly to: WireInt;
  /** Only of keys below it; left out: of all. */
  readonly prefix?: WireBytes;
}

export const frameApi = {
  stores: (signal?: AbortSignal) => call<readonly StoreSummary[]>({ path: frameRoutes.stores, signal }),
  changes: (store: string, { prefix, ...span }: ChangesQuery, signal?: AbortSignal) =>
    call<ChangesPage>({ path: frameRoutes.changes(store), params: bytesParams({ prefix }, span), signal }),
  children: (store: string, { prefix, ...plain }: ChildrenQuery, signal?: AbortSignal) =>
    call<ChildrenPage>({ path: frameRoutes.children(store), params: bytesParams({ prefix }, plain), signal }),
} as const;
