'use client';

import { usePathname, useRouter } from 'next/navigation';
import { createContext, useContext } from 'react';
import type { StoreSummary } from '../../lib/api/types.ts';
import { Stores } from './stores.ts';
import { textParam } from './url-params.ts';
import { useCell } from './use-live.ts';
import { useUrlState } from './use-url-state.ts';

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

/** Of the tab; app/providers.tsx opens it. */
export const StoresContext = createContext<Stores>(new Stores(null));

/** All stores of this console, and the one `?store=` names, or the first. */
export function useStores() {
  const model = useContext(StoresContext);
  const state = useCell(model.state, model.state.get());
  const [chosen] = useUrlState('store', textParam);
  const router = useRouter();
  const pathname = usePathname();
  const stores = state.stores ?? [];
  const current = chosen === null ? stores[0] : stores.find((store) => store.id === chosen);
  return {
    stores,
    current: current ?? null,
    /** `?store=` names a store that this console does not have. */
    unknown: chosen !== null && state.stores !== null && current === undefined ? chosen : null,
    /** The same page of another store; keys and revisions of this one mean nothing there. */
    choose: (id: string) => router.push(id === '' ? pathname : `${pathname}?store=${encodeURIComponent(id)}`),
    isLoading: state.stores === null && state.error === null,
    error: state.error,
    retryAt: state.stores === null ? state.retryAt : null,
    retry: () => void model.refresh(),
  };
}
