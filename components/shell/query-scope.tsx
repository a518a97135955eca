'use client';

import { QueryCache, QueryClient, QueryClientProvider } from '@tanstack/react-query';
import { type ReactNode, useContext } from 'react';
import { ApiFailure } from '../../lib/api/call.ts';
import { queryKeys } from '../../lib/api/queries.ts';
import type { Stores } from './stores.ts';
import { StoresContext } from './use-store.ts';

/** Retrying helps where nobody answered; what the console refused it will refuse again. */
const RETRIES_MAX = 2;
const shouldRetry = (failures: number, error: Error): boolean =>
  failures < RETRIES_MAX && error instanceof ApiFailure && (error.status === 0 || error.status >= 502);

const createQueryClient = (stores: Stores): QueryClient =>
  new QueryClient({
    queryCache: new QueryCache({
      // Signed out meanwhile: the stores say so, and the page gives way to the sign-in.
      onError: (error) => {
        if (error instanceof ApiFailure && error.status === 401) void stores.refresh();
      },
    }),
    defaultOptions: {
      queries: {
        retry: shouldRetry,
        retryDelay: (attempt) => 300 * 2 ** attempt,
        refetchOnWindowFocus: false,
        networkMode: 'always',
      },
      mutations: { retry: false, networkMode: 'always' },
    },
  });

/** One per tab, whichever part asks first; one per request on the server. */
const clients = new WeakMap<Stores, QueryClient>();

function clientOf(stores: Stores): QueryClient {
  const known = clients.get(stores);
  if (known !== undefined) return known;
  const client = createQueryClient(stores);
  clients.set(stores, client);
  stores.onIdentity((storeId) => client.removeQueries({ queryKey: queryKeys.store(storeId) }));
  return client;
}

/** What reads through queries stands in one of these; all share the tab's answers. The frame and the tree of keys do without. */
export function QueryScope({ children }: { readonly children: ReactNode }) {
  return <QueryClientProvider client={clientOf(useContext(StoresContext))}>{children}</QueryClientProvider>;
}

/** Another user looks, or none: nothing that was read of the store before is shown again, and the stores are asked anew. */
export async function startOver(stores: Stores, storeId: string): Promise<void> {
  clientOf(stores).removeQueries({ queryKey: queryKeys.store(storeId) });
  await stores.refresh();
}
