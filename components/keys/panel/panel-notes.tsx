'use client';

import { Plus, RotateCcw } from 'lucide-react';
import type { KeyDetail, KeyVersion, WireInt } from '../../../lib/api/types.ts';
import { formatCount } from '../../../lib/format/number.ts';
import { usePinnedRevision } from '../../shell/use-pinned-revision.ts';
import { StatusMark } from '../../ui/badge.tsx';
import { Button } from '../../ui/button.tsx';
import { EmptyState } from '../../ui/empty-state.tsx';
import { Tooltip } from '../../ui/tooltip.tsx';

/** On a pinned page: the value as it was then, offered as the next one. */
export function RestoreButton({ isSame, onRestore }: { readonly isSame: boolean; readonly onRestore: () => void }) {
  const { unpin } = usePinnedRevision();
  return (
    <Tooltip
      content={isSame ? 'This is what stands there now' : 'Shows the difference to now before anything is written'}
    >
      <Button
        size="small"
        aria-disabled={isSame}
        onClick={() => {
          if (isSame) return;
          onRestore();
          unpin();
        }}
      >
        Restore this…
      </Button>
    </Tooltip>
  );
}

export function OvertakenNote({ onCompare }: { readonly onCompare: () => void }) {
  return (
    <div role="status" className="flex flex-wrap items-center gap-x-3 gap-y-1 border-b bg-risk/8 px-3 py-1">
      <StatusMark tone="risk">Somebody changed this key since you began.</StatusMark>
      <Button size="small" onClick={onCompare} className="ml-auto">
        Compare
      </Button>
    </div>
  );
}

/** On a pinned page: the edit waits in the present. */
export function DraftNote() {
  const { unpin } = usePinnedRevision();
  return (
    <div className="flex flex-wrap items-center gap-x-3 border-b px-3 py-1">
      <span className="text-fg-2">You have an edit of this key that is not saved.</span>
      <Button size="small" onClick={unpin} className="ml-auto">
        Back to it
      </Button>
    </div>
  );
}

interface AbsentProps {
  readonly detail: KeyDetail;
  readonly rev: WireInt | null;
  readonly canCreate: boolean;
  /** The last version that was not a delete; undefined when none is retained. */
  readonly last: KeyVersion | undefined;
  readonly onCreate: () => void;
  readonly onRestore: (version: KeyVersion) => void;
}

/** The key does not exist: what can be done about it. */
export function Absent({ detail, rev, canCreate, last, onCreate, onRestore }: AbsentProps) {
  return (
    <EmptyState
      className="border-b"
      actions={
        canCreate ? (
          <>
            {last === undefined ? null : (
              <Button size="small" onClick={() => onRestore(last)}>
                <RotateCcw aria-hidden="true" />
                Restore what was deleted…
              </Button>
            )}
            <Button size="small" variant={last === undefined ? 'secondary' : 'ghost'} onClick={onCreate}>
              <Plus aria-hidden="true" />
              Create it
            </Button>
          </>
        ) : undefined
      }
    >
      {rev === null
        ? `This key does not exist at revision ${formatCount(detail.revision)}.`
        : `This key did not exist at revision ${formatCount(rev)}.`}
    </EmptyState>
  );
}

export function NoHistory({ compacted }: { readonly compacted: WireInt }) {
  return (
    <p className="px-3 pb-4 text-fg-3">
      {compacted === '0'
        ? 'No version of this key was ever written.'
        : `No version is retained: the store is compacted below revision ${formatCount(compacted)}.`}
    </p>
  );
}
