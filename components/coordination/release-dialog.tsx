'use client';

import { useQueryClient } from '@tanstack/react-query';
import { useState } from 'react';
import { ApiFailure } from '../../lib/api/call.ts';
import { api } from '../../lib/api/client.ts';
import type { CoordinationGroup } from '../../lib/api/coordination-types.ts';
import { queryKeys } from '../../lib/api/queries.ts';
import { routes } from '../../lib/api/routes.ts';
import { formatCount } from '../../lib/format/number.ts';
import { displayBytes } from '../../lib/keys/wire-bytes.ts';
import { FailureLine } from '../keys/edit/edit-view.tsx';
import { newId } from '../keys/edit/new-id.ts';
import { apiCall, deleteCommand } from '../keys/key-copy.ts';
import { PeekLeaseLink } from '../leases/lease-peek.tsx';
import { useAttempt } from '../shell/use-attempt.ts';
import { useStore } from '../shell/use-store.ts';
import { StatusMark } from '../ui/badge.tsx';
import { Button } from '../ui/button.tsx';
import { ConfirmField } from '../ui/confirm-field.tsx';
import { CopyAsMenu } from '../ui/copy-as.tsx';
import { Dialog, DialogClose, DialogContent, DialogForm } from '../ui/dialog.tsx';
import { toasts } from '../ui/toast-store.ts';
import { KIND_WORDS, releaseSentence, whoText } from './words.ts';

export interface ReleaseDialogProps {
  /** Null: closed. As it stands now: the dialog follows when the holder changes. */
  readonly group: CoordinationGroup | null;
  readonly onClose: () => void;
}

/** Evicting a leader or releasing a lock: what goes and who follows, the deliberate act, then what came of it. */
export function ReleaseDialog({ group, onClose }: ReleaseDialogProps) {
  return (
    <Dialog open={group !== null} onClose={onClose}>
      {group === null ? null : <Body key={group.holder?.createRevision ?? 'vacant'} group={group} onClose={onClose} />}
    </Dialog>
  );
}

function Body({ group, onClose }: ReleaseDialogProps & { readonly group: CoordinationGroup }) {
  const store = useStore();
  const client = useQueryClient();
  const words = KIND_WORDS[group.kind];
  const { holder } = group;
  const [typed, setTyped] = useState('');
  const { failure, isRunning, attempt } = useAttempt();
  const [idempotencyKey] = useState(newId);
  const body =
    holder === null ? null : { key: holder.key, expectCreateRevision: holder.createRevision, idempotencyKey };
  const isConfirmed = holder !== null && typed.replaceAll(',', '').trim() === holder.createRevision;
  const run = async (): Promise<void> => {
    if (body === null || holder === null || !isConfirmed) return;
    await attempt(async () => {
      const { revision } = await api.release(store.id, body);
      toasts.add({
        tone: 'good',
        text: `${words.acted} ${whoText(holder)} at revision ${formatCount(revision)}. ${releaseSentence(group)}`,
      });
      onClose();
    });
    void client.invalidateQueries({ queryKey: queryKeys.coordination(store.id) });
  };
  return (
    <DialogContent
      title={`${words.act} ${holder === null ? `this ${words.one}` : whoText(holder)}`}
      description={<span className="mono break-all">{displayBytes(group.name)}</span>}
      footer={
        <>
          <span className="mr-auto">
            {body === null ? null : (
              <CopyAsMenu
                forms={{
                  etcdctl: () => deleteCommand(store, { path: body.key, isFolder: false }),
                  curl: () => apiCall(routes.coordinationRelease(store.id), 'POST', body),
                }}
              />
            )}
          </span>
          <DialogClose>
            <Button>{words.keep}</Button>
          </DialogClose>
          <Button variant="danger" disabled={!isConfirmed || isRunning} onClick={() => void run()}>
            {isRunning ? words.acting : words.act}
          </Button>
        </>
      }
    >
      {holder === null ? (
        <p className="text-fg-2">{words.nobody} There is nothing to do.</p>
      ) : (
        <DialogForm onSubmit={() => void run()}>
          <ul className="rounded-control border bg-inset py-1">
            <li className="mono flex min-h-6 items-center gap-2 px-3">
              <span aria-hidden="true" className="text-bad">
                −
              </span>
              <span className="break-all">{displayBytes(holder.key)}</span>
            </li>
          </ul>
          <p>
            This one key is deleted, if it still is the one created at revision{' '}
            <span className="mono">{formatCount(holder.createRevision)}</span>. <b>{releaseSentence(group)}</b>
          </p>
          {holder.lease === null ? null : (
            <p className="flex flex-wrap items-center gap-x-1.5 text-fg-2">
              Its lease <PeekLeaseLink id={holder.lease} /> and the other keys on it stay.
            </p>
          )}
          <StatusMark tone="risk" className="whitespace-normal!">
            The program that held is not stopped. Unless it watches its key it goes on believing: only the fencing token
            keeps it out. This cannot be undone; it can stand again, behind those who wait.
          </StatusMark>
          <ConfirmField
            label={`Type ${holder.createRevision}, its fencing token, to ${words.act.toLowerCase()}`}
            hint="If somebody else holds by then, nothing happens."
            isNumber
            typed={typed}
            onChange={setTyped}
          />
          {failure === null ? null : <FailureLine failure={failure} />}
          {failure instanceof ApiFailure && failure.status === 409 ? (
            <p className="text-fg-2">What is shown here is being read again.</p>
          ) : null}
        </DialogForm>
      )}
    </DialogContent>
  );
}
