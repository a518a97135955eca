'use client';

import { Copy, Download, Ellipsis, FolderInput, GitCompareArrows, History, Trash2, Upload } from 'lucide-react';
import { useRouter } from 'next/navigation';
import { useState } from 'react';
import type { TransferFormat } from '../../../lib/api/bulk-types.ts';
import type { WireBytes, WireInt } from '../../../lib/api/types.ts';
import { errorText } from '../../../lib/base/error-text.ts';
import { CopyDialog, type CopyDialogProps } from '../../history/bulk/copy-dialog.tsx';
import { downloadExport } from '../../history/bulk/export-file.ts';
import { FORMATS, ImportDialog } from '../../history/bulk/import-dialog.tsx';
import { paramOf } from '../../history/wire-param.ts';
import { useHref } from '../../shell/use-href.ts';
import { useStore } from '../../shell/use-store.ts';
import { Button } from '../../ui/button.tsx';
import { MenuContent, MenuItem, MenuSeparator } from '../../ui/menu.tsx';
import { Menu, MenuTrigger } from '../../ui/menu-trigger.tsx';
import { toasts } from '../../ui/toast-store.ts';

export interface FolderMenuProps {
  readonly prefix: WireBytes;
  readonly rev: WireInt | null;
  readonly canWrite: boolean;
}

/** What can be done with all of a folder, besides deleting it. */
export function FolderMenu({ prefix, rev, canWrite }: FolderMenuProps) {
  const router = useRouter();
  const href = useHref();
  const [subject, setSubject] = useState<CopyDialogProps['subject']>(null);
  const [isImporting, setImporting] = useState(false);
  const store = useStore();
  const download = (format: TransferFormat): void => {
    downloadExport({ storeId: store.id, prefix, format, rev }).catch((error: unknown) => {
      toasts.add({ tone: 'bad', text: `Not exported: ${errorText(error)}` });
    });
  };
  const compare = (): void => router.push(href('/compare', { ...paramOf('prefix', prefix), from: rev, rev: null }));
  return (
    <>
      <Menu>
        <MenuTrigger asChild>
          <Button variant="ghost" size="iconSmall" aria-label="More with this folder">
            <Ellipsis aria-hidden="true" />
          </Button>
        </MenuTrigger>
        <MenuContent align="end">
          {canWrite ? (
            <>
              <MenuItem icon={<Copy aria-hidden="true" />} onSelect={() => setSubject({ kind: 'copy', prefix })}>
                Copy to…
              </MenuItem>
              <MenuItem icon={<FolderInput aria-hidden="true" />} onSelect={() => setSubject({ kind: 'move', prefix })}>
                Move or rename…
              </MenuItem>
              <MenuItem icon={<Upload aria-hidden="true" />} onSelect={() => setImporting(true)}>
                Import here…
              </MenuItem>
            </>
          ) : null}
          <MenuItem
            icon={rev === null ? <GitCompareArrows aria-hidden="true" /> : <History aria-hidden="true" />}
            onSelect={compare}
          >
            {rev === null ? 'Compare with an earlier revision' : 'Compare with now, restore…'}
          </MenuItem>
          <MenuItem
            icon={<Trash2 aria-hidden="true" />}
            onSelect={() => router.push(href('/trash', { ...paramOf('prefix', prefix), rev: null }))}
          >
            What was deleted here
          </MenuItem>
          <MenuSeparator />
          {FORMATS.map(({ value, label }) => (
            <MenuItem key={value} icon={<Download aria-hidden="true" />} onSelect={() => download(value)}>
              {`Export as ${label}`}
            </MenuItem>
          ))}
        </MenuContent>
      </Menu>
      <ImportDialog prefix={isImporting ? prefix : null} onClose={() => setImporting(false)} />
      <CopyDialog subject={subject} onClose={() => setSubject(null)} />
    </>
  );
}
