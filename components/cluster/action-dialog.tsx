'use client';

import { useMutation, useQuery } from '@tanstack/react-query';
import { useState } from 'react';
import { ApiFailure, api } from '../../lib/api/client.ts';
import type { ClusterAction, ClusterActionResult, ClusterPlan } from '../../lib/api/cluster-types.ts';
import { routes } from '../../lib/api/routes.ts';
import { FailureLine } from '../keys/edit/edit-view.tsx';
import { newId } from '../keys/edit/new-id.ts';
import { apiCall } from '../keys/key-copy.ts';
import { PanelError } from '../keys/panel/panel-error.tsx';
import { useStore } from '../shell/use-store.ts';
import { StatusMark } from '../ui/badge.tsx';
import { Button } from '../ui/button.tsx';
import { CopyAsMenu } from '../ui/copy-as.tsx';
import { CopyButton } from '../ui/copy-button.tsx';
import { Dialog, DialogClose, DialogContent } from '../ui/dialog.tsx';
import { Field, Input } from '../ui/input.tsx';
import { Mark } from '../ui/marks.tsx';
import { SkeletonRows } from '../ui/skeleton.tsx';

export interface ActionDialogProps {
  /** Null: closed. */
  readonly action: ClusterAction | null;
  readonly onClose: () => void;
}

/** What exactly will happen, the deliberate act, and how it ended. */
export function ActionDialog({ action, onClose }: ActionDialogProps) {
  return (
    <Dialog open={action !== null} onOpenChange={(isOpen) => (isOpen ? undefined : onClose())}>
      {action === null ? null : <Body action={action} />}
    </Dialog>
  );
}

function Body({ action }: { readonly action: ClusterAction }) {
  const store = useStore();
  const [typed, setTyped] = useState('');
  const [idempotencyKey, renew] = useState(newId);
  const planning = useQuery({
    queryKey: ['store', store.id, 'cluster-plan', action],
    queryFn: ({ signal }) => api.clusterPlan(store.id, action, signal),
    staleTime: 0,
    gcTime: 0,
  });
  const plan = planning.data;
  const run = useMutation({
    mutationFn: (shown: ClusterPlan) => api.clusterAction(store.id, { action, state: shown.state, idempotencyKey }),
    onError: (error) => {
      renew(newId());
      // The cluster is another one by now: show what it would do to this one.
      if (error instanceof ApiFailure && error.status === 409) {
        setTyped('');
        void planning.refetch();
      }
    },
  });
  const mayRun = plan !== undefined && plan.refusal === null && typed === plan.confirm && !run.isPending;
  if (run.data !== undefined) return <Done title={plan?.title ?? 'Done'} result={run.data} />;
  return (
    <DialogContent
      title={plan?.title ?? 'What this does'}
      footer={
        <>
          <span className="mr-auto">
            {plan === undefined ? null : (
              <CopyAsMenu
                forms={{
                  ...(plan.command === '' ? {} : { etcdctl: () => plan.command }),
                  curl: () =>
                    apiCall(routes.clusterAction(store.id), 'POST', { action, state: plan.state, idempotencyKey }),
                }}
              />
            )}
          </span>
          <DialogClose asChild>
            <Button>Leave it</Button>
          </DialogClose>
          {plan === undefined || plan.refusal !== null ? null : (
            <Button variant="danger" disabled={!mayRun} onClick={() => run.mutate(plan)}>
              {run.isPending ? 'Under way' : plan.title}
            </Button>
          )}
        </>
      }
    >
      {plan === undefined ? (
        planning.error === null ? (
          <SkeletonRows rows={3} />
        ) : (
          <PanelError title="No plan could be made" error={planning.error} onRetry={() => void planning.refetch()} />
        )
      ) : (
        <form
          className="flex flex-col gap-3"
          onSubmit={(event) => {
            event.preventDefault();
            if (mayRun) run.mutate(plan);
          }}
        >
          <ul className="flex flex-col gap-1.5">
            {plan.effects.map((effect) => (
              <li key={effect} className="flex items-start gap-2">
                <Mark shape="dot" className="mt-1.5 size-2 shrink-0 text-fg-3" />
                <span>{effect}</span>
              </li>
            ))}
          </ul>
          {plan.refusal === null ? (
            <Field
              label={`Type ${plan.confirm} to mean it`}
              hint="If the cluster is another one by then, nothing happens."
            >
              {(ids) => (
                <Input {...ids} mono autoFocus value={typed} onChange={(event) => setTyped(event.target.value)} />
              )}
            </Field>
          ) : (
            <p role="alert" className="rounded-control border border-risk/40 bg-risk/8 px-3 py-2">
              <StatusMark tone="risk">Refused</StatusMark>
              <span className="ml-2">{`${plan.refusal}.`}</span>
            </p>
          )}
          {run.error === null ? null : <FailureLine failure={run.error} />}
        </form>
      )}
    </DialogContent>
  );
}

function Done({ title, result }: { readonly title: string; readonly result: ClusterActionResult }) {
  return (
    <DialogContent
      title={title}
      footer={
        <DialogClose asChild>
          <Button variant="primary" autoFocus>
            Close
          </Button>
        </DialogClose>
      }
    >
      <p role="status">
        <StatusMark tone="good">Done</StatusMark>
        <span className="ml-2">{result.done}</span>
      </p>
      {result.next === null ? null : (
        <p className="mt-3 flex items-start gap-2">
          <span className="min-w-0 flex-1 break-words">{result.next}</span>
          <CopyButton text={result.next} label="Copy" />
        </p>
      )}
    </DialogContent>
  );
}
