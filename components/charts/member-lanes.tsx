'use client';

import { memo, useMemo } from 'react';
import { formatCount } from '../../lib/format/number.ts';
import { cn } from '../ui/cn.ts';
import { pointerX } from '../ui/use-hover-x.ts';
import { useWidth } from '../ui/use-width.ts';
import { AxisTicks } from './axis-ticks.tsx';
import { type LaneMark, MarkTick } from './mark-tick.tsx';
import { type Band, bands, type LaneAxis, type LaneTime, laneAxis, linePaths } from './member-lanes.layout.ts';

const LINE_HEIGHT = 30;

export interface LaneLine {
  readonly key: string;
  readonly name: string;
  readonly meaning: string;
  readonly values: readonly (number | null)[];
  readonly second: readonly (number | null)[] | null;
  readonly top: number;
  readonly topLabel: string;
  readonly reading: string;
  /** Stands in the place of the line; null: there is one. */
  readonly absent: string | null;
}

export interface MemberLanesProps {
  readonly time: LaneTime;
  readonly role: readonly (Band['role'] | null)[];
  readonly term: readonly (number | null)[];
  readonly roleReading: string;
  readonly lines: readonly LaneLine[];
  readonly marks: readonly LaneMark[];
  /** The moment all lanes of all members are read at; null: none. */
  readonly hoverAt: number | null;
  readonly onHover: (at: number | null) => void;
}

const BAND_TONE: Readonly<Record<Band['role'], string>> = {
  leader: 'border-leader-mark border-l-2 bg-leader-mark/28',
  follower: 'border-line-strong border-l bg-fg-3/14',
  learner: 'hatched border-line-strong border-l',
};

/** One member's lanes, one above the other on one axis of time. */
export function MemberLanes({ time, role, term, roleReading, lines, marks, hoverAt, onHover }: MemberLanesProps) {
  const { ref, width } = useWidth();
  const axis = useMemo(() => laneAxis(time, Math.max(width, 1)), [time, width]);
  const isInside = hoverAt !== null && hoverAt >= time.now - time.spanMs && hoverAt <= time.now;
  return (
    <div
      ref={ref}
      className="relative"
      onPointerMove={(event) => onHover(axis.timeAt(pointerX(event)))}
      onPointerLeave={() => onHover(null)}
    >
      <LaneHead
        name="Role and term"
        meaning="Who led, in which term; empty where the member did not answer."
        reading={roleReading}
      />
      <div className="relative h-4 overflow-hidden rounded-mark border bg-inset">
        {width === 0 ? null : (
          <>
            <Unwatched time={time} axis={axis} />
            <RoleBand role={role} term={term} time={time} axis={axis} />
          </>
        )}
        {marks.map((mark) => (
          <MarkTick key={`${mark.at} ${mark.text}`} mark={mark} x={axis.xOf(mark.at)} />
        ))}
      </div>
      {lines.map((line) => (
        <div key={line.key} className="mt-1.5">
          <LaneHead
            name={line.name}
            meaning={line.meaning}
            reading={line.reading}
            scale={line.absent === null ? `0 to ${line.topLabel}` : ''}
          />
          <div className="relative overflow-hidden border-line-strong border-b" style={{ height: LINE_HEIGHT }}>
            {line.absent === null ? (
              width === 0 ? null : (
                <Line values={line.values} second={line.second} top={line.top} {...{ time, axis, width }} />
              )
            ) : (
              <p className="flex h-full items-center text-fg-3 text-meta">{line.absent}</p>
            )}
          </div>
        </div>
      ))}
      <AxisTicks ticks={axis.ticks} />
      {isInside && hoverAt !== null && width > 0 ? (
        <div
          aria-hidden="true"
          className="pointer-events-none absolute top-0 bottom-5 w-px bg-fg-2"
          style={{ left: axis.xOf(hoverAt) }}
        />
      ) : null}
    </div>
  );
}

interface LaneHeadProps {
  readonly name: string;
  readonly meaning: string;
  readonly reading: string;
  /** What the picture spans from ground to ceiling. */
  readonly scale?: string;
}

function LaneHead({ name, meaning, reading, scale = '' }: LaneHeadProps) {
  return (
    <div className="flex items-baseline gap-2 text-meta">
      <span className="whitespace-nowrap text-fg-2" title={meaning}>
        {name}
      </span>
      <span className="nums min-w-0 truncate text-fg-3">{scale}</span>
      <span className="nums ml-auto whitespace-nowrap text-fg">{reading}</span>
    </div>
  );
}

interface Drawn {
  readonly time: LaneTime;
  readonly axis: LaneAxis;
}

/** Before the console began to watch. */
function Unwatched({ time, axis }: Drawn) {
  const first = time.at[0];
  const width = first === undefined ? 0 : axis.xOf(first - time.everyMs);
  return width < 2 ? null : (
    <span
      className="hatched absolute inset-y-0 left-0 overflow-hidden border-r"
      style={{ width }}
      title="not watched yet"
    />
  );
}

function RoleBand({ role, term, time, axis }: Drawn & Pick<MemberLanesProps, 'role' | 'term'>) {
  return bands({ role, term }, time, axis).map((band) => (
    <span
      key={band.key}
      className={cn(
        'absolute inset-y-0 overflow-hidden whitespace-nowrap pl-1 text-[0.6875rem] text-fg leading-[0.875rem]',
        BAND_TONE[band.role],
      )}
      style={{ left: band.x, width: band.width }}
    >
      {band.width < 70
        ? null
        : `${band.role === 'leader' ? '★ leads' : band.role === 'learner' ? 'learns' : 'follows'}, term ${formatCount(band.term)}`}
    </span>
  ));
}

interface LineProps extends Drawn, Pick<LaneLine, 'values' | 'second' | 'top'> {
  readonly width: number;
}

/** Drawn anew with new slices, not with every move of the pointer. */
const Line = memo(function Line({ values, second, top, time, axis, width }: LineProps) {
  const box = { axis, top, height: LINE_HEIGHT };
  const first = linePaths(values, time, box);
  return (
    <svg aria-hidden="true" width={width} height={LINE_HEIGHT} className="absolute inset-0">
      <path d={first.area} className="fill-fg-3/14" />
      <path
        d={first.line}
        className="fill-none stroke-fg-2"
        strokeWidth={1.25}
        strokeLinecap="round"
        strokeLinejoin="round"
      />
      {second === null ? null : (
        <path
          d={linePaths(second, time, box).line}
          className="fill-none stroke-fg-3"
          strokeWidth={1}
          strokeDasharray="3 2"
          strokeLinecap="round"
        />
      )}
    </svg>
  );
});
