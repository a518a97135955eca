'use client';

import { keepPreviousData, useQuery, useQueryClient } from '@tanstack/react-query';
import { useEffect, useState } from 'react';
import { ApiFailure } from '../../lib/api/call.ts';
import { configKey, configQueries } from '../../lib/api/config-client.ts';
import type { WireInt } from '../../lib/api/types.ts';
import { newId } from '../keys/edit/new-id.ts';
import { useThrottled } from '../keys/use-throttled.ts';
import { useOnChanges } from '../shell/use-live.ts';
import { usePinnedRevision } from '../shell/use-pinned-revision.ts';
import { useStore } from '../shell/use-store.ts';

/** Reports of a fleet come many a second; the page follows this often, and less often where the answers are long. */
const REFRESH_MS = 200;
const LONG_REFRESH_MS = 1_000;
const LONG_INSTANCES = 200;

/** Everything there is, now or at the pinned revision, fresh with the stream. Also refreshes the details shown beside. */
export function useConfigOverview() {
  const store = useStore();
  const { rev } = usePinnedRevision();
  const client = useQueryClient();
  const query = useQuery({ ...configQueries.overview(store.id, rev), placeholderData: keepPreviousData });
  const prefix = query.data?.prefix;
  const isLong = query.data?.targets.some(({ instances }) => instances > LONG_INSTANCES) ?? false;
  const refresh = useThrottled(
    isLong ? LONG_REFRESH_MS : REFRESH_MS,
    () => void client.invalidateQueries({ queryKey: configKey(store.id) }),
  );
  useOnChanges((rows) => {
    if (rev !== null) return;
    const concerns = rows.some(
      (row) => row.kind === 'gap' || (typeof row.event.key === 'string' && row.event.key.startsWith(prefix ?? '/')),
    );
    if (concerns) refresh();
  });
  return query;
}

export const useTarget = (store: string, target: string, rev: WireInt | null) =>
  useQuery({
    ...configQueries.target(store, target, rev),
    retry: false,
    placeholderData: (before) => (before?.document.target === target ? before : undefined),
  });

export const useRollout = (store: string, id: string, rev: WireInt | null) =>
  useQuery({
    ...configQueries.rollout(store, id, rev),
    retry: false,
    // A thousand instances come anew each second; what is drawn of them is compared tile by tile anyway.
    structuralSharing: false,
    placeholderData: (before) => (before?.rollout.rolloutId === id ? before : undefined),
  });

const NAME_KEY = 'quorate.author';

/** Who acts: the signed-in user; where the store has no users, the name this browser was told. */
export function useAuthor(): {
  readonly by: string;
  readonly isKnown: boolean;
  readonly setName: (name: string) => void;
} {
  const store = useStore();
  const [name, setName] = useState('');
  useEffect(() => setName(localStorage.getItem(NAME_KEY) ?? ''), []);
  if (store.access.mode === 'user') return { by: store.access.user, isKnown: true, setName: () => undefined };
  return {
    by: name,
    isKnown: false,
    setName: (next) => {
      setName(next);
      localStorage.setItem(NAME_KEY, next);
    },
  };
}

/** `by` of a body: left out where nobody gave a name. */
export const byOf = (name: string): { readonly by?: string } => (name.trim() === '' ? {} : { by: name.trim() });

/**
 * One key for one write, however often it is sent; a new one after a refusal, because what is asked then is another write. Where
 * nobody knows what became of it the key stays, so that it cannot happen twice.
 */
export function useWriteKey(): { readonly idempotencyKey: string; readonly refused: (error: unknown) => void } {
  const [idempotencyKey, setKey] = useState(newId);
  const refused = (error: unknown): void => {
    if (error instanceof ApiFailure && error.status >= 400 && error.status < 500) setKey(newId());
  };
  return { idempotencyKey, refused };
}
