'use client';

import { type ReactNode, useContext, useEffect, useState } from 'react';
import type { StoreSummary } from '../../lib/api/types.ts';
import { LiveStore } from '../../lib/live/live-store.ts';
import { openFeed } from '../../lib/live/open-feed.ts';
import { identityOf } from './access-words.ts';
import { LiveContext } from './use-live.ts';
import { createReplay, ReplayContext } from './use-replay.ts';
import { StoresContext } from './use-store.ts';

export interface LiveProviderProps {
  readonly summary: StoreSummary;
  readonly children: ReactNode;
}

/** One live store, open while mounted. Its key must change with the store and with whoever looks: nothing is shared between users. */
export function LiveProvider({ summary, children }: LiveProviderProps) {
  const [store] = useState(() => new LiveStore());
  const storeId = summary.id;
  const [replay] = useState(() => createReplay(storeId, store));
  const identity = identityOf(summary.access);
  useAccessChanges(store, summary);
  useEffect(() => {
    const open = (): void => store.open((listener) => openFeed(storeId, identity, listener));
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
  }, [store, storeId, identity]);
  useEffect(() => () => replay.stop(), [replay]);
  return (
    <LiveContext value={store}>
      <ReplayContext value={replay}>{children}</ReplayContext>
    </LiveContext>
  );
}

/** Signed out, signed in elsewhere in this browser, or granted other keys: the stream tells first, and the summary is asked again. */
function useAccessChanges(store: LiveStore, { access }: StoreSummary): void {
  const stores = useContext(StoresContext);
  const known = JSON.stringify(access);
  useEffect(() => {
    const ask = (): void => void stores.refresh();
    const onStatus = (): void => {
      const status = store.status.get();
      if (status.phase === 'waiting' && status.failure.code === 'UNAUTHENTICATED') ask();
    };
    const onHello = (): void => {
      const hello = store.hello.get();
      if (hello !== null && JSON.stringify(hello.store.access) !== known) ask();
    };
    const stops = [store.status.subscribe(onStatus), store.hello.subscribe(onHello)];
    return () => {
      for (const stop of stops) stop();
    };
  }, [store, stores, known]);
}
