'use client';

import { useEffect, useMemo, useRef, useState } from 'react';
import type { ChangeFilter } from '../../lib/live/change-filter.ts';
import type { ChangeRow } from '../../lib/live/change-ring.ts';
import { ChangeView, type ChangeViewState } from '../../lib/live/change-view.ts';
import { useCell, useLiveStore } from '../shell/use-live.ts';
import { useReplay, useReplaySession } from '../shell/use-replay.ts';
import type { RowSource } from '../ui/data-table.tsx';

/** Why the rows stand still. */
export type HoldReason = 'paused' | 'scrolled' | 'pointing' | 'reading' | 'menu';

/** A pointer that rests this long is not aiming any more. */
const AIMING_MS = 1_500;

const NOTHING: ChangeViewState = { rows: [], isHeld: false, waiting: 0, forgotten: 0 };

export interface LiveList {
  readonly state: ChangeViewState;
  /** Newest first. */
  readonly newestFirst: RowSource<ChangeRow>;
  readonly reasons: ReadonlySet<HoldReason>;
  readonly hold: (reason: HoldReason) => void;
  readonly release: (reason: HoldReason) => void;
  readonly releaseAll: () => void;
  readonly clear: () => void;
  /** Call on each move of the pointer over the rows: they stand still while it aims. */
  readonly onAim: () => void;
}

/** The changes that pass `filter`, as they come, held while there is a reason to. */
export function useChangeView(filter: ChangeFilter): LiveList {
  const live = useLiveStore();
  const replay = useReplay();
  const session = useReplaySession();
  // A replay brings its own ring each time it starts.
  const { store, view } = useMemo(() => {
    const stream = session === null ? live : replay;
    return { store: stream, view: new ChangeView(stream.ring) };
  }, [live, replay, session]);
  const [reasons, setReasons] = useState<ReadonlySet<HoldReason>>(new Set());
  const aimTimer = useRef<ReturnType<typeof setTimeout> | null>(null);
  useEffect(() => {
    view.read();
    return store.changes.subscribe(() => view.read());
  }, [store, view]);
  const { text, match, types, value, lease } = filter;
  useEffect(() => view.setFilter({ text, match, types, value, lease }), [view, text, match, types, value, lease]);
  const isHeld = reasons.size > 0;
  useEffect(() => (isHeld ? view.hold() : view.release()), [view, isHeld]);
  useEffect(() => () => clearTimeout(aimTimer.current ?? undefined), []);

  const state = useCell(view.state, NOTHING);
  const newestFirst = useMemo(
    () => ({ length: state.rows.length, at: (index: number) => state.rows[state.rows.length - 1 - index] }),
    [state.rows],
  );
  const hold = (reason: HoldReason): void => setReasons((now) => (now.has(reason) ? now : new Set([...now, reason])));
  const release = (reason: HoldReason): void =>
    setReasons((now) => (now.has(reason) ? new Set([...now].filter((one) => one !== reason)) : now));
  return {
    state,
    newestFirst,
    reasons,
    hold,
    release,
    releaseAll: () => setReasons(new Set()),
    clear: () => view.clear(),
    onAim: () => {
      hold('pointing');
      // While a menu is open the pointer does not reach the rows: it does now, so the menu is gone.
      release('menu');
      clearTimeout(aimTimer.current ?? undefined);
      aimTimer.current = setTimeout(() => release('pointing'), AIMING_MS);
    },
  };
}
