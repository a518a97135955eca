'use client';

import type { ConfigOverview, RolloutSummary } from '../../lib/api/config-types.ts';
import { forgottenAt, isTerminal } from '../../lib/config/rollout-document.ts';
import { plural } from '../../lib/format/number.ts';
import { agoText, durationText } from '../../lib/format/time.ts';
import { ConfigFoot } from '../config/target-list.tsx';
import { useConfigOverview } from '../config/use-config.ts';
import { rolloutWords, STATE_TONES } from '../config/words.ts';
import { PanelError } from '../keys/panel/panel-error.tsx';
import { listMove } from '../shell/list-move.ts';
import { PageHeader } from '../shell/page-header.tsx';
import { textParam } from '../shell/url-params.ts';
import { useBindings } from '../shell/use-bindings.ts';
import { useHref } from '../shell/use-href.ts';
import { useNow } from '../shell/use-live.ts';
import { useUrlState } from '../shell/use-url-state.ts';
import { StatusMark } from '../ui/badge.tsx';
import { Button } from '../ui/button.tsx';
import { type Column, DataTable } from '../ui/data-table.tsx';
import { EmptyState } from '../ui/empty-state.tsx';
import { Link } from '../ui/link.tsx';
import { PanelStates } from '../ui/panel.tsx';
import { SkeletonRows } from '../ui/skeleton.tsx';
import { RolloutView } from './rollout-view.tsx';

/** Rollouts, newest first; the chosen one takes the whole page: it is the one screen to watch. */
export function RolloutsPage() {
  const overview = useConfigOverview();
  const href = useHref();
  const [rollout, setRollout] = useUrlState('rollout', textParam, { history: 'push' });
  useBindings([listMove('rollouts.move', 'Next and previous rollout')]);
  if (rollout !== null) return <RolloutView key={rollout} rolloutId={rollout} onBack={() => void setRollout(null)} />;
  return (
    <>
      <PageHeader title="Rollouts" meta={summary(overview.data)} />
      <div className="flex min-h-0 flex-1 flex-col bg-surface">
        <PanelStates
          isLoading={overview.isPending}
          data={overview.data?.rollouts}
          skeleton={<SkeletonRows rows={8} />}
          error={
            overview.error === null ? undefined : (
              <PanelError
                title="The rollouts could not be read"
                error={overview.error}
                onRetry={() => void overview.refetch()}
              />
            )
          }
          isEmpty={(all) => all.length === 0}
          empty={
            <EmptyState
              actions={
                <Button asChild size="small">
                  <Link href={href('/config')}>Open Configuration</Link>
                </Button>
              }
            >
              Nothing has been rolled out yet. Publish a change on the Configuration page and choose how it reaches the
              fleet: it goes on only while running instances confirm that they applied it and are healthy, and turns
              back by itself when they are not.
            </EmptyState>
          }
        >
          {(rows) => (
            <>
              <DataTable
                label="Rollouts"
                columns={COLUMNS}
                rows={rows}
                rowKey={({ rolloutId }) => rolloutId}
                onSelect={({ rolloutId }) => void setRollout(rolloutId)}
              />
              <ConfigFoot overview={overview.data} error={overview.error} />
            </>
          )}
        </PanelStates>
      </div>
    </>
  );
}

function summary(overview: ConfigOverview | undefined): string {
  if (overview === undefined) return '';
  const open = overview.rollouts.filter(({ state }) => !isTerminal(state)).length;
  const leader = overview.supervision.leader;
  const who = open === 0 ? '' : leader === null ? ', nobody supervises' : `, supervised by ${leader}`;
  return `${plural(overview.rollouts.length, 'rollout')}, ${open} open${who}`;
}

const COLUMNS: readonly Column<RolloutSummary>[] = [
  {
    id: 'target',
    head: 'Target',
    width: 'minmax(11rem, 1.4fr)',
    cell: ({ target }) => <span className="mono">{target}</span>,
  },
  {
    id: 'version',
    head: 'Version',
    width: '5.5rem',
    cell: ({ semver }) => <span className="mono">{semver ?? ''}</span>,
  },
  {
    id: 'state',
    head: 'State',
    width: 'minmax(8rem, 1fr)',
    cell: (one) => <State rollout={one} />,
  },
  {
    id: 'phase',
    head: 'Phase',
    width: '5rem',
    align: 'right',
    hideBelow: 560,
    cell: ({ phaseIndex, phases }) => (
      <span className="mono">
        {phaseIndex + 1} of {phases}
      </span>
    ),
  },
  {
    id: 'why',
    head: 'Why',
    width: 'minmax(10rem, 2fr)',
    hideBelow: 960,
    cell: ({ reason }) => <span className="text-fg-2">{reason}</span>,
  },
  { id: 'by', head: 'By', width: '6rem', hideBelow: 800, cell: ({ createdBy }) => createdBy },
  {
    id: 'at',
    head: 'Created',
    width: '6.5rem',
    align: 'right',
    hideBelow: 480,
    cell: ({ createdAt }) => <Ago at={createdAt} />,
  },
];

function State({ rollout }: { readonly rollout: RolloutSummary }) {
  const now = useNow(10_000);
  const forgotten = forgottenAt(rollout);
  if (forgotten === null || now < forgotten)
    return <StatusMark tone={STATE_TONES[rollout.state]}>{rolloutWords(rollout)}</StatusMark>;
  const since = durationText(now - (rollout.pausedAt ?? now));
  return (
    <StatusMark tone="bad" title={`${rolloutWords(rollout)}: longer than a day`}>
      paused for {since}, forgotten?
    </StatusMark>
  );
}

function Ago({ at }: { readonly at: number }) {
  const now = useNow(10_000);
  return (
    <span className="mono" suppressHydrationWarning>
      {now === 0 ? '' : agoText(at, now)}
    </span>
  );
}
