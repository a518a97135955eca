'use client';

import { createContext, useContext, useEffect, useEffectEvent, useSyncExternalStore } from 'react';
import type { ClusterView, IndexState, RevisionView } from '../../lib/api/types.ts';
import type { Cell } from '../../lib/live/cell.ts';
import type { ChangeRow } from '../../lib/live/change-ring.ts';
import { LiveStore, type Received } from '../../lib/live/live-store.ts';
import { type ConnectionStatus, INITIAL_STATUS } from '../../lib/live/protocol.ts';

const UNOPENED = new LiveStore();
export const LiveContext = createContext<LiveStore>(UNOPENED);

export const useLiveStore = (): LiveStore => useContext(LiveContext);

export const useCell = <T>(cell: Cell<T>, onServer: T): T =>
  useSyncExternalStore(cell.subscribe, cell.get, () => onServer);

/** The newest state of the cluster and when this browser got it; null until the first. */
export const useCluster = (): Received<ClusterView> | null => useCell(useLiveStore().cluster, null);

/** Whether the store is known to have no leader: no lease of it ends then. Rerenders only when that changes. */
export function useIsLeaderless(): boolean {
  const { cluster } = useLiveStore();
  const read = (): boolean => {
    const view = cluster.get()?.value;
    return view?.reachable === true && view.leaderId === null;
  };
  return useSyncExternalStore(cluster.subscribe, read, () => false);
}

/** Current and compacted revision, ticking; null until the first. */
export const useRevision = (): Received<RevisionView> | null => useCell(useLiveStore().revision, null);

/** How complete the console's key index is; null until the first. */
export const useIndexState = (): Received<IndexState> | null => useCell(useLiveStore().index, null);

/** The state of the stream between this browser and the console. */
export const useConnection = (): ConnectionStatus => useCell(useLiveStore().status, INITIAL_STATUS);

/** Rerenders with each announcement of changes (at most once a frame); then read `useLiveStore().ring`. */
export const useChanges = (): number => useCell(useLiveStore().changes, 0);

/**
 * Calls `onRows` with the change and gap rows that came since the last call, oldest first. The first of a stream may be from before it
 * began: a page that was read while the stream opened may hold them or not, so they are told too.
 */
export function useOnChanges(onRows: (rows: readonly ChangeRow[]) => void): void {
  const store = useLiveStore();
  const tell = useEffectEvent(onRows);
  useEffect(() => {
    let seen = store.ring.nextSeq;
    return store.changes.subscribe(() => {
      const rows = [...store.ring.since(seen)];
      seen = store.ring.nextSeq;
      if (rows.length > 0) tell(rows);
    });
  }, [store]);
}

/** Since when the stream is down, by the console's clock; null while it is open. Then everything on the screen may be old. */
export function useStreamDownSince(): number | null {
  const store = useLiveStore();
  const status = useConnection();
  return status.phase === 'open' || status.downSince === null ? null : store.consoleTime(status.downSince);
}

/**
 * Since when the store's data on the screen may be old, by the console's clock; null while it is live: the stream is down, or the console
 * cannot reach the store.
 */
export function useStaleSince(): number | null {
  const streamDownSince = useStreamDownSince();
  const cluster = useCluster();
  if (streamDownSince !== null) return streamDownSince;
  if (cluster === null || cluster.value.reachable) return null;
  const seen = cluster.value.members.flatMap((member) => (member.lastSeenAt === null ? [] : [member.lastSeenAt]));
  return seen.length === 0 ? cluster.value.watchingSince : Math.max(...seen);
}

/** Too few members answer to agree on a write: what is shown stands, and nobody can say that it is the newest. */
export function useMajorityLost(): boolean {
  const view = useCluster()?.value;
  // Where some members are not asked, too few may answer though all is well: there is a leader then.
  return view?.reachable === true && view.leaderId === null && view.quorum.survives < 0;
}

class Ticker {
  readonly #listeners = new Set<() => void>();
  readonly #ms: number;
  #timer: ReturnType<typeof setInterval> | null = null;
  #now = 0;

  constructor(ms: number) {
    this.#ms = ms;
  }

  readonly get = (): number => {
    if (this.#timer === null) this.#now = this.#rounded();
    return this.#now;
  };

  readonly subscribe = (listener: () => void): (() => void) => {
    this.#listeners.add(listener);
    if (this.#timer === null) {
      this.#now = this.#rounded();
      this.#timer = setInterval(() => {
        this.#now = this.#rounded();
        for (const one of this.#listeners) one();
      }, this.#ms);
    }
    return () => {
      this.#listeners.delete(listener);
      if (this.#listeners.size > 0 || this.#timer === null) return;
      clearInterval(this.#timer);
      this.#timer = null;
    };
  };

  /** Whole ticks, so that two reads within one tick agree. */
  #rounded(): number {
    return Math.floor(Date.now() / this.#ms) * this.#ms;
  }
}

const tickers = new Map<number, Ticker>();

function tickerOf(ms: number): Ticker {
  const ticker = tickers.get(ms) ?? new Ticker(ms);
  tickers.set(ms, ticker);
  return ticker;
}

/** The console's time (which stamps all `at` fields), renewed every `ms`; 0 on the server. One timer per interval, shared by all. */
export function useNow(ms = 1_000): number {
  const store = useLiveStore();
  const ticker = tickerOf(ms);
  const now = useSyncExternalStore(ticker.subscribe, ticker.get, () => 0);
  return now === 0 ? 0 : store.consoleTime(now);
}
