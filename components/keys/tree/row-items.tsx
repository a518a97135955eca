'use client';

import { useRouter } from 'next/navigation';
import type { WireBytes } from '../../../lib/api/types.ts';
import { displayBytes } from '../../../lib/keys/wire-bytes.ts';
import { watchParams } from '../../../lib/live/subscription.ts';
import { useKeyForms } from '../../shell/links.tsx';
import { keyParams, useHref } from '../../shell/use-href.ts';
import { usePinnedRevision } from '../../shell/use-pinned-revision.ts';
import { useStore } from '../../shell/use-store.ts';
import { CopyAsMenuItems } from '../../ui/copy-as.tsx';
import { MenuContent, MenuItem, MenuLabel, MenuSeparator } from '../../ui/menu.tsx';
import { folderCopyForms } from '../key-copy.ts';
import type { TreePanelProps } from './tree-panel.tsx';

type Acts = Pick<TreePanelProps, 'onCreate' | 'onDelete'>;

export interface RowItemsProps extends Acts {
  /** The key of the row, the folder of the row: one of them, or both. */
  readonly wire: WireBytes | null;
  readonly prefix: WireBytes | null;
}

/** The right-click menu of a row. */
export const RowItems = ({ wire, prefix, onCreate, onDelete }: RowItemsProps) => (
  <MenuContent>
    {wire === null ? null : <KeyItems wire={wire} onDelete={onDelete} />}
    {prefix === null ? null : <FolderItems prefix={prefix} onCreate={onCreate} onDelete={onDelete} />}
  </MenuContent>
);

function KeyItems({ wire, onDelete }: { readonly wire: WireBytes } & Pick<Acts, 'onDelete'>) {
  const href = useHref();
  const router = useRouter();
  const store = useStore();
  const { rev } = usePinnedRevision();
  const forms = useKeyForms(wire, ...(rev === null ? [] : [rev]));
  const address = href('/keys', keyParams(wire));
  return (
    <>
      <MenuLabel className="mono max-w-80 truncate">{displayBytes(wire)}</MenuLabel>
      <MenuItem onSelect={() => router.push(address)}>Open</MenuItem>
      <MenuItem onSelect={() => window.open(address, '_blank', 'noopener')}>Open in a new tab</MenuItem>
      {typeof wire === 'string' ? (
        <MenuItem onSelect={() => router.push(href('/watch', watchParams({ text: wire })))}>Watch this key</MenuItem>
      ) : null}
      <MenuSeparator />
      <CopyAsMenuItems forms={forms} />
      {rev !== null || store.readOnly ? null : (
        <>
          <MenuSeparator />
          <MenuItem danger onSelect={() => onDelete({ key: wire })}>
            Delete key…
          </MenuItem>
        </>
      )}
    </>
  );
}

function FolderItems({ prefix, onCreate, onDelete }: { readonly prefix: WireBytes } & Acts) {
  const store = useStore();
  const { rev } = usePinnedRevision();
  const canWrite = rev === null && !store.readOnly;
  return (
    <>
      <MenuLabel className="mono max-w-80 truncate">{displayBytes(prefix)}</MenuLabel>
      {canWrite ? <MenuItem onSelect={() => onCreate(prefix)}>New key here…</MenuItem> : null}
      <CopyAsMenuItems forms={folderCopyForms(store, prefix, rev)} />
      {canWrite ? (
        <>
          <MenuSeparator />
          <MenuItem danger onSelect={() => onDelete({ prefix })}>
            Delete folder…
          </MenuItem>
        </>
      ) : null}
    </>
  );
}
