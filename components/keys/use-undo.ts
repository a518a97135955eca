'use client';

import { useQueryClient } from '@tanstack/react-query';
import { ApiFailure } from '../../lib/api/call.ts';
import { api } from '../../lib/api/client.ts';
import { queryKeys } from '../../lib/api/queries.ts';
import type { DeleteResult, DeleteTarget, WriteResult } from '../../lib/api/types.ts';
import { errorText } from '../../lib/base/error-text.ts';
import { formatCount, plural } from '../../lib/format/number.ts';
import { displayBytes } from '../../lib/keys/wire-bytes.ts';
import { restoredText, undoRevisions } from '../history/bulk/undo-revisions.ts';
import { useStore } from '../shell/use-store.ts';
import { toasts } from '../ui/toast-store.ts';
import type { Draft } from './edit/draft.ts';
import { newId } from './edit/new-id.ts';
import { undoOf } from './edit/undo-save.ts';

/** How long a delete can be undone from its message; after that, from the trash. */
const DELETE_UNDO_MS = 60_000;

/** Tells of each write and offers its undo: a guarded inverse, refused when somebody wrote since. */
export function useUndo() {
  const store = useStore();
  const client = useQueryClient();
  const refresh = (): void => void client.invalidateQueries({ queryKey: queryKeys.store(store.id) });

  const undoSave = async (draft: Draft, result: WriteResult): Promise<void> => {
    const undo = undoOf(draft, result, newId);
    try {
      if (undo.kind === 'put') await api.putKey(store.id, undo.body);
      else await api.deleteKeys(store.id, undo.body);
      toasts.add({ tone: 'good', text: `Undone: ${displayBytes(draft.key)} is as it was before.` });
    } catch (error) {
      toasts.add({ tone: 'bad', text: notUndone(error) });
    }
    refresh();
  };
  const undoDelete = async (result: DeleteResult): Promise<void> => {
    const id = toasts.add({ text: `Restoring ${plural(result.deleted, 'key')}…`, lifeMs: null });
    try {
      const job = await undoRevisions(store.id, [result.revision]);
      const isWhole = job.state === 'done' && job.refused === 0;
      toasts.add({ tone: isWhole ? 'good' : 'bad', text: restoredText(job) });
    } catch (error) {
      toasts.add({ tone: 'bad', text: notUndone(error) });
    } finally {
      toasts.close(id);
    }
    refresh();
  };

  return {
    saved: ({ draft, result }: { readonly draft: Draft; readonly result: WriteResult }): void => {
      refresh();
      toasts.add({
        tone: 'good',
        text: `${draft.base === null ? 'Created' : 'Saved'} ${displayBytes(draft.key)} at revision ${formatCount(result.revision)}.`,
        action: { label: 'Undo', run: () => void undoSave(draft, result) },
      });
    },
    deleted: (target: DeleteTarget, result: DeleteResult): void => {
      refresh();
      const what = target.key === undefined ? plural(result.deleted, 'key') : displayBytes(target.key);
      toasts.add({
        tone: 'good',
        text: `Deleted ${what} at revision ${formatCount(result.revision)}.`,
        lifeMs: DELETE_UNDO_MS,
        action: { label: 'Undo', run: () => void undoDelete(result) },
      });
    },
  };
}

function notUndone(error: unknown): string {
  if (error instanceof ApiFailure && error.status === 409) {
    return 'Not undone: somebody wrote since. Nothing was overwritten; the history below shows every version.';
  }
  return `Not undone: ${errorText(error)}`;
}
