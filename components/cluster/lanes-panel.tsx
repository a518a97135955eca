'use client';

import { ChartLine, Table } from 'lucide-react';
import { useMemo, useState } from 'react';
import type { HealthWindow, MemberLane } from '../../lib/api/health-types.ts';
import { formatCount } from '../../lib/format/number.ts';
import { clockTime } from '../../lib/format/time.ts';
import { type LaneTime, sliceAt } from '../charts/member-lanes.layout.ts';
import { type LaneLine, MemberLanes } from '../charts/member-lanes.tsx';
import { PanelError } from '../keys/panel/panel-error.tsx';
import { oneOf } from '../shell/url-params.ts';
import { useUrlState } from '../shell/use-url-state.ts';
import { IconButton } from '../ui/button.tsx';
import { cn } from '../ui/cn.ts';
import { EmptyState } from '../ui/empty-state.tsx';
import { Mark } from '../ui/marks.tsx';
import { Panel, PanelStates } from '../ui/panel.tsx';
import { Select } from '../ui/select.tsx';
import { lastOf, MEASURES, readingOf, scaleOf, summaryOf } from './lane-measures.ts';
import { useHistory } from './use-history.ts';

const MINUTE_MS = 60_000;
const SPANS = { '5': '5 minutes', '15': '15 minutes', '60': '1 hour' } as const;
const SPAN_NAMES = Object.keys(SPANS) as (keyof typeof SPANS)[];
const FORM = oneOf(['table']);
const SPAN = oneOf(SPAN_NAMES);

/** A console that has just started shows no field of nothing. */
function spanOf(at: readonly number[]): keyof typeof SPANS {
  const watchedMs = (at.at(-1) ?? 0) - (at[0] ?? 0);
  return watchedMs <= 5 * MINUTE_MS ? '5' : '15';
}

