'use client';

import { Undo2 } from 'lucide-react';
import { useState } from 'react';
import type { AuditEntry } from '../../lib/api/audit.ts';
import type { WireInt } from '../../lib/api/types.ts';
import { formatCount } from '../../lib/format/number.ts';
import { later } from '../shell/later.tsx';
import { useRevision } from '../shell/use-live.ts';
import { usePinnedRevision } from '../shell/use-pinned-revision.ts';
import { useStore } from '../shell/use-store.ts';
import { Button } from '../ui/button.tsx';

const BulkDialog = later(() => import('../history/bulk/bulk-dialog.tsx').then((module) => module.BulkDialog));

/** The revision whose changes of keys can be taken back; null: the entry made none. Configuration has a way back of its own. */
export function undoableRevision({ action, result, revision }: AuditEntry): WireInt | null {
  const changesKeys = action.startsWith('key.') || action === 'group.release' || action === 'lease.revoke';
  return changesKeys && result === 'done' ? revision : null;
}

/** The way back from an entry, as long as the store's history reaches before it. */
export function UndoEntry({ entry }: { readonly entry: AuditEntry }) {
  const store = useStore();
  const { rev } = usePinnedRevision();
  const known = useRevision()?.value ?? null;
  const [isOpen, setOpen] = useState(false);
  const revision = undoableRevision(entry);
  if (revision === null || store.readOnly || rev !== null) return null;
  // The values before a revision are read one below it.
  const isGone = known !== null && BigInt(revision) - 1n < BigInt(known.compacted);
  return (
    <div className="border-t px-3 py-3">
      <Button size="small" disabled={isGone} onClick={() => setOpen(true)}>
        <Undo2 aria-hidden="true" />
        Undo this change…
      </Button>
      <p className="mt-1 text-fg-3 text-meta">
        {isGone
          ? `What stood before it is compacted: history begins at revision ${formatCount(known.compacted)}.`
          : 'First shows what exactly would come back. Keys that changed since are left alone.'}
      </p>
      {isOpen ? (
        <BulkDialog
          isWanted
          draft={{ kind: 'undo', revisions: [revision] }}
          title={`Undo what revision ${formatCount(revision)} did`}
          verb="Undo"
          onClose={() => setOpen(false)}
        />
      ) : null}
    </div>
  );
}
