'use client';

import { type ReactNode, useEffect, useState } from 'react';
import { LiveStore } from '../../lib/live/live-store.ts';
import { openFeed } from '../../lib/live/open-feed.ts';
import { LiveContext } from './use-live.ts';

/** One live store for `storeId`, open while mounted. Give it the id as its key: another store is another provider. */
export function LiveProvider({ storeId, children }: { readonly storeId: string; readonly children: ReactNode }) {
  const [store] = useState(() => new LiveStore());
  useEffect(() => {
    const open = (): void => store.open((listener) => openFeed(storeId, listener));
    const close = (): void => store.close();
    const onShow = (event: PageTransitionEvent): void => {
      if (event.persisted) open();
    };
    const retry = (): void => store.retryNow();
    open();
    // A page in the back-forward cache must hold no stream; it opens again when shown.
    window.addEventListener('pagehide', close);
    window.addEventListener('pageshow', onShow);
    window.addEventListener('online', retry);
    return () => {
      window.removeEventListener('pagehide', close);
      window.removeEventListener('pageshow', onShow);
      window.removeEventListener('online', retry);
      close();
    };
  }, [store, storeId]);
  return <LiveContext value={store}>{children}</LiveContext>;
}