/** Small multiples: a block per member, the same lanes in each, one moment read in all of them. */
export function LanesPanel({ isStale }: { readonly isStale: boolean }) {
  const query = useHistory();
  const [form, setForm] = useUrlState('lanes', FORM);
  const [chosenSpan, setSpan] = useUrlState('span', SPAN);
  const [hoverAt, setHoverAt] = useState<number | null>(null);
  const span = chosenSpan ?? spanOf(query.data?.at ?? []);
  return (
    <Panel
      title="How did each member do?"
      meta={hoverAt === null ? `the last ${SPANS[span]}` : `at ${clockTime(hoverAt)}`}
      actions={
        <>
          <Select
            label="Span of time"
            value={span}
            options={SPAN_NAMES.map((value) => ({ value, label: SPANS[value] }))}
            onValueChange={(next) => void setSpan(next)}
            className="h-6!"
          />
          <IconButton
            size="small"
            label={form === 'table' ? 'Show members as picture' : 'Show members as table'}
            onClick={() => void setForm(form === 'table' ? null : 'table')}
          >
            {form === 'table' ? <ChartLine aria-hidden="true" /> : <Table aria-hidden="true" />}
          </IconButton>
        </>
      }
    >
      <PanelStates
        isLoading={query.isPending}
        error={
          query.error === null ? null : (
            <PanelError title="No history of the members" error={query.error} onRetry={() => void query.refetch()} />
          )
        }
        data={query.data}
        isEmpty={({ at }) => at.length === 0}
        empty={<EmptyState>Nothing is known yet: the first figures come seconds after the console's start.</EmptyState>}
      >
        {(history) => (
          <Window
            history={history}
            spanMs={Number(span) * MINUTE_MS}
            isTable={form === 'table'}
            className={cn(isStale && 'greyed')}
            {...{ hoverAt, setHoverAt }}
          />
        )}
      </PanelStates>
    </Panel>
  );
}

interface Hover {
  readonly hoverAt: number | null;
  readonly setHoverAt: (at: number | null) => void;
}

interface WindowProps extends Hover {
  readonly history: HealthWindow;
  readonly spanMs: number;
  readonly isTable: boolean;
  readonly className: string;
}

function Window({ history, spanMs, isTable, className, ...hover }: WindowProps) {
  // Kept from one move of the pointer to the next, so that the lines need not be drawn again.
  const { shown, time, tops } = useMemo(() => {
    const now = history.at.at(-1) ?? 0;
    const last = lastOf(history, now - spanMs);
    return {
      shown: last,
      time: { at: last.at, everyMs: last.everyMs, now, spanMs },
      tops: MEASURES.map((measure) => scaleOf(measure, last.members)),
    };
  }, [history, spanMs]);
  return (
    <div className={className}>
      {isTable ? <SummaryTable history={shown} /> : <Blocks history={shown} time={time} tops={tops} {...hover} />}
    </div>
  );
}

interface BlocksProps extends Hover {
  readonly history: HealthWindow;
  readonly time: LaneTime;
  /** Of each measure, in their order. */
  readonly tops: readonly number[];
}

function Blocks({ history, time, tops, hoverAt, setHoverAt }: BlocksProps) {
  const slice = hoverAt === null ? time.at.length - 1 : sliceAt(time, hoverAt);
  return (
    <div className="grid grid-cols-[repeat(auto-fit,minmax(14rem,1fr))] gap-x-5 gap-y-4 p-3">
      {history.members.map((lane) => (
        <section key={lane.id} aria-label={`${lane.name} over time`} className="min-w-0">
          <BlockHead lane={lane} slice={slice} />
          <MemberLanes
            time={time}
            role={lane.role}
            term={lane.term}
            roleReading={roleReading(lane, slice)}
            lines={MEASURES.map((measure, index): LaneLine => {
              const top = tops[index] ?? measure.topLeast;
              const isAbsent = measure.isTold && lane.metrics.state !== 'offered';
              return {
                ...{ key: measure.column, name: measure.name, meaning: measure.meaning, top },
                values: lane[measure.column],
                second: measure.second === undefined ? null : lane[measure.second.column],
                topLabel: measure.format(top),
                reading: isAbsent ? '' : readingOf(measure, lane, slice),
                absent: isAbsent ? absenceOf(lane) : null,
              };
            })}
            marks={history.marks.filter(({ memberId, at }) => memberId === lane.id && at > time.now - time.spanMs)}
            hoverAt={hoverAt}
            onHover={setHoverAt}
          />
        </section>
      ))}
    </div>
  );
}

function BlockHead({ lane, slice }: { readonly lane: MemberLane; readonly slice: number | null }) {
  const isLeader = slice !== null && lane.role[slice] === 'leader';
  const alarms = slice === null ? null : (lane.alarms[slice] ?? null);
  const version = slice === null ? null : (lane.version[slice] ?? null);
  return (
    <div className="mb-1 flex items-center gap-2">
      <h3 className="truncate font-semibold">{lane.name}</h3>
      {isLeader ? <Mark shape="star" className="size-3 shrink-0 text-leader-mark" /> : null}
      <span className="mono ml-auto text-fg-3">{version === null ? '' : version}</span>
      {alarms === null || alarms === '' ? null : <span className="font-medium text-bad text-meta">△ {alarms}</span>}
    </div>
  );
}

function roleReading(lane: MemberLane, slice: number | null): string {
  if (slice === null) return 'not watched';
  const [role, term] = [lane.role[slice] ?? null, lane.term[slice] ?? null];
  return role === null || term === null ? 'no answer' : `${role}, term ${formatCount(term)}`;
}

/** Why a lane that the member itself would have to fill is empty. */
function absenceOf({ metrics }: MemberLane): string {
  switch (metrics.state) {
    case 'off':
      return 'not asked for: see metricsUrls';
    case 'notOffered':
      return `not offered: ${metrics.note ?? 'no /metrics'}`;
    case 'unread':
    case 'offered':
      return metrics.note === null ? 'not read yet' : `not read: ${metrics.note}`;
  }
}

const HEAD = 'px-3 py-1 font-medium text-fg-2 text-meta';

function SummaryTable({ history }: { readonly history: HealthWindow }) {
  return (
    <div className="overflow-x-auto">
      <table className="w-full">
        <caption className="sr-only">Members over time, in figures</caption>
        <thead className="border-b bg-inset">
          <tr>
            <th scope="col" className={cn(HEAD, 'text-left')}>
              Member
            </th>
            <th scope="col" className={cn(HEAD, 'text-left')}>
              Measure
            </th>
            {['Now', 'Middle', 'Highest', 'At'].map((name) => (
              <th key={name} scope="col" className={cn(HEAD, 'text-right')}>
                {name}
              </th>
            ))}
          </tr>
        </thead>
        <tbody>
          {history.members.flatMap((lane) =>
            MEASURES.map((measure) => {
              const { now, middle, worst, worstAt } = summaryOf(measure, lane, history.at);
              return (
                <tr key={`${lane.id} ${measure.column}`} className="h-6 border-b last:border-b-0">
                  <th scope="row" className="px-3 text-left font-medium">
                    {lane.name}
                  </th>
                  <td className="px-3" title={measure.meaning}>
                    {measure.name}
                  </td>
                  <td className="mono px-3 text-right">{now}</td>
                  <td className="mono px-3 text-right">{middle}</td>
                  <td className="mono px-3 text-right">{worst}</td>
                  <td className="mono px-3 text-right">{worstAt === null ? '–' : clockTime(worstAt)}</td>
                </tr>
              );
            }),
          )}
        </tbody>
      </table>
    </div>
  );
}
