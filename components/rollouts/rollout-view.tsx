'use client';

import { ArrowLeft } from 'lucide-react';
import { useDeferredValue, useState } from 'react';
import type { RolloutDetail } from '../../lib/api/config-types.ts';
import { isExposing } from '../../lib/config/rollout-document.ts';
import { plural } from '../../lib/format/number.ts';
import { ChangeList } from '../config/change-list.tsx';
import { useConfigOverview, useRollout } from '../config/use-config.ts';
import { rolloutWords, STATE_TONES } from '../config/words.ts';
import { PanelError } from '../keys/panel/panel-error.tsx';
import { PageHeader } from '../shell/page-header.tsx';
import { useBindings } from '../shell/use-bindings.ts';
import { useCanWrite } from '../shell/use-can-write.ts';
import { useHref } from '../shell/use-href.ts';
import { usePinnedRevision } from '../shell/use-pinned-revision.ts';
import { useStore } from '../shell/use-store.ts';
import { StatusMark } from '../ui/badge.tsx';
import { Button } from '../ui/button.tsx';
import { Link } from '../ui/link.tsx';
import { Panel } from '../ui/panel.tsx';
import { SkeletonRows } from '../ui/skeleton.tsx';
import { ActDialog, type ActName } from './act-dialog.tsx';
import { BaseChanged } from './base-changed.tsx';
import { EventLog } from './event-log.tsx';
import { FleetMap } from './fleet-map.tsx';
import { PhaseLine } from './phase-line.tsx';
import { Standstill } from './standstill.tsx';
import { VerdictPanel } from './verdict-panel.tsx';

/** One rollout on one screen: plan, fleet, verdict, log; the abort always in reach. */
export function RolloutView({ rolloutId, onBack }: { readonly rolloutId: string; readonly onBack: () => void }) {
  const store = useStore();
  const { rev } = usePinnedRevision();
  // Refreshes what is shown here with the stream.
  useConfigOverview();
  const query = useRollout(store.id, rolloutId, rev);
  if (query.data !== undefined) return <Loaded detail={query.data} onBack={onBack} />;
  return (
    <>
      <PageHeader title="Rollout">
        <Button size="small" onClick={onBack}>
          <ArrowLeft aria-hidden="true" />
          All rollouts
        </Button>
      </PageHeader>
      <div className="flex-1 bg-surface">
        {query.error === null ? (
          <SkeletonRows rows={10} />
        ) : (
          <PanelError title="The rollout could not be read" error={query.error} onRetry={() => void query.refetch()} />
        )}
      </div>
    </>
  );
}

/** What may be done in each state, main act last; an abort stands apart. */
function actsOf({ rollout }: RolloutDetail): readonly ActName[] {
  switch (rollout.state) {
    case 'AWAITING_APPROVAL':
      return ['cancel', 'approve'];
    case 'DRAFT':
    case 'SCHEDULED':
      return ['cancel', 'start'];
    case 'PROGRESSING':
      return ['pause', 'promote', rollout.verdict?.kind === 'OK' ? 'advance' : 'force'];
    case 'BAKING':
      return ['pause'];
    case 'PAUSED':
      return rollout.pauseReason === 'BASE_CHANGED' ? ['rebase'] : ['promote', 'resume'];
    case 'COMPLETED':
      return ['revert'];
    default:
      return [];
  }
}

function Loaded({ detail, onBack }: { readonly detail: RolloutDetail; readonly onBack: () => void }) {
  const { rollout, candidate, stable, changes } = detail;
  const href = useHref();
  const [act, setAct] = useState<ActName | null>(null);
  // Drawn when there is time for it: a thousand tiles must not hold up a frame.
  const drawn = useDeferredValue(detail);
  const canWrite = useCanWrite();
  const canAbort = canWrite && isExposing(rollout.state);
  useBindings([
    { id: 'rollout.back', keys: 'u', title: 'Back to all rollouts', group: 'Page', run: onBack },
    {
      id: 'rollout.abort',
      keys: 'Delete',
      title: 'Abort the rollout',
      group: 'Page',
      run: () => (canAbort ? setAct('abort') : undefined),
    },
  ]);
  return (
    <>
      <PageHeader
        title={`${candidate?.semver ?? 'Rollout'} to ${rollout.target}`}
        meta={
          <span className="flex items-center gap-2">
            <StatusMark tone={STATE_TONES[rollout.state]}>
              {rolloutWords({ ...rollout, percent: rollout.plan.phases[rollout.phaseIndex]?.percent ?? 0 })}
            </StatusMark>
            <Link href={href('/config', { target: rollout.target })} className="rounded-mark hover:underline">
              from {stable?.semver ?? 'nothing'}
            </Link>
          </span>
        }
      >
        <Button size="small" onClick={onBack}>
          <ArrowLeft aria-hidden="true" />
          All rollouts
        </Button>
        {canWrite
          ? actsOf(detail).map((one, i, all) => (
              <Button
                key={one}
                size="small"
                variant={i === all.length - 1 ? 'primary' : 'secondary'}
                onClick={() => setAct(one)}
              >
                {ACT_WORDS[one]}
              </Button>
            ))
          : null}
        {canAbort ? (
          <Button variant="danger" onClick={() => setAct('abort')}>
            Abort
          </Button>
        ) : null}
      </PageHeader>
      <div className="min-h-0 flex-1 overflow-auto p-3">
        <Standstill detail={detail} />
        {rollout.state === 'PAUSED' && rollout.pauseReason === 'BASE_CHANGED' ? <BaseChanged detail={detail} /> : null}
        <div className="grid gap-3 wide:grid-cols-[15rem_minmax(0,1fr)_19rem]">
          <Panel title="Plan" bodyClassName="p-3">
            <PhaseLine detail={detail} />
          </Panel>
          <Panel title="Fleet" meta={plural(detail.instances.length, 'live instance')} bodyClassName="p-3">
            <FleetMap detail={drawn} />
          </Panel>
          <Panel title="Verdict" bodyClassName="p-3">
            <VerdictPanel detail={detail} />
          </Panel>
        </div>
        <div className="mt-3 grid gap-3 wide:grid-cols-2">
          <Panel title="Events" meta="oldest first" bodyClassName="max-h-72 overflow-auto">
            <EventLog detail={detail} />
          </Panel>
          <Panel title="Changes" meta={plural(changes.length, 'path')} bodyClassName="max-h-72 overflow-auto p-3">
            <ChangeList changes={changes} label="What the candidate changes" />
          </Panel>
        </div>
      </div>
      <ActDialog act={act} detail={detail} onClose={() => setAct(null)} />
    </>
  );
}

const ACT_WORDS: Readonly<Record<ActName, string>> = {
  approve: 'Approve',
  start: 'Start',
  pause: 'Pause',
  resume: 'Resume',
  advance: 'Next phase',
  force: 'Force…',
  promote: 'To everyone…',
  abort: 'Abort',
  cancel: 'Cancel it',
  rebase: 'Rebase…',
  revert: 'Revert…',
};
