'use client';

import { useQueryClient } from '@tanstack/react-query';
import { api } from '../../lib/api/client.ts';
import { queryKeys } from '../../lib/api/queries.ts';
import type { LeaseView, WriteResult } from '../../lib/api/types.ts';
import { errorText } from '../../lib/base/error-text.ts';
import { formatCount, plural } from '../../lib/format/number.ts';
import { restoredText, undoRevisions } from '../history/bulk/undo-revisions.ts';
import { newId } from '../keys/edit/new-id.ts';
import { useStore } from '../shell/use-store.ts';
import { toasts } from '../ui/toast-store.ts';

const UNDO_MS = 60_000;

/** Tells of grants and revocations; a revocation is undone by granting the same lease again and restoring its keys. */
export function useLeaseUndo() {
  const store = useStore();
  const client = useQueryClient();
  const refresh = (): void => void client.invalidateQueries({ queryKey: queryKeys.store(store.id) });

  const undoRevoke = async (lease: LeaseView, result: WriteResult): Promise<void> => {
    try {
      await api.grantLease(store.id, {
        ttlSeconds: Number(lease.grantedTtlSeconds),
        id: lease.id,
        idempotencyKey: newId(),
      });
      const job = await undoRevisions(store.id, [result.revision]);
      const isWhole = job.state === 'done' && job.refused === 0;
      toasts.add({
        tone: isWhole ? 'good' : 'bad',
        text: `Granted lease ${lease.id} again. ${restoredText(job)}${isWhole ? ' Nothing keeps it alive until its client does.' : ''}`,
      });
    } catch (error) {
      toasts.add({ tone: 'bad', text: `Not undone: ${errorText(error)}` });
    }
    refresh();
  };

  return {
    granted: (lease: LeaseView): void => {
      refresh();
      toasts.add({ tone: 'good', text: `Granted lease ${lease.id} for ${formatCount(lease.grantedTtlSeconds)} s.` });
    },
    revoked: (lease: LeaseView, result: WriteResult): void => {
      refresh();
      toasts.add({
        tone: 'good',
        text: `Revoked lease ${lease.id}${lease.keyCount === 0 ? '' : ` and with it ${plural(lease.keyCount, 'key')}`}.`,
        lifeMs: UNDO_MS,
        action: { label: 'Undo', run: () => void undoRevoke(lease, result) },
      });
    },
  };
}
