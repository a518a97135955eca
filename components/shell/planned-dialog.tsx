'use client';

import { type QueryKey, useMutation, useQuery } from '@tanstack/react-query';
import { type ReactNode, useState } from 'react';
import { ApiFailure } from '../../lib/api/call.ts';
import { FailureLine } from '../keys/edit/edit-view.tsx';
import { newId } from '../keys/edit/new-id.ts';
import { PanelError } from '../keys/panel/panel-error.tsx';
import { StatusMark } from '../ui/badge.tsx';
import { Button } from '../ui/button.tsx';
import { ConfirmField } from '../ui/confirm-field.tsx';
import { CopyAsMenu } from '../ui/copy-as.tsx';
import { CopyButton } from '../ui/copy-button.tsx';
import { DialogClose, DialogContent, DialogForm } from '../ui/dialog.tsx';
import { Mark } from '../ui/marks.tsx';
import { SkeletonRows } from '../ui/skeleton.tsx';

/** A dry run, as the console's server makes it. */
export interface Planned {
  readonly title: string;
  readonly effects: readonly string[];
  readonly refusal: string | null;
  /** What the operator types to mean it; empty: the button is enough. */
  readonly confirm: string;
  readonly command: string;
}

export interface PlannedResult {
  readonly done: string;
  readonly next: string | null;
}

export interface PlannedDialogProps<P extends Planned> {
  readonly planKey: QueryKey;
  readonly makePlan: (signal: AbortSignal) => Promise<P>;
  /** Does it, if what the plan was made on still stands. */
  readonly run: (plan: P, idempotencyKey: string) => Promise<PlannedResult>;
  readonly curl: (plan: P, idempotencyKey: string) => string;
  /** Says that nothing happens when what was shown is no longer so. */
  readonly hint: string;
  /** Below the effects. */
  readonly details?: (plan: P) => ReactNode;
}

/** Three beats: what exactly will happen, the deliberate act, and how it ended. Stands in a <Dialog>. */
export function PlannedDialog<P extends Planned>({
  planKey,
  makePlan,
  run,
  curl,
  hint,
  details,
}: PlannedDialogProps<P>) {
  const [typed, setTyped] = useState('');
  const [idempotencyKey, renew] = useState(newId);
  const planning = useQuery({
    queryKey: planKey,
    queryFn: ({ signal }) => makePlan(signal),
    // A plan is a promise about this very moment.
    staleTime: 0,
    gcTime: 0,
  });
  const plan = planning.data;
  const running = useMutation({
    mutationFn: (shown: P) => run(shown, idempotencyKey),
    onError: (error) => {
      renew(newId());
      // It is another world by now: show what it would do to this one.
      if (error instanceof ApiFailure && error.status === 409) {
        setTyped('');
        void planning.refetch();
      }
    },
  });
  const mayRun = plan !== undefined && plan.refusal === null && typed === plan.confirm && !running.isPending;
  if (running.data !== undefined) return <Done title={plan?.title ?? 'Done'} result={running.data} />;
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
                  curl: () => curl(plan, idempotencyKey),
                }}
              />
            )}
          </span>
          <DialogClose>
            <Button>Leave it</Button>
          </DialogClose>
          {plan === undefined || plan.refusal !== null ? null : (
            <Button
              variant={plan.confirm === '' ? 'primary' : 'danger'}
              autoFocus={plan.confirm === ''}
              disabled={!mayRun}
              onClick={() => running.mutate(plan)}
            >
              {running.isPending ? 'Under way' : plan.title}
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
        <DialogForm
          onSubmit={() => {
            if (mayRun) running.mutate(plan);
          }}
        >
          <Effects effects={plan.effects} />
          {details?.(plan)}
          {plan.refusal !== null ? (
            <Refused reason={plan.refusal} />
          ) : plan.confirm === '' ? null : (
            <ConfirmField label={`Type ${plan.confirm} to mean it`} hint={hint} typed={typed} onChange={setTyped} />
          )}
          {running.error === null ? null : <FailureLine failure={running.error} />}
        </DialogForm>
      )}
    </DialogContent>
  );
}

const Effects = ({ effects }: { readonly effects: readonly string[] }) => (
  <ul className="flex flex-col gap-1.5">
    {effects.map((effect) => (
      <li key={effect} className="flex items-start gap-2">
        <Mark shape="dot" className="mt-1.5 size-2 shrink-0 text-fg-3" />
        <span className="min-w-0 [overflow-wrap:anywhere]">{effect}</span>
      </li>
    ))}
  </ul>
);

const Refused = ({ reason }: { readonly reason: string }) => (
  <p role="alert" className="rounded-control border border-risk/40 bg-risk/8 px-3 py-2">
    <StatusMark tone="risk">Refused</StatusMark>
    <span className="ml-2">{`${reason}.`}</span>
  </p>
);

function Done({ title, result }: { readonly title: string; readonly result: PlannedResult }) {
  return (
    <DialogContent
      title={title}
      footer={
        <DialogClose>
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
