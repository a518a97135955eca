'use client';

import { useMemo } from 'react';
import { parseWireInt } from '../../lib/format/number.ts';
import { type ChangeFilter, NO_FILTER } from '../../lib/live/change-filter.ts';
import { parseSubscription, SUBSCRIPTIONS_MAX, subscriptionText } from '../../lib/live/subscription.ts';
import { listOf, textParam, withFallback } from '../shell/url-params.ts';
import { useUrlStates } from '../shell/use-url-state.ts';

const PARAMS = {
  sub: withFallback(listOf({ parse: parseSubscription, serialize: subscriptionText }), []),
  from: withFallback(textParam, ''),
};

export interface WatchUrl {
  /** At least one. */
  readonly filters: readonly ChangeFilter[];
  /** The revision the list begins at; null: where the page opened. */
  readonly from: number | null;
  readonly change: (index: number, change: Partial<ChangeFilter>) => void;
  readonly add: () => void;
  readonly remove: (index: number) => void;
  readonly setFrom: (revision: number | null) => void;
}

/** The subscriptions of the watch and where it begins, which live in the URL. */
export function useWatchUrl(): WatchUrl {
  const [{ sub, from }, setUrl] = useUrlStates(PARAMS);
  const written = JSON.stringify(sub);
  const filters = useMemo(() => {
    const read = JSON.parse(written) as readonly ChangeFilter[];
    return read.length === 0 ? [NO_FILTER] : read.slice(0, SUBSCRIPTIONS_MAX);
  }, [written]);
  const set = (next: readonly ChangeFilter[]): void => {
    const isPlain = next.length === 0 || (next.length === 1 && subscriptionText(next[0] ?? NO_FILTER) === '');
    void setUrl({ sub: isPlain ? null : [...next] });
  };
  const revision = Number(parseWireInt(from) ?? 0);
  return {
    filters,
    from: Number.isSafeInteger(revision) && revision > 0 ? revision : null,
    change: (index, change) => set(filters.map((one, at) => (at === index ? { ...one, ...change } : one))),
    add: () => {
      if (filters.length < SUBSCRIPTIONS_MAX) set([...filters, NO_FILTER]);
    },
    remove: (index) => set(filters.filter((_, at) => at !== index)),
    setFrom: (next) => void setUrl({ from: next === null ? null : String(next) }),
  };
}
