'use client';

import { useQueryClient } from '@tanstack/react-query';
import { useRouter } from 'next/navigation';
import { useEffect, useRef, useState } from 'react';
import { ApiFailure } from '../../lib/api/call.ts';
import { configApi, configKey } from '../../lib/api/config-client.ts';
import type { RolloutActBody, RolloutDetail } from '../../lib/api/config-types.ts';
import { routes } from '../../lib/api/routes.ts';
import { plural } from '../../lib/format/number.ts';
import { AuthorField } from '../config/author-field.tsx';
import { byOf, useAuthor, useWriteKey } from '../config/use-config.ts';
import { FailureLine } from '../keys/edit/edit-view.tsx';
import { apiCall } from '../keys/key-copy.ts';
import { useHref } from '../shell/use-href.ts';
import { useStore } from '../shell/use-store.ts';
import { Button } from '../ui/button.tsx';
import { CopyAsMenu } from '../ui/copy-as.tsx';
import { Dialog, DialogClose, DialogContent, DialogForm } from '../ui/dialog.tsx';
import { Field, Input } from '../ui/input.tsx';

export type ActName = RolloutActBody['act'];

const RETRY_MS = 2_000;

const isUnheard = (failure: unknown): boolean =>
  failure instanceof ApiFailure && (failure.status === 0 || failure.status >= 500);

/** What exactly will happen, before it does. An abort asks for nothing: it must be quick. */
export function ActDialog({
  act,
  detail,
  onClose,
}: {
  readonly act: ActName | null;
  readonly detail: RolloutDetail;
  readonly onClose: () => void;
}) {
  return (
    <Dialog open={act !== null} onClose={onClose}>
      {act === null ? null : <Body key={act} act={act} detail={detail} onClose={onClose} />}
    </Dialog>
  );
}

const TITLES: Readonly<Record<ActName, string>> = {
  approve: 'Approve this rollout',
  start: 'Start this rollout',
  pause: 'Pause this rollout',
  resume: 'Go on with this rollout',
  advance: 'Go to the next phase now',
  force: 'Override the gate',
  promote: 'Expose everyone now',
  abort: 'Abort this rollout',
  cancel: 'Cancel this rollout',
  rebase: 'Rebase this rollout',
  revert: 'Go back to the release before',
};

function consequence(act: ActName, { rollout, instances, candidate, stable }: RolloutDetail): string {
  const exposed = instances.filter((one) => one.class !== null).length;
  const next = rollout.plan.phases[rollout.phaseIndex + 1];
  const on = stable?.semver ?? 'nothing';
  switch (act) {
    case 'abort':
      return `${plural(exposed, 'live instance')} go back to ${on} at once, and nobody else gets ${candidate?.semver ?? 'the candidate'}.`;
    case 'pause':
      return 'Exposure stays as it is and clocks stop. A failure still turns it back.';
    case 'resume':
      return 'The observation of this phase begins anew, with a new deadline.';
    case 'advance':
    case 'force':
      return `${act === 'force' ? `The gate says ${rollout.verdict?.kind ?? 'nothing yet'}${rollout.verdict === null ? '' : `: ${rollout.verdict.why}`}. ` : ''}${
        next === undefined
          ? 'Everyone has it; it bakes next.'
          : `Phase ${rollout.phaseIndex + 2} exposes ${next.percent} %.`
      }`;
    case 'promote':
      return `All ${plural(instances.length, 'live instance')} get it now; then it bakes, and a failure still turns it back.`;
    case 'start':
      return `Phase 1 exposes ${rollout.plan.phases[0]?.percent ?? 0} %: ${rollout.plan.phases.length} phases in all.`;
    case 'approve':
      return `${rollout.approvals.length} of ${plural(rollout.approvalsNeeded, 'approval')} are there. Nobody can approve a rollout of their own.`;
    case 'cancel':
      return 'Nobody has been exposed; nobody will be.';
    case 'rebase':
      return 'A new rollout of the same release starts at its first phase, on what the other layers serve now. This one ends.';
    case 'revert':
      return `Everybody goes from ${candidate?.semver ?? 'it'} to ${on} in one step, without a gate.`;
  }
}

function Body({
  act,
  detail,
  onClose,
}: {
  readonly act: ActName;
  readonly detail: RolloutDetail;
  readonly onClose: () => void;
}) {
  const store = useStore();
  const author = useAuthor();
  const client = useQueryClient();
  const router = useRouter();
  const href = useHref();
  const [reason, setReason] = useState('');
  const [failure, setFailure] = useState<unknown>(null);
  const [isRunning, setRunning] = useState(false);
  const [tries, setTries] = useState(0);
  const { idempotencyKey, refused } = useWriteKey();
  const { rolloutId } = detail.rollout;
  const body: RolloutActBody = {
    rolloutId,
    act,
    reason,
    expectGeneration: detail.assignment.generation,
    idempotencyKey,
    ...byOf(author.by),
  };
  const needsReason = act === 'force';
  const isDanger = act === 'abort' || act === 'force' || act === 'revert';
  // An abort that no store has heard waits here, and only here, until one does.
  const isWaiting = act === 'abort' && isUnheard(failure);
  const run = async (): Promise<void> => {
    if (needsReason && reason.trim() === '') return;
    setRunning(true);
    if (!isWaiting) setFailure(null);
    try {
      const after = await configApi.act(store.id, body);
      if (after.rolloutId !== rolloutId) router.push(href('/rollouts', { rollout: after.rolloutId }));
      onClose();
    } catch (error) {
      setFailure(error);
      refused(error);
      setRunning(false);
      setTries((before) => before + 1);
    }
    void client.invalidateQueries({ queryKey: configKey(store.id) });
  };
  const again = useRef(run);
  useEffect(() => {
    again.current = run;
  });
  useEffect(() => {
    if (!isWaiting || tries === 0) return;
    const timer = setTimeout(() => void again.current(), RETRY_MS);
    return () => clearTimeout(timer);
  }, [isWaiting, tries]);
  return (
    <DialogContent
      title={TITLES[act]}
      description={<span className="mono">{detail.rollout.target}</span>}
      footer={
        <>
          <span className="mr-auto">
            <CopyAsMenu forms={{ curl: () => apiCall(routes.configRollout(store.id), 'POST', body) }} />
          </span>
          <DialogClose>
            <Button>Leave it</Button>
          </DialogClose>
          <Button
            variant={isDanger ? 'danger' : 'primary'}
            autoFocus={act === 'abort'}
            disabled={isRunning || (needsReason && reason.trim() === '')}
            onClick={() => void run()}
          >
            {act === 'abort' ? 'Abort now' : TITLES[act]}
          </Button>
        </>
      }
    >
      <DialogForm onSubmit={() => void run()}>
        <p>{consequence(act, detail)}</p>
        {act === 'abort' || act === 'force' || act === 'promote' ? (
          <Field label={needsReason ? 'Why (stays in the log)' : 'Why (optional, stays in the log)'}>
            {(ids) => <Input {...ids} value={reason} onChange={(event) => setReason(event.target.value)} />}
          </Field>
        ) : null}
        <AuthorField author={author} />
        {failure === null ? null : <FailureLine failure={failure} />}
        {isWaiting ? (
          <p role="status" className="text-fg-2">
            Tried {plural(tries, 'time')}. This dialog tries again every two seconds until the store answers; leave it,
            and nobody does.
          </p>
        ) : null}
      </DialogForm>
    </DialogContent>
  );
}
