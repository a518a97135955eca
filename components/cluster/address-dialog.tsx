'use client';

import { useState } from 'react';
import type { ClusterAction } from '../../lib/api/cluster-types.ts';
import type { MemberView } from '../../lib/api/types.ts';
import { Button } from '../ui/button.tsx';
import { Dialog, DialogClose, DialogContent, DialogForm } from '../ui/dialog.tsx';
import { Field, Input } from '../ui/input.tsx';
import { Select } from '../ui/select.tsx';

/** A new member, or where an old one is reached. */
export type Addressed = { readonly kind: 'add' } | { readonly kind: 'update'; readonly member: MemberView };

export interface AddressDialogProps {
  /** Null: closed. */
  readonly about: Addressed | null;
  readonly onClose: () => void;
  /** The act with its addresses, to be planned and confirmed. */
  readonly onNext: (action: ClusterAction) => void;
}

const KINDS = [
  { value: 'learner', label: 'Learner: catches up first, votes later' },
  { value: 'voter', label: 'Voter: counts at once' },
] as const;

/** The server says what is wrong with an address; here only an empty one is held back. */
export function AddressDialog({ about, onClose, onNext }: AddressDialogProps) {
  return (
    <Dialog open={about !== null} onClose={onClose}>
      {about === null ? null : <Body about={about} onNext={onNext} />}
    </Dialog>
  );
}

function Body({ about, onNext }: { readonly about: Addressed; readonly onNext: AddressDialogProps['onNext'] }) {
  const [text, setText] = useState(about.kind === 'update' ? about.member.peerUrls.join(', ') : '');
  const [kind, setKind] = useState<'learner' | 'voter'>('learner');
  const peerUrls = text.split(/[\s,]+/).filter((url) => url !== '');
  const next = (): void => {
    if (peerUrls.length === 0) return;
    if (about.kind === 'add') onNext({ type: 'addMember', peerUrls, asLearner: kind === 'learner' });
    else onNext({ type: 'updateMember', member: about.member.id, peerUrls });
  };
  return (
    <DialogContent
      size="small"
      title={about.kind === 'add' ? 'Add a member' : `Where ${about.member.name} is reached`}
      description="What it would do is shown before anything happens."
      footer={
        <>
          <DialogClose>
            <Button>Leave it</Button>
          </DialogClose>
          <Button variant="primary" disabled={peerUrls.length === 0} onClick={next}>
            Show what it does
          </Button>
        </>
      }
    >
      <DialogForm onSubmit={next}>
        <Field label="Peer URL" hint="http://host:port of its peer port; several with commas.">
          {(ids) => (
            <Input
              {...ids}
              mono
              autoFocus
              placeholder="http://10.0.0.4:2380"
              value={text}
              onChange={(event) => setText(event.target.value)}
            />
          )}
        </Field>
        {about.kind === 'add' ? <Select label="As what" value={kind} options={KINDS} onValueChange={setKind} /> : null}
      </DialogForm>
    </DialogContent>
  );
}
