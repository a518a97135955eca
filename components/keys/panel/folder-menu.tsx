'use client';

import { Copy, Ellipsis, FolderInput, GitCompareArrows, History, Trash2 } from 'lucide-react';
import { useRouter } from 'next/navigation';
import { useState } from 'react';
import type { WireBytes, WireInt } from '../../../lib/api/types.ts';
import { CopyDialog, type CopyDialogProps } from '../../history/bulk/copy-dialog.tsx';
import { paramOf } from '../../history/wire-param.ts';
import { useHref } from '../../shell/use-href.ts';
import { Button } from '../../ui/button.tsx';
import { Menu, MenuContent, MenuItem, MenuTrigger } from '../../ui/menu.tsx';

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
        </MenuContent>
      </Menu>
      <CopyDialog subject={subject} onClose={() => setSubject(null)} />
    </>
  );
}
