'use client';

import { useQuery } from '@tanstack/react-query';
import { RotateCcw, X } from 'lucide-react';
import { useState } from 'react';
import type { PrefixDiffRow, TrashGroup } from '../../../lib/api/bulk-types.ts';
import { queries } from '../../../lib/api/queries.ts';
import type { KeyMeta, WireBytes } from '../../../lib/api/types.ts';
import { addInt, formatBytes, formatCount, plural } from '../../../lib/format/number.ts';
import { valueStart } from '../../../lib/history/value-format.ts';
import { displayBytes, wireId } from '../../../lib/keys/wire-bytes.ts';
import { PanelError } from '../../keys/panel/panel-error.tsx';
import { RevisionLink } from '../../shell/links.tsx';
import { useStore } from '../../shell/use-store.ts';
import { Button, IconButton } from '../../ui/button.tsx';
import { Mark } from '../../ui/marks.tsx';
import { SkeletonRows } from '../../ui/skeleton.tsx';

/** Listed here; all of them are restored all the same. */
const KEYS_SHOWN = 500;
const PREVIEW_CHARS = 4_000;

export interface TrashGroupPanelProps {
  readonly group: TrashGroup;
  readonly prefix: WireBytes;
  readonly canRestore: boolean;
  /** Undefined: all of them. */
  readonly onRestore: (keys?: readonly WireBytes[]) => void;
  readonly onClose: () => void;
}

/** One deletion: the keys it took, each with its last value, and the way back for all or some. */
export function TrashGroupPanel({ group, prefix, canRestore, onRestore, onClose }: TrashGroupPanelProps) {
  const store = useStore();
  const before = addInt(group.revision, -1);
  const taken = useQuery(
    queries.diff(store.id, { prefix, from: before, to: group.revision, offset: 0, limit: KEYS_SHOWN }),
  );
  const [chosen, setChosen] = useState<ReadonlyMap<string, WireBytes>>(new Map());
  const [shown, setShown] = useState<WireBytes | null>(null);
  const toggle = (key: WireBytes): void => {
    const next = new Map(chosen);
    if (!next.delete(wireId(key))) next.set(wireId(key), key);
    setChosen(next);
  };
  const rows = (taken.data?.rows ?? []).filter(isRemoved);
  return (
    <section aria-label={`Deletion at revision ${group.revision}`} className="flex min-h-0 flex-1 flex-col bg-surface">
      <header className="flex min-h-11 shrink-0 flex-wrap items-center gap-2 border-b px-3 py-1.5">
        <h2 className="min-w-0 flex-1 truncate font-semibold">
          {plural(group.keys, 'key')} deleted at <RevisionLink rev={group.revision} />
        </h2>
        {canRestore ? (
          <>
            {chosen.size === 0 ? null : (
              <Button size="small" onClick={() => onRestore([...chosen.values()])}>
                <RotateCcw aria-hidden="true" />
                Restore {formatCount(chosen.size)} chosen…
              </Button>
            )}
            <Button size="small" variant={chosen.size === 0 ? 'primary' : 'secondary'} onClick={() => onRestore()}>
              <RotateCcw aria-hidden="true" />
              {group.keys === 1 ? 'Restore it…' : `Restore all ${formatCount(group.keys)}…`}
            </Button>
          </>
        ) : null}
        <IconButton label="Close" shortcut="Esc" size="small" onClick={onClose}>
          <X aria-hidden="true" />
        </IconButton>
      </header>
      {taken.data === undefined ? (
        taken.error === null ? (
          <SkeletonRows rows={8} />
        ) : (
          <PanelError title="These keys could not be read" error={taken.error} onRetry={() => void taken.refetch()} />
        )
      ) : (
        <ul className="min-h-0 flex-1 overflow-y-auto py-1">
          {rows.map(({ before: meta }) => (
            <li key={wireId(meta.key)}>
              <div className="flex min-h-6 items-center gap-2 px-3 hover:bg-hover">
                <input
                  type="checkbox"
                  aria-label={`Choose ${displayBytes(meta.key)}`}
                  checked={chosen.has(wireId(meta.key))}
                  onChange={() => toggle(meta.key)}
                  className="accent-accent-fill"
                />
                <button
                  type="button"
                  aria-expanded={shown !== null && wireId(shown) === wireId(meta.key)}
                  className="mono min-w-0 flex-1 truncate rounded-mark text-left hover:underline"
                  onClick={() => setShown(shown !== null && wireId(shown) === wireId(meta.key) ? null : meta.key)}
                >
                  {displayBytes(meta.key)}
                </button>
                {meta.lease === null ? null : (
                  <span className="mono inline-flex items-center gap-1 text-lease text-meta">
                    <Mark shape="hourglass" className="size-3" />
                    {meta.lease}
                  </span>
                )}
                <span className="nums text-fg-3 text-meta">{formatBytes(meta.valueBytes)}</span>
              </div>
              {shown !== null && wireId(shown) === wireId(meta.key) ? <LastValue wire={meta.key} rev={before} /> : null}
            </li>
          ))}
          {taken.data.removed > rows.length ? (
            <li className="px-3 py-1 text-fg-3 text-meta">
              {plural(taken.data.removed - rows.length, 'more key')} not listed here; “Restore all” takes them too.
            </li>
          ) : null}
        </ul>
      )}
    </section>
  );
}

const isRemoved = (row: PrefixDiffRow): row is PrefixDiffRow & { readonly before: KeyMeta } =>
  row.kind === 'removed' && row.before !== null;

function LastValue({ wire, rev }: { readonly wire: WireBytes; readonly rev: string }) {
  const store = useStore();
  const { data, error } = useQuery(queries.key(store.id, { key: wire, rev }));
  if (error !== null) return <p className="px-9 py-1 text-bad">{error.message}</p>;
  if (data === undefined) return <SkeletonRows rows={2} />;
  const { text, isCut } = valueStart(data.kv?.value ?? '', { lines: PREVIEW_CHARS, chars: PREVIEW_CHARS });
  return (
    <pre className="mono mx-9 my-1 max-h-60 overflow-auto whitespace-pre-wrap break-all rounded-control border bg-inset px-3 py-1 text-fg-2">
      {text || '(no bytes)'}
      {isCut ? '\n…' : ''}
    </pre>
  );
}
