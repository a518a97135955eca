/** Undoing a save: the inverse write, guarded by the revision the save made, so that nobody's later write is lost. */
import type { DeleteBody, LeaseChoice, PutBody, WriteResult } from '../../../lib/api/types.ts';
import type { Draft } from './draft.ts';

export type UndoSave =
  | { readonly kind: 'put'; readonly body: PutBody }
  | { readonly kind: 'delete'; readonly body: DeleteBody };

/** `draft` is what was saved; `result` what the store answered. */
export function undoOf(draft: Draft, result: WriteResult, newId: () => string): UndoSave {
  const { base, key } = draft;
  if (base === null) {
    const body = { target: { key }, expectRevision: result.revision, expectKeys: 1, idempotencyKey: newId() };
    return { kind: 'delete', body };
  }
  const lease: LeaseChoice =
    draft.lease.mode === 'keep' || base.lease === (result.kv?.lease ?? null)
      ? { mode: 'keep' }
      : base.lease === null
        ? { mode: 'detach' }
        : { mode: 'attach', id: base.lease };
  return {
    kind: 'put',
    body: { key, value: base.value, expectModRevision: result.revision, lease, idempotencyKey: newId() },
  };
}
