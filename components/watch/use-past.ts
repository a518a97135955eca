'use client';

import { useEffect, useMemo, useRef, useState } from 'react';
import { frameApi } from '../../lib/api/frame-client.ts';
import { formatCount } from '../../lib/format/number.ts';
import type { ChangeFilter } from '../../lib/live/change-filter.ts';
import type { ChangeRing, ChangeRow } from '../../lib/live/change-ring.ts';
import { type PastRead, readPast } from '../../lib/live/past-reader.ts';
import { commonPrefix } from '../../lib/live/subscription.ts';
import type { WatchList } from '../../lib/live/watch-list.ts';
import { useLiveStore, useRevision } from '../shell/use-live.ts';
import { useStoreId } from '../shell/use-store.ts';

/** How far the list's past has been read. */
export type PastState =
  | { readonly phase: 'none' }
  | { readonly phase: 'reading'; readonly from: number; readonly at: number; readonly to: number }
  | { readonly phase: 'read'; readonly asked: number; readonly read: PastRead }
  | { readonly phase: 'refused'; readonly reason: string };

const NONE: PastState = { phase: 'none' };
/** Typing does not start a read for every letter. */
const SETTLE_MS = 250;
/** A gap is filled by reading at most so many changes. */
const GAP_CHANGES_MAX = 10_000;

export interface PastOptions {
  readonly list: WatchList;
  readonly filters: readonly ChangeFilter[];
  readonly from: number | null;
  /** A replay brings its own past. */
  readonly isOff: boolean;
}

/** Reads what came before the stream, from a revision on, into the list; and what the stream missed. */
export function usePast({ list, filters, from, isOff }: PastOptions): PastState {
  const storeId = useStoreId();
  const store = useLiveStore();
  const [state, setState] = useState<PastState>(NONE);
  const prefix = useMemo(() => commonPrefix(filters), [filters]);
  const isConnected = useRevision() !== null;
  useEffect(() => {
    if (from === null || isOff || !isConnected) return;
    const view = store.revision.get()?.value;
    if (view === undefined) return;
    const newest = Number(view.current);
    if (from > newest) {
      setState({ phase: 'refused', reason: notYet(from, newest) });
      return () => setState(NONE);
    }
    const abort = new AbortController();
    setState({ phase: 'reading', from, at: from, to: newest });
    const timer = setTimeout(() => {
      readPast({
        from,
        to: newest,
        compacted: Number(view.compacted),
        read: (span, signal) => frameApi.changes(storeId, { ...span, ...(prefix === '' ? {} : { prefix }) }, signal),
        signal: abort.signal,
        now: () => Date.now(),
        onProgress: (at) => setState({ phase: 'reading', from, at, to: newest }),
      }).then(
        (read) => {
          list.setPast(read.rows);
          setState({ phase: 'read', asked: from, read });
        },
        // Called off: another read, or none, has taken its place.
        () => undefined,
      );
    }, SETTLE_MS);
    return () => {
      clearTimeout(timer);
      abort.abort();
      list.setPast([]);
      setState(NONE);
    };
  }, [from, isOff, isConnected, list, prefix, store, storeId]);
  useGapFill(list, isOff);
  return state;
}

/** A gap of the stream is read from the store's history as soon as it appears: what can be had still is not missing. */
function useGapFill(list: WatchList, isOff: boolean): void {
  const storeId = useStoreId();
  const store = useLiveStore();
  const seen = useRef(new WeakMap<ChangeRing, number>());
  useEffect(() => {
    if (isOff) return;
    const abort = new AbortController();
    const fill = (row: ChangeRow & { readonly kind: 'gap' }): void => {
      // From 0: other data than before, or nothing before. There is nothing to read.
      if (row.from === '0' || row.from === row.to) return;
      readPast({
        from: Number(row.from) + 1,
        to: Number(row.to),
        compacted: 0,
        read: (span, signal) => frameApi.changes(storeId, span, signal),
        signal: abort.signal,
        now: () => Date.now(),
        changesMax: GAP_CHANGES_MAX,
      }).then(
        (read) => {
          if (read.changes > 0) list.fillGap(row.seq, read.rows);
        },
        () => undefined,
      );
    };
    const look = (): void => {
      for (const row of store.ring.since(seen.current.get(store.ring) ?? 0)) if (row.kind === 'gap') fill(row);
      seen.current.set(store.ring, store.ring.nextSeq);
    };
    look();
    const stop = store.changes.subscribe(look);
    return () => {
      stop();
      abort.abort();
      seen.current.delete(store.ring);
    };
  }, [list, isOff, store, storeId]);
}

const notYet = (from: number, newest: number): string =>
  `Revision ${formatCount(from)} does not exist yet; the newest is ${formatCount(newest)}. Changes show as they come.`;
