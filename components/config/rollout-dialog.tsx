'use client';

import { useQuery } from '@tanstack/react-query';
import { useRouter } from 'next/navigation';
import { useState } from 'react';
import { configApi, configQueries } from '../../lib/api/config-client.ts';
import type { ConfigTargetDetail } from '../../lib/api/config-types.ts';
import { routes } from '../../lib/api/routes.ts';
import { durations, type Plan, PRESETS, planIssues, previewPlan } from '../../lib/config/plan.ts';
import { meets } from '../../lib/config/resolve.ts';
import { formatCount, plural } from '../../lib/format/number.ts';
import { durationText } from '../../lib/format/time.ts';
import { FailureLine } from '../keys/edit/edit-view.tsx';
import { newId } from '../keys/edit/new-id.ts';
import { apiCall } from '../keys/key-copy.ts';
import { useAttempt } from '../shell/use-attempt.ts';
import { useHref } from '../shell/use-href.ts';
import { useStore } from '../shell/use-store.ts';
import { StatusMark } from '../ui/badge.tsx';
import { Button } from '../ui/button.tsx';
import { CopyAsMenu } from '../ui/copy-as.tsx';
import { Dialog, DialogClose, DialogContent } from '../ui/dialog.tsx';
import { Field, Input } from '../ui/input.tsx';
import { Select } from '../ui/select.tsx';
import { toasts } from '../ui/toast-store.ts';
import { AuthorField } from './author-field.tsx';
import { PlanEditor } from './plan-editor.tsx';
import { ProbePanel } from './probe-panel.tsx';
import { byOf, useAuthor, useWriteKey } from './use-config.ts';

export interface RolloutDialogProps {
  readonly detail: ConfigTargetDetail;
  /** Null: closed. */
  readonly releaseId: string | null;
  readonly onClose: () => void;
}

/** How a release reaches the fleet: who enters when, what turns it back, and the start. */
export function RolloutDialog({ releaseId, ...props }: RolloutDialogProps) {
  return (
    <Dialog open={releaseId !== null} onClose={props.onClose}>
      {releaseId === null ? null : <Body {...props} releaseId={releaseId} />}
    </Dialog>
  );
}

type PresetId = (typeof PRESETS)[number]['id'];

function Body({ detail, releaseId, onClose }: RolloutDialogProps & { readonly releaseId: string }) {
  const store = useStore();
  const author = useAuthor();
  const router = useRouter();
  const href = useHref();
  const { target, approvals } = detail.document;
  const release = detail.releases.find((one) => one.releaseId === releaseId);
  const [preset, setPreset] = useState<PresetId>('careful');
  const [plan, setPlan] = useState<Plan>(PRESETS[0].plan);
  const [startAt, setStartAt] = useState('');
  const { failure, isRunning, attempt } = useAttempt();
  const { idempotencyKey, refused } = useWriteKey();
  const [issue] = planIssues(plan);
  const at = startAt === '' ? null : new Date(startAt).getTime();
  const expectGeneration = detail.assignment.generation;
  const chosen = useQuery(configQueries.release(store.id, target, releaseId));
  const readers = detail.instances.map(({ report }) => report);
  const eligible = readers.filter((report) => meets(chosen.data?.requires ?? {}, report));
  const body = {
    target,
    releaseId,
    plan,
    startAt: at,
    start: at === null,
    expectGeneration,
    idempotencyKey,
    ...byOf(author.by),
  };
  const act = async (write: () => Promise<void>): Promise<void> => {
    const error = await attempt(async () => {
      await write();
      onClose();
    });
    refused(error);
  };
  const roll = (): Promise<void> =>
    act(async () => {
      const created = await configApi.createRollout(store.id, body);
      router.push(href('/rollouts', { rollout: created.rolloutId }));
    });
  const serve = (): Promise<void> =>
    act(async () => {
      await configApi.point(store.id, {
        target,
        releaseId,
        expectGeneration,
        idempotencyKey: newId(),
        ...byOf(author.by),
      });
      toasts.add({ tone: 'good', text: `${release?.semver ?? 'It'} is served to everybody.` });
    });
  const isFirst = detail.live === null;
  return (
    <DialogContent
      title={`Roll out ${release?.semver ?? releaseId}`}
      description={<span className="mono">{target}</span>}
      size="large"
      footer={
        <>
          <span className="mr-auto">
            <CopyAsMenu forms={{ curl: () => apiCall(routes.configRollout(store.id), 'PUT', body) }} />
          </span>
          <DialogClose>
            <Button>Later</Button>
          </DialogClose>
          {isFirst || detail.instances.length === 0 ? (
            <Button disabled={isRunning} onClick={() => void serve()}>
              Serve to everybody now
            </Button>
          ) : null}
          <Button variant="primary" disabled={issue !== undefined || isRunning} onClick={() => void roll()}>
            {approvals > 0 ? 'Ask for approval' : at === null ? 'Start' : 'Schedule'}
          </Button>
        </>
      }
    >
      <div className="flex flex-col gap-3">
        <div className="flex flex-wrap items-end gap-3">
          <Field label="Plan" className="min-w-48">
            {() => (
              <Select
                label="Plan"
                value={preset}
                options={PRESETS.map(({ id, title }) => ({ value: id, label: title }))}
                onValueChange={(id) => {
                  setPreset(id);
                  setPlan(PRESETS.find((one) => one.id === id)?.plan ?? PRESETS[0].plan);
                }}
              />
            )}
          </Field>
          <Field label="Start by itself at (empty: now)">
            {(ids) => (
              <Input
                {...ids}
                type="datetime-local"
                value={startAt}
                onChange={(event) => setStartAt(event.target.value)}
              />
            )}
          </Field>
          <p className="flex-1 basis-60 text-fg-2">{PRESETS.find((one) => one.id === preset)?.purpose}</p>
        </div>
        <PlanEditor plan={plan} onChange={setPlan} preview={previewPlan(plan, '', eligible)} />
        {issue === undefined ? null : (
          <StatusMark tone="bad" className="whitespace-normal!">
            <span className="mono">{issue.path}</span> {issue.message}
          </StatusMark>
        )}
        <PlanWords plan={plan} instances={readers.length} heldBack={readers.length - eligible.length} />
        <ProbePanel detail={detail} releaseId={releaseId} by={author.by} />
        <AuthorField author={author} />
        {failure === null ? null : <FailureLine failure={failure} />}
      </div>
    </DialogContent>
  );
}

interface PlanWordsProps {
  readonly plan: Plan;
  readonly instances: number;
  /** Of those, how many have a version that the release is not for. */
  readonly heldBack: number;
}

function PlanWords({ plan, instances, heldBack }: PlanWordsProps) {
  const { bestSeconds, worstDetectSeconds } = durations(plan);
  return (
    <p className="text-fg-2">
      {instances === 0
        ? 'No live instance reads this target: nobody can confirm anything, and the rollout pauses at its deadline.'
        : `${plural(instances, 'live instance')} read this target. Phase 1 begins at the start.`}{' '}
      {heldBack === 0
        ? null
        : `${formatCount(heldBack)} of them are held back: their version does not meet what the release requires. `}
      When all goes well it takes {durationText(bestSeconds * 1000)}; a rejection turns it back at once, a silent
      failure after {durationText(worstDetectSeconds * 1000)} at worst.
    </p>
  );
}
