/** The paths that the frame and the tree of keys begin with; all others are in routes.ts, which no page waits for. */
export const API = '/api/v1';

export const storeRoute = (id: string): string => `${API}/stores/${encodeURIComponent(id)}`;

export const frameRoutes = {
  stores: `${API}/stores`,
  /** SSE. */
  live: (id: string) => `${storeRoute(id)}/live`,
  /** GET ?from&to → ChangesPage */
  changes: (id: string) => `${storeRoute(id)}/changes`,
  /** GET ?prefix&delimiter&offset&limit&rev → ChildrenPage */
  children: (id: string) => `${storeRoute(id)}/children`,
} as const;
