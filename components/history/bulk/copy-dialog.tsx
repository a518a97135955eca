'use client';

import { useState } from 'react';
import type { WireBytes } from '../../../lib/api/types.ts';
import { displayBytes } from '../../../lib/keys/wire-bytes.ts';
import { Button } from '../../ui/button.tsx';
import { CheckField } from '../../ui/check-field.tsx';
import { Dialog, DialogClose, DialogContent, DialogForm } from '../../ui/dialog.tsx';
import { Field, Input } from '../../ui/input.tsx';
import { BulkDialog, type BulkDraft } from './bulk-dialog.tsx';

export interface CopyDialogProps {
  /** Null: closed. */
  readonly subject: { readonly kind: 'copy' | 'move'; readonly prefix: WireBytes } | null;
  readonly onClose: () => void;
}

/** Where a subtree goes; then exactly what that means, in the dialog all bulk changes share. */
export function CopyDialog({ subject, onClose }: CopyDialogProps) {
  const [draft, setDraft] = useState<BulkDraft | null>(null);
  const verb = draft?.kind === 'move' ? 'Move' : 'Copy';
  return (
    <>
      <Dialog open={subject !== null && draft === null} onClose={onClose}>
        {subject === null ? null : <Target key={displayBytes(subject.prefix)} subject={subject} onTaken={setDraft} />}
      </Dialog>
      <BulkDialog
        draft={draft}
        title={`${verb} a folder`}
        verb={verb}
        onClose={() => {
          setDraft(null);
          onClose();
        }}
      />
    </>
  );
}

function Target({
  subject,
  onTaken,
}: {
  readonly subject: NonNullable<CopyDialogProps['subject']>;
  readonly onTaken: (draft: BulkDraft) => void;
}) {
  const from = displayBytes(subject.prefix);
  const [target, setTarget] = useState(from);
  const [overwrite, setOverwrite] = useState(false);
  const isInside = target.startsWith(from);
  const take = (): void => {
    if (!isInside) onTaken({ ...subject, target, overwrite });
  };
  return (
    <DialogContent
      title={subject.kind === 'copy' ? 'Copy this folder' : 'Move or rename this folder'}
      description={<span className="mono break-all">{from}</span>}
      footer={
        <>
          <DialogClose>
            <Button>Change nothing</Button>
          </DialogClose>
          <Button variant="primary" disabled={isInside} onClick={take}>
            See what would happen
          </Button>
        </>
      }
    >
      <DialogForm onSubmit={take}>
        <Field
          label="New prefix"
          hint="Stands in place of the old one, with its last separator. Nothing is written yet."
          error={isInside && target !== from ? 'This lies inside what is copied.' : undefined}
        >
          {(ids) => (
            <Input {...ids} mono autoFocus value={target} onChange={(event) => setTarget(event.target.value)} />
          )}
        </Field>
        <CheckField checked={overwrite} onChange={setOverwrite}>
          Overwrite keys that exist there. Otherwise they are left alone and named.
        </CheckField>
      </DialogForm>
    </DialogContent>
  );
}
