'use client';

import { ChartNoAxesGantt, Table } from 'lucide-react';
import type { ClusterView, LeaderChange } from '../../lib/api/types.ts';
import { formatCount } from '../../lib/format/number.ts';
import { clockMillis, clockTime } from '../../lib/format/time.ts';
import { LeaderLane } from '../charts/leader-lane.tsx';
import { useHistory } from '../cluster/use-history.ts';
import { later } from '../shell/later.tsx';
import { oneOf, single } from '../shell/url-params.ts';
import { useNow } from '../shell/use-live.ts';
import { useUrlState } from '../shell/use-url-state.ts';
import { IconButton } from '../ui/button.tsx';
import { cn } from '../ui/cn.ts';
import { Panel, PanelStates } from '../ui/panel.tsx';
import { Skeleton } from '../ui/skeleton.tsx';
import { TableHead } from '../ui/table-head.tsx';
import { leaderlessWords } from './leaderless-words.ts';

// With what it asks the console for: the picture stands first.
const ElectionExplained = later(() => import('./election-explained.tsx').then((module) => module.ElectionExplained));

const LANE = oneOf(['table']);
/** When the change was seen, in ms. */
const ELECTION = single<number>({
  parse: (text) => (/^\d{1,15}$/.test(text) ? Number(text) : null),
  serialize: String,
});

const MINUTE_MS = 60_000;
const HOUR_MS = 60 * MINUTE_MS;
/** The picture grows with the time watched, up to an hour: a console that has just started shows no field of nothing. */
const SPANS_MS = [5 * MINUTE_MS, 15 * MINUTE_MS, 30 * MINUTE_MS, HOUR_MS];

const spanOf = (watchedMs: number): number => SPANS_MS.find((span) => watchedMs <= span) ?? HOUR_MS;

/** How often the leader changed in the last hour, in words. */
function changesInWords({ leaderChanges, watchingSince }: ClusterView, now: number): string {
  const since = Math.max(watchingSince, now - HOUR_MS);
  // The leader found at the start is no change, nor is one that was only out of sight for a moment.
  const led = leaderChanges.filter(({ leaderId }) => leaderId !== null);
  const changes = led.filter((change, index) => {
    const before = led[index - 1];
    const isNew = before !== undefined && (before.leaderId !== change.leaderId || before.term !== change.term);
    return isNew && change.at >= since;
  }).length;
  const span =
    watchingSince > now - HOUR_MS ? `since the console started at ${clockTime(watchingSince)}` : 'in the last hour';
  if (changes === 0) return `no change ${span}`;
  return `${changes === 1 ? '1 change' : `${changes} changes`} ${span}`;
}

export function LeaderPanel({
  view,
  isStale,
  className,
}: {
  readonly view: ClusterView | null;
  readonly isStale: boolean;
  readonly className?: string;
}) {
  const tick = useNow(2_000);
  const [form, setForm] = useUrlState('lane', LANE);
  const [chosenAt, choose] = useUrlState('election', ELECTION);
  // Drills and what was done by hand; silence shows in the lanes of the members below.
  const marks = (useHistory().data?.marks ?? []).filter(({ kind }) => ['drill', 'healed', 'action'].includes(kind));
  const now = view === null ? tick : Math.max(tick, view.at);
  return (
    <Panel
      title="Who led?"
      meta={view === null ? null : changesInWords(view, now)}
      {...(className === undefined ? {} : { className })}
      actions={
        <IconButton
          size="small"
          label={form === 'table' ? 'Show as picture' : 'Show as table'}
          onClick={() => void setForm(form === 'table' ? null : 'table')}
        >
          {form === 'table' ? <ChartNoAxesGantt aria-hidden="true" /> : <Table aria-hidden="true" />}
        </IconButton>
      }
    >
      <PanelStates isLoading={view === null} data={view} skeleton={<Skeleton className="m-3 h-16!" />}>
        {(cluster) => (
          <div className={cn(isStale && 'greyed')}>
            {form === 'table' ? (
              <LeaderTable view={cluster} chosen={chosenOf(cluster, chosenAt)?.at ?? null} onChoose={choose} />
            ) : (
              <LeaderLane
                members={[...cluster.members].sort((a, b) => a.name.localeCompare(b.name, 'en', { numeric: true }))}
                changes={cluster.leaderChanges}
                watchingSince={cluster.watchingSince}
                now={isStale ? cluster.at : now}
                spanMs={spanOf(now - cluster.watchingSince)}
                marks={marks}
                chosen={chosenOf(cluster, chosenAt)?.at ?? null}
                onChoose={choose}
              />
            )}
            <Why cluster={cluster} chosenAt={chosenAt} />
          </div>
        )}
      </PanelStates>
    </Panel>
  );
}

/** The one asked for, else the newest: why the present leader leads. */
const chosenOf = ({ leaderChanges }: ClusterView, at: number | null): LeaderChange | undefined => {
  const led = leaderChanges.filter(({ leaderId }) => leaderId !== null);
  return led.find((change) => change.at === at) ?? led.at(-1);
};

function Why({ cluster, chosenAt }: { readonly cluster: ClusterView; readonly chosenAt: number | null }) {
  const change = chosenOf(cluster, chosenAt);
  if (change === undefined) return null;
  const isPresent = change === chosenOf(cluster, null) && change.leaderId === cluster.leaderId;
  return <ElectionExplained isWanted change={change} isPresent={isPresent} />;
}

interface LeaderTableProps {
  readonly view: ClusterView;
  readonly chosen: number | null;
  readonly onChoose: (at: number) => void;
}

function LeaderTable({ view, chosen, onChoose }: LeaderTableProps) {
  const rows = [...view.leaderChanges].reverse();
  return (
    <div className="max-h-40 overflow-y-auto">
      <table className="w-full">
        <caption className="sr-only">Leader changes, newest first</caption>
        <TableHead
          className="sticky top-0 bg-inset"
          cell="px-3 py-1"
          columns={[
            'At',
            'Leader',
            { text: 'Term', isRight: true },
            { text: 'Revision', isRight: true },
            { text: 'Without a leader before', isRight: true },
          ]}
        />
        <tbody>
          {rows.map((change) => (
            <tr
              key={`${change.term} ${change.at}`}
              className={cn('h-6 border-b last:border-b-0', change.at === chosen && 'bg-selected')}
            >
              <td className="mono px-3">{clockMillis(change.at)}</td>
              <td className="px-3">
                {change.leaderName === null ? (
                  'none'
                ) : (
                  <button type="button" className="text-accent hover:underline" onClick={() => onChoose(change.at)}>
                    {change.leaderName}
                  </button>
                )}
              </td>
              <td className="mono px-3 text-right">{formatCount(change.term)}</td>
              <td className="mono px-3 text-right">{formatCount(change.revision)}</td>
              <td className="mono px-3 text-right">
                {change.leaderlessMs === null ? '–' : leaderlessWords(change).replace(/ without a leader/, '')}
              </td>
            </tr>
          ))}
        </tbody>
      </table>
    </div>
  );
}
