'use client';

import { useQuery } from '@tanstack/react-query';
import type { DeleteTarget } from '../../../lib/api/types.ts';
import { readWatchers, type WatchersView } from '../../../lib/api/watcher-types.ts';
import { formatCount, plural } from '../../../lib/format/number.ts';
import { useStoreId } from '../../shell/use-store.ts';

/** Watchers come and go without a word on the stream: what was read is good for this long. */
const STALE_MS = 10_000;

/** Undefined: not known yet, or it could not be asked; nobody waits for it. */
export function useWatchers(target: DeleteTarget, isWanted = true): WatchersView | undefined {
  const store = useStoreId();
  return useQuery({
    queryKey: ['store', store, 'watchers', target],
    queryFn: ({ signal }) => readWatchers(store, target, signal),
    staleTime: STALE_MS,
    retry: false,
    enabled: isWanted,
  }).data;
}

/** "4 watchers, 1 behind"; null: the store does not tell. */
export function watchersText({ watchers, slow, members, answered }: WatchersView): string | null {
  if (watchers === null) return null;
  const behind = slow === null || slow === 0 ? '' : `, ${formatCount(slow)} behind`;
  const unasked = answered < members ? ` on ${answered} of ${plural(members, 'member')}` : '';
  return `${plural(watchers, 'watcher')}${behind}${unasked}`;
}
