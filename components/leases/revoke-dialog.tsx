'use client';

import { useQuery } from '@tanstack/react-query';
import { useState } from 'react';
import { ApiFailure } from '../../lib/api/call.ts';
import { api } from '../../lib/api/client.ts';
import { queries } from '../../lib/api/queries.ts';
import { routes } from '../../lib/api/routes.ts';
import type { LeaseView, WireHexId, WriteResult } from '../../lib/api/types.ts';
import { plural } from '../../lib/format/number.ts';
import { displayBytes, wireId } from '../../lib/keys/wire-bytes.ts';
import { FailureLine } from '../keys/edit/edit-view.tsx';
import { newId } from '../keys/edit/new-id.ts';
import { apiCall, leaseCommand } from '../keys/key-copy.ts';
import { PanelError } from '../keys/panel/panel-error.tsx';
import { useAttempt } from '../shell/use-attempt.ts';
import { useStore } from '../shell/use-store.ts';
import { Button } from '../ui/button.tsx';
import { ConfirmField } from '../ui/confirm-field.tsx';
import { CopyAsMenu } from '../ui/copy-as.tsx';
import { Dialog, DialogClose, DialogContent, DialogForm } from '../ui/dialog.tsx';
import { SkeletonRows } from '../ui/skeleton.tsx';
import { LeaseCountdown } from './lease-countdown.tsx';
import { LeaseOffices } from './lease-offices.tsx';
import { endsWith } from './lease-summary.ts';

export interface RevokeDialogProps {
  /** Null: closed. */
  readonly id: WireHexId | null;
  readonly onClose: () => void;
  readonly onRevoked: (lease: LeaseView, result: WriteResult) => void;
}

/** What exactly ends with the lease, then the deliberate act. */
export function RevokeDialog(props: RevokeDialogProps) {
  const { id, onClose } = props;
  return (
    <Dialog open={id !== null} onClose={onClose}>
      {id === null ? null : <Body {...props} id={id} />}
    </Dialog>
  );
}

function Body({ id, onClose, onRevoked }: RevokeDialogProps & { readonly id: WireHexId }) {
  const store = useStore();
  const query = useQuery({ ...queries.lease(store.id, id), staleTime: 0 });
  const [typed, setTyped] = useState('');
  const { failure, isRunning: isRevoking, attempt } = useAttempt();
  const [idempotencyKey, renew] = useState(newId);
  const lease = query.isFetchedAfterMount ? query.data : undefined;
  const isConfirmed =
    lease !== undefined && !lease.hasHidden && (lease.keyCount === 0 || typed === String(lease.keyCount));
  const revoke = async (): Promise<void> => {
    if (lease === undefined || !isConfirmed) return;
    const error = await attempt(async () => {
      onRevoked(lease, await api.revokeLease(store.id, id, { expectKeys: lease.keys, idempotencyKey }));
      onClose();
    });
    if (!(error instanceof ApiFailure) || error.status !== 409) return;
    setTyped('');
    renew(newId());
    void query.refetch();
  };
  return (
    <DialogContent
      title="Revoke this lease"
      description={<span className="mono text-lease">{id}</span>}
      footer={
        <>
          <span className="mr-auto">
            <CopyAsMenu
              forms={{
                etcdctl: () => leaseCommand(store, 'revoke', id),
                ...(lease === undefined
                  ? {}
                  : {
                      curl: () =>
                        apiCall(routes.leaseRevoke(store.id, id), 'POST', { expectKeys: lease.keys, idempotencyKey }),
                    }),
              }}
            />
          </span>
          <DialogClose>
            <Button>Keep it</Button>
          </DialogClose>
          <Button variant="danger" disabled={!isConfirmed || isRevoking} onClick={() => void revoke()}>
            {isRevoking
              ? 'Revoking…'
              : lease === undefined || lease.keyCount === 0
                ? 'Revoke'
                : `Revoke and delete ${plural(lease.keyCount, 'key')}`}
          </Button>
        </>
      }
    >
      {lease === undefined ? (
        query.error === null ? (
          <SkeletonRows rows={3} />
        ) : (
          <PanelError title="The lease could not be read" error={query.error} onRetry={() => void query.refetch()} />
        )
      ) : (
        <DialogForm onSubmit={() => void revoke()}>
          <p className="flex flex-wrap items-center gap-x-3">
            <span>{endsWith(lease)}</span>
            <LeaseCountdown lease={lease} />
          </p>
          {lease.hasHidden ? <p className="text-risk">Whoever may read all of its keys can revoke it.</p> : null}
          {lease.keyCount === 0 || lease.hasHidden ? null : (
            <>
              <LeaseOffices id={id} />
              <ul className="max-h-52 overflow-y-auto rounded-control border bg-inset py-1">
                {lease.keys.map((key) => (
                  <li key={wireId(key)} className="mono flex h-6 items-center gap-2 px-3">
                    <span aria-hidden="true" className="text-bad">
                      −
                    </span>
                    <span className="truncate">{displayBytes(key)}</span>
                  </li>
                ))}
                {lease.keyCount > lease.keys.length ? (
                  <li className="px-3 text-fg-3 text-meta">
                    and {plural(lease.keyCount - lease.keys.length, 'more key')}
                  </li>
                ) : null}
              </ul>
              <ConfirmField
                label={`Type ${lease.keyCount}, the number of keys, to revoke`}
                hint="If the lease holds other keys by then, nothing happens."
                isNumber
                typed={typed}
                onChange={setTyped}
              />
            </>
          )}
          {failure === null ? null : <FailureLine failure={failure} />}
        </DialogForm>
      )}
    </DialogContent>
  );
}
