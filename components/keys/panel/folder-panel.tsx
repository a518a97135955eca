'use client';

import { useQuery } from '@tanstack/react-query';
import { Plus, Trash2 } from 'lucide-react';
import { queries } from '../../../lib/api/queries.ts';
import type { TreeNode, WireBytes } from '../../../lib/api/types.ts';
import { formatBytes, formatCount, plural } from '../../../lib/format/number.ts';
import { displayBytes, wireToByteString } from '../../../lib/keys/wire-bytes.ts';
import { useOnChanges } from '../../shell/use-live.ts';
import { usePinnedRevision } from '../../shell/use-pinned-revision.ts';
import { useStore } from '../../shell/use-store.ts';
import { Button } from '../../ui/button.tsx';
import { CopyAsMenu } from '../../ui/copy-as.tsx';
import { CommandLine } from '../../ui/empty-state.tsx';
import { SkeletonRows } from '../../ui/skeleton.tsx';
import { folderCopyForms } from '../key-copy.ts';
import { useThrottled } from '../use-throttled.ts';
import { Breadcrumb } from './breadcrumb.tsx';
import { FolderMenu } from './folder-menu.tsx';
import { PanelError } from './panel-error.tsx';
import { PanelFrame } from './panel-frame.tsx';

export interface FolderPanelProps {
  readonly prefix: WireBytes;
  readonly delimiter: string;
  readonly onBack: () => void;
  readonly onDelete: (prefix: WireBytes) => void;
  readonly onCreate: () => void;
}

/** One request a second at most, however fast the folder changes. */
const REFRESH_MS = 1_000;

/** A folder: what is in it, and the acts on all of it. */
export function FolderPanel({ prefix, delimiter, onBack, onDelete, onCreate }: FolderPanelProps) {
  const store = useStore();
  const { rev } = usePinnedRevision();
  const below = useQuery(queries.children(store.id, { prefix, delimiter, offset: 0, limit: 200, rev }));
  // A flat page of one tells how many keys there are, however deep.
  const all = useQuery(queries.children(store.id, { prefix, delimiter: '', offset: 0, limit: 1, rev }));
  const refresh = useThrottled(REFRESH_MS, () => {
    void below.refetch();
    void all.refetch();
  });
  useOnChanges((rows) => {
    if (rev !== null) return;
    const folder = wireToByteString(prefix);
    if (rows.some((row) => row.kind === 'gap' || wireToByteString(row.event.key).startsWith(folder))) refresh();
  });
  const forms = folderCopyForms(store, prefix, rev);
  const canWrite = rev === null && !store.readOnly;
  const error = below.error ?? all.error;
  return (
    <PanelFrame
      label={`Folder ${displayBytes(prefix)}`}
      onBack={onBack}
      breadcrumb={<Breadcrumb path={prefix} isFolder delimiter={delimiter} />}
      actions={
        <>
          <CopyAsMenu forms={forms} />
          <FolderMenu prefix={prefix} rev={rev} canWrite={canWrite} />
          {canWrite ? (
            <>
              {all.data?.total === 0 ? null : (
                <Button variant="ghost" size="small" onClick={() => onDelete(prefix)}>
                  <Trash2 aria-hidden="true" />
                  Delete folder…
                </Button>
              )}
              <Button size="small" onClick={onCreate}>
                <Plus aria-hidden="true" />
                New key here
              </Button>
            </>
          ) : null}
        </>
      }
    >
      {below.data === undefined || all.data === undefined ? (
        error === null ? (
          <SkeletonRows rows={5} />
        ) : (
          <PanelError title="The folder could not be read" error={error} onRetry={() => void below.refetch()} />
        )
      ) : (
        <div className="flex flex-col gap-4 overflow-y-auto p-3">
          <p>
            {all.data.total === 0 ? (
              'Nothing is in this folder'
            ) : (
              <>
                <b className="font-semibold">{plural(all.data.total, 'key')}</b> below this prefix, in{' '}
                {plural(below.data.total, 'entry', 'entries')}
              </>
            )}
            , complete at revision <span className="mono">{formatCount(below.data.revision)}</span>.
          </p>
          {below.data.nodes.length === below.data.total ? <Largest nodes={below.data.nodes} /> : null}
          {all.data.total === 0 ? null : (
            <div className="flex flex-col gap-1">
              <h2 className="text-fg-3 text-meta">All of it, from a terminal</h2>
              <CommandLine command={forms.etcdctl?.() ?? ''} />
            </div>
          )}
        </div>
      )}
    </PanelFrame>
  );
}

const LARGEST_SHOWN = 8;

/** Which entries hold the bytes: the question one has before cleaning up. */
function Largest({ nodes }: { readonly nodes: readonly TreeNode[] }) {
  const sizes = nodes
    .map((node) => ({
      name: displayBytes(node.name),
      bytes: (node.folder?.bytes ?? 0) + (node.key?.valueBytes ?? 0),
      isFolder: node.folder !== null,
    }))
    .sort((a, b) => b.bytes - a.bytes);
  const top = sizes.slice(0, LARGEST_SHOWN);
  const most = top[0]?.bytes ?? 0;
  // Equal shares tell nothing.
  if (top.length < 2 || most === sizes.at(-1)?.bytes) return null;
  return (
    <section aria-label="Where the bytes are" className="flex max-w-xl flex-col gap-1">
      <h2 className="text-fg-3 text-meta">Where the bytes are</h2>
      <ul className="flex flex-col">
        {top.map((entry) => (
          <li
            key={`${entry.name}${entry.isFolder}`}
            className="grid h-6 grid-cols-[minmax(0,14rem)_minmax(0,1fr)_5rem] items-center gap-3"
          >
            <span className="mono truncate">
              {entry.name || '(empty name)'}
              {entry.isFolder ? <span className="text-fg-3">/</span> : null}
            </span>
            <span aria-hidden="true" className="h-1.5 rounded-full bg-line">
              <span className="block h-full rounded-full bg-fg-3" style={{ width: `${(entry.bytes / most) * 100}%` }} />
            </span>
            <span className="nums text-right text-fg-2 text-meta">{formatBytes(entry.bytes)}</span>
          </li>
        ))}
      </ul>
    </section>
  );
}
