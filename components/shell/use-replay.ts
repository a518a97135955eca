'use client';

import { createContext, useContext } from 'react';
import { frameApi } from '../../lib/api/frame-client.ts';
import type { LiveStore } from '../../lib/live/live-store.ts';
import { Replay, type ReplayState } from '../../lib/live/replay.ts';
import { useCell } from './use-live.ts';

/** The replay of one store, as this tab plays it. */
export function createReplay(storeId: string, live: LiveStore): Replay {
  return new Replay({
    read: ({ from, to }, signal) => frameApi.changes(storeId, { from: String(from), to: String(to) }, signal),
    newest: () => Number(live.revision.get()?.value.current ?? 0),
    now: () => performance.now(),
    after: (ms, task) => {
      const timer = setTimeout(task, ms);
      return () => clearTimeout(timer);
    },
  });
}

const UNOPENED = new Replay({
  read: () => Promise.reject(new Error('no store is shown')),
  newest: () => 0,
  now: () => 0,
  after: () => () => {},
});

export const ReplayContext = createContext<Replay>(UNOPENED);

export const useReplay = (): Replay => useContext(ReplayContext);

const IDLE: ReplayState = UNOPENED.state.get();

export const useReplayState = (): ReplayState => useCell(useReplay().state, IDLE);

/** Which replay is shown; null: none. Does not change while it plays. */
export function useReplaySession(): number | null {
  const { phase, session } = useReplayState();
  return phase === 'off' ? null : session;
}
