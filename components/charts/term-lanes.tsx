'use client';

import { useId, useState } from 'react';
import { formatCount } from '../../lib/format/number.ts';
import { durationText } from '../../lib/format/time.ts';
import { cn } from '../ui/cn.ts';
import { Mark } from '../ui/marks.tsx';
import { useWidth } from '../ui/use-width.ts';
import { AxisTicks } from './axis-ticks.tsx';
import { HatchPattern } from './hatch-pattern.tsx';
import { layoutTermLanes, type TermBar, type TermLanes, type TermLanesInput } from './term-lanes.layout.ts';

const ROW = 22;
const BAR_INSET = 4;

export type TermLanesChartProps = Omit<TermLanesInput, 'width'>;

/** One lane per holder, a bar per term of office, hatched where nobody held. The table of the same terms stands beside it. */
export function TermLanesChart(props: TermLanesChartProps) {
  const { ref, width } = useWidth();
  const [hovered, setHovered] = useState<TermBar | null>(null);
  const layout = layoutTermLanes({ ...props, width: Math.max(width, 1) });
  const height = layout.lanes.length * ROW;
  return (
    <div className="grid grid-cols-[minmax(4rem,auto)_1fr] gap-x-3 px-3 pt-2 pb-1">
      <div className="max-w-48">
        {layout.lanes.map((lane) => (
          <div
            key={lane.id}
            title={lane.label}
            style={{ height: ROW }}
            className={cn(
              'flex items-center justify-end gap-1 text-meta',
              lane.isHolder ? 'font-medium text-leader' : 'text-fg-2',
            )}
          >
            {lane.isHolder ? <Mark shape="star" className="size-2.5 shrink-0" /> : null}
            <span className="truncate">{lane.label}</span>
          </div>
        ))}
      </div>
      <div ref={ref} className="relative min-w-0">
        <div className="overflow-hidden rounded-mark border bg-inset">
          {width === 0 ? (
            <div style={{ height }} />
          ) : (
            <Lanes layout={layout} width={width} height={height} onHover={setHovered} />
          )}
        </div>
        <AxisTicks ticks={layout.ticks} />
      </div>
      <p className="col-span-2 min-h-4 text-fg-3 text-meta">
        {hovered === null ? (
          <Legend layout={layout} />
        ) : (
          <Reading bar={hovered} now={props.now} label={props.labelOf(hovered.term)} />
        )}
      </p>
    </div>
  );
}

interface LanesProps {
  readonly layout: TermLanes;
  readonly width: number;
  readonly height: number;
  readonly onHover: (bar: TermBar | null) => void;
}

function Lanes({ layout, width, height, onHover }: LanesProps) {
  const hatch = useId();
  return (
    <svg
      width={width}
      height={height}
      role="img"
      aria-label="Terms of office, also in the table"
      className="block"
      onPointerLeave={() => onHover(null)}
    >
      <HatchPattern id={hatch} />
      {layout.lanes.slice(1).map((lane, index) => (
        <line key={lane.id} x1={0} x2={width} y1={(index + 1) * ROW} y2={(index + 1) * ROW} className="stroke-line" />
      ))}
      {layout.gaps.map((gap) => (
        <rect key={gap.key} x={gap.x} y={0} width={gap.width} height={height} fill={`url(#${hatch})`}>
          <title>{gap.exact ? 'Nobody held' : 'Nobody was seen to hold'}</title>
        </rect>
      ))}
      {layout.overlaps.map((overlap) => (
        <rect
          key={overlap.key}
          x={overlap.x}
          y={0}
          width={overlap.width}
          height={height}
          className="fill-bad/20 stroke-bad"
        >
          <title>Two held at the same time</title>
        </rect>
      ))}
      {layout.waits.map((wait) => (
        <rect
          key={wait.key}
          x={wait.x}
          y={wait.lane * ROW + ROW / 2 - 1}
          width={wait.width}
          height={2}
          className="fill-fg-3"
          fillOpacity={0.55}
        />
      ))}
      {layout.bars.map((bar) => (
        <Bar key={bar.key} bar={bar} onHover={onHover} />
      ))}
    </svg>
  );
}

function Bar({ bar, onHover }: { readonly bar: TermBar; readonly onHover: (bar: TermBar) => void }) {
  const y = bar.lane * ROW + BAR_INSET;
  const h = ROW - 2 * BAR_INSET;
  return (
    <g onPointerEnter={() => onHover(bar)}>
      <rect
        x={bar.x}
        y={y}
        width={bar.width}
        height={h}
        rx={2}
        className={bar.isFlap ? 'fill-risk' : 'fill-leader-mark'}
        fillOpacity={bar.isFlap ? 0.8 : 0.4}
      />
      <line
        x1={bar.x + 1}
        x2={bar.x + 1}
        y1={y}
        y2={y + h}
        className={bar.isFlap ? 'stroke-risk' : 'stroke-leader-mark'}
        strokeWidth={2}
        strokeDasharray={bar.isOpenLeft ? '2 2' : undefined}
      />
    </g>
  );
}

function Legend({ layout }: { readonly layout: TermLanes }) {
  const parts = ['bar: held', 'line: waits', 'hatched: nobody held', 'dashed edge: the start was not seen'];
  if (layout.overlaps.length > 0) parts.push('red: two held at the same time');
  if (layout.hiddenLanes > 0) parts.push(`${formatCount(layout.hiddenLanes)} earlier holders stand in the table only`);
  if (layout.timeless > 0) parts.push(`${formatCount(layout.timeless)} terms have no known time: see them by revision`);
  return parts.join(' · ');
}

function Reading({ bar, now, label }: { readonly bar: TermBar; readonly now: number; readonly label: string }) {
  const { term } = bar;
  const end = term.to === null ? now : term.toAt;
  return (
    <span className="text-fg">
      <b className="font-medium">{label}</b>
      {`, revision ${term.fromExact ? '' : 'at least '}${formatCount(term.from)} to ${term.to === null ? 'now' : formatCount(term.to)}`}
      {term.fromAt === null || end === null
        ? ''
        : `, ${term.fromExact ? '' : 'at most '}${durationText(end - term.fromAt)}`}
      {bar.isFlap ? ', a flap' : ''}
    </span>
  );
}
