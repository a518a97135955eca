'use client';

import { useEffect, useMemo, useRef, useState } from 'react';
import type { ChangeFilter } from '../../lib/live/change-filter.ts';
import { NO_ROWS, WatchList, type WatchListState, type WatchRow } from '../../lib/live/watch-list.ts';
import { useCell, useLiveStore } from '../shell/use-live.ts';
import { useReplay, useReplaySession } from '../shell/use-replay.ts';
import type { RowSource } from '../ui/data-table.tsx';

/** Why the rows stand still. */
export type HoldReason = 'paused' | 'scrolled' | 'pointing' | 'reading' | 'menu';

/** A pointer that rests this long is not aiming any more. */
const AIMING_MS = 1_500;

const NOTHING: WatchListState = { rows: NO_ROWS, waiting: 0, forgotten: 0, counts: [] };

export interface LiveList {
  readonly list: WatchList;
  readonly state: WatchListState;
  /** Newest first. */
  readonly newestFirst: RowSource<WatchRow>;
  readonly reasons: ReadonlySet<HoldReason>;
  readonly hold: (reason: HoldReason) => void;
  readonly release: (reason: HoldReason) => void;
  readonly releaseAll: () => void;
  /** Subscriptions that stand still by themselves, by index. */
  readonly paused: ReadonlySet<number>;
  readonly togglePaused: (index: number) => void;
  /** Tells that subscription `index` is gone: those behind it move up. */
  readonly forget: (index: number) => void;
  /** Call on each move of the pointer over the rows: they stand still while it aims. */
  readonly onAim: () => void;
}

/** The changes that pass the subscriptions, as they come, held while there is a reason to. */
export function useWatchList(filters: readonly ChangeFilter[]): LiveList {
  const live = useLiveStore();
  const replay = useReplay();
  const session = useReplaySession();
  // A replay brings its own ring each time it starts.
  const { store, list } = useMemo(() => {
    const stream = session === null ? live : replay;
    return { store: stream, list: new WatchList(stream.ring) };
  }, [live, replay, session]);
  const [reasons, setReasons] = useState<ReadonlySet<HoldReason>>(new Set());
  const [paused, setPaused] = useState<ReadonlySet<number>>(new Set());
  const aimTimer = useRef<ReturnType<typeof setTimeout> | null>(null);
  useEffect(() => {
    list.read();
    return store.changes.subscribe(() => list.read());
  }, [store, list]);
  useEffect(() => list.setFilters(filters), [list, filters]);
  useEffect(() => list.setPaused(paused), [list, paused]);
  const isHeld = reasons.size > 0;
  useEffect(() => (isHeld ? list.hold() : list.release()), [list, isHeld]);
  useEffect(() => () => clearTimeout(aimTimer.current ?? undefined), []);

  const state = useCell(list.state, NOTHING);
  const newestFirst = useMemo(
    () => ({ length: state.rows.length, at: (index: number) => state.rows.at(state.rows.length - 1 - index) }),
    [state.rows],
  );
  const hold = (reason: HoldReason): void => setReasons((now) => (now.has(reason) ? now : new Set([...now, reason])));
  const release = (reason: HoldReason): void =>
    setReasons((now) => (now.has(reason) ? new Set([...now].filter((one) => one !== reason)) : now));
  return {
    list,
    state,
    newestFirst,
    reasons,
    hold,
    release,
    releaseAll: () => setReasons(new Set()),
    paused,
    togglePaused: (index) =>
      setPaused((now) => new Set(now.has(index) ? [...now].filter((one) => one !== index) : [...now, index])),
    forget: (index) =>
      setPaused((now) => new Set([...now].filter((one) => one !== index).map((one) => (one > index ? one - 1 : one)))),
    onAim: () => {
      hold('pointing');
      // While a menu is open the pointer does not reach the rows: it does now, so the menu is gone.
      release('menu');
      clearTimeout(aimTimer.current ?? undefined);
      aimTimer.current = setTimeout(() => release('pointing'), AIMING_MS);
    },
  };
}
