'use client';

import { Undo2 } from 'lucide-react';
import { useState } from 'react';
import type { AuditEntry } from '../../lib/api/audit.ts';
import { REVISIONS_NAMED_MAX } from '../../lib/api/bulk-types.ts';
import type { WireInt } from '../../lib/api/types.ts';
import { formatCount, plural } from '../../lib/format/number.ts';
import { revisionsIn } from '../../lib/history/revision-ranges.ts';
import { later } from '../shell/later.tsx';
import { useRevision } from '../shell/use-live.ts';
import { usePinnedRevision } from '../shell/use-pinned-revision.ts';
import { useStore } from '../shell/use-store.ts';
import { Button } from '../ui/button.tsx';

const BulkDialog = later(() => import('../history/bulk/bulk-dialog.tsx').then((module) => module.BulkDialog));

/**
 * The revisions whose changes of keys can be taken back; null: the entry made none. Empty: too many to name. Configuration has a way
 * back of its own.
 */
export function undoableRevisions({ action, result, revision, revisions }: AuditEntry): readonly WireInt[] | null {
  const changesKeys = /^keys?\./.test(action) || action === 'group.release' || action === 'lease.revoke';
  if (!changesKeys || result !== 'done' || revision === null || revision === '0') return null;
  return revisions === undefined ? [revision] : (revisionsIn(revisions, REVISIONS_NAMED_MAX) ?? []);
}

/** The way back from an entry, as long as the store's history reaches before it. */
export function UndoEntry({ entry }: { readonly entry: AuditEntry }) {
  const store = useStore();
  const { rev } = usePinnedRevision();
  const known = useRevision()?.value ?? null;
  const [isOpen, setOpen] = useState(false);
  const revisions = undoableRevisions(entry);
  if (revisions === null || store.readOnly || rev !== null) return null;
  const [first] = revisions;
  // The values before a revision are read one below it.
  const isGone = first !== undefined && known !== null && BigInt(first) - 1n < BigInt(known.compacted);
  return (
    <div className="border-t px-3 py-3">
      <Button size="small" disabled={isGone || first === undefined} onClick={() => setOpen(true)}>
        <Undo2 aria-hidden="true" />
        Undo this change…
      </Button>
      <p className="mt-1 text-fg-3 text-meta">
        {first === undefined
          ? 'It made too many transactions to be undone at once: a prefix can be restored as it was, on Compare.'
          : isGone
            ? `What stood before it is compacted: history begins at revision ${formatCount(known.compacted)}.`
            : 'First shows what exactly would come back. Keys that changed since are left alone.'}
      </p>
      {isOpen ? (
        <BulkDialog
          isWanted
          draft={{ kind: 'undo', revisions }}
          title={
            revisions.length === 1
              ? `Undo what revision ${formatCount(first ?? '0')} did`
              : `Undo what ${plural(revisions.length, 'transaction')} did`
          }
          verb="Undo"
          onClose={() => setOpen(false)}
        />
      ) : null}
    </div>
  );
}
