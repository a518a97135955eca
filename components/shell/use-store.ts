'use client';

import { useQuery } from '@tanstack/react-query';
import { usePathname, useRouter } from 'next/navigation';
import { parseAsString, useQueryState } from 'nuqs';
import { createContext, useContext } from 'react';
import { queries } from '../../lib/api/queries.ts';
import type { StoreSummary } from '../../lib/api/types.ts';

const RETRY_MS = 3_000;

/** Until the console has said which stores there are. */
const UNKNOWN: StoreSummary = {
  id: '',
  label: '…',
  colour: null,
  kind: 'bundled',
  endpoints: [],
  readOnly: false,
  access: { mode: 'open' },
};

export const StoreContext = createContext<StoreSummary>(UNKNOWN);

/** The store this tab looks at. Its id is '' until the console has named its stores; pages render only after that. */
export const useStore = (): StoreSummary => useContext(StoreContext);
export const useStoreId = (): string => useStore().id;

/** All stores of this console, and the one `?store=` names, or the first. */
export function useStores() {
  const [chosen] = useQueryState('store', parseAsString);
  const router = useRouter();
  const pathname = usePathname();
  // Nothing can be shown without this answer, so it is asked for until it comes.
  const query = useQuery({
    ...queries.stores(),
    refetchInterval: ({ state }) => {
      const isFailing = state.data === undefined && state.status === 'error';
      // Without a stream nothing else tells that a store was opened, or that another tab signed in.
      const isShut = state.data?.some(({ access }) => access.mode === 'signIn') ?? false;
      return isFailing || isShut ? RETRY_MS : false;
    },
  });
  const stores = query.data ?? [];
  const current = chosen === null ? stores[0] : stores.find((store) => store.id === chosen);
  return {
    stores,
    current: current ?? null,
    /** `?store=` names a store that this console does not have. */
    unknown: chosen !== null && query.data !== undefined && current === undefined ? chosen : null,
    /** The same page of another store; keys and revisions of this one mean nothing there. */
    choose: (id: string) => router.push(id === '' ? pathname : `${pathname}?store=${encodeURIComponent(id)}`),
    isLoading: query.isPending,
    error: query.error,
    /** When the console is asked again by itself. */
    retryAt: query.isError && query.data === undefined ? query.errorUpdatedAt + RETRY_MS : null,
    retry: () => void query.refetch(),
  };
}
