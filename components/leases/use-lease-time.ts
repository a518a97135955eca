'use client';

import { useCallback, useSyncExternalStore } from 'react';
import type { LeaseReading } from '../../lib/api/lease-types.ts';
import type { WireHexId } from '../../lib/api/types.ts';
import { useStoreId } from '../shell/use-store.ts';
import { leaseTimesOf } from './lease-times.ts';

const nothing = (): (() => void) => () => undefined;

/** What the store said last of a lease, renewed while it is shown. Undefined: not known yet; null: gone, or not told. */
export function useLeaseTime(id: WireHexId | null): LeaseReading | null | undefined {
  const storeId = useStoreId();
  const subscribe = useCallback(
    (listener: () => void) =>
      id === null || storeId === '' ? nothing() : leaseTimesOf(storeId).subscribe(id, listener),
    [id, storeId],
  );
  return useSyncExternalStore(
    subscribe,
    () => (id === null ? undefined : leaseTimesOf(storeId).get(id)),
    () => undefined,
  );
}
