'use client';

import { usePinnedRevision } from './use-pinned-revision.ts';
import { useStore } from './use-store.ts';

/** Whether a page may offer changes: not where the console only reads the store, and not in the past. */
export function useCanWrite(): boolean {
  const store = useStore();
  const { rev } = usePinnedRevision();
  return !store.readOnly && rev === null;
}
