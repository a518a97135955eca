'use client';

import { QueryCache, QueryClient, QueryClientProvider } from '@tanstack/react-query';
import { NuqsAdapter } from 'nuqs/adapters/next/app';
import { type ReactNode, useState } from 'react';
import { TooltipProvider } from '../components/ui/tooltip.tsx';
import { ApiFailure } from '../lib/api/client.ts';
import { queries } from '../lib/api/queries.ts';
import type { StoreSummary } from '../lib/api/types.ts';

/** Retrying helps where nobody answered; what the console refused it will refuse again. */
const RETRIES_MAX = 2;
const shouldRetry = (failures: number, error: Error): boolean =>
  failures < RETRIES_MAX && error instanceof ApiFailure && (error.status === 0 || error.status >= 502);

function createQueryClient(stores: readonly StoreSummary[] | null): QueryClient {
  const client: QueryClient = new QueryClient({
    queryCache: new QueryCache({
      // Signed out meanwhile: the stores say so, and the page gives way to the sign-in.
      onError: (error) => {
        if (error instanceof ApiFailure && error.status === 401) {
          void client.invalidateQueries({ queryKey: queries.stores().queryKey });
        }
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
  if (stores !== null) client.setQueryData(queries.stores().queryKey, stores);
  return client;
}

export interface ProvidersProps {
  /** What the server knows already. */
  readonly stores: readonly StoreSummary[] | null;
  readonly children: ReactNode;
}

export function Providers({ stores, children }: ProvidersProps) {
  const [client] = useState(() => createQueryClient(stores));
  return (
    <QueryClientProvider client={client}>
      <NuqsAdapter>
        <TooltipProvider delayDuration={400} skipDelayDuration={200}>
          {children}
        </TooltipProvider>
      </NuqsAdapter>
    </QueryClientProvider>
  );
}
