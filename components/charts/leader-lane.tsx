'use client';

import { clockTime, durationText } from '../../lib/format/time.ts';
import { cn } from '../ui/cn.ts';
import { useHoverX } from '../ui/use-hover-x.ts';
import { useWidth } from '../ui/use-width.ts';
import { AxisTicks } from './axis-ticks.tsx';
import { barAt, type LaneBar, type LaneInput, type LaneLayout, layoutLane } from './leader-lane.layout.ts';
import { type LaneMark, MarkTick } from './mark-tick.tsx';

export interface LeaderLaneProps extends Omit<LaneInput, 'width'> {
  readonly members: readonly { readonly id: string; readonly name: string }[];
  /** What was done to members, across all rows. */
  readonly marks: readonly LaneMark[];
  /** Beginning of the term whose explanation is shown. */
  readonly chosen: number | null;
  readonly onChoose: (at: number) => void;
}

const ROW = 'relative h-5 border-b last:border-b-0';

/** A bar per term of office, in the row of the member that held it. */
export function LeaderLane({ members, chosen, onChoose, marks, ...input }: LeaderLaneProps) {
  const { ref, width } = useWidth();
  const { hoverX, hover } = useHoverX();
  const lane = layoutLane({ ...input, width: Math.max(width, 1) });
  // A leader that is no member any more keeps its row as long as its bars are in the picture.
  const gone = lane.bars.filter(
    (bar) => bar.leaderId !== null && !members.some((member) => member.id === bar.leaderId),
  );
  const rows = [
    ...members,
    ...new Map(
      gone.map((bar) => [bar.leaderId, { id: bar.leaderId ?? '', name: `${bar.leaderName} (gone)` }]),
    ).values(),
  ];
  return (
    <div className="grid grid-cols-[auto_1fr] gap-x-3 px-3 pt-2 pb-1">
      <div>
        {rows.map((row) => (
          <div key={row.id} className="flex h-5 items-center justify-end text-fg-2 text-meta">
            {row.name}
          </div>
        ))}
      </div>
      <div ref={ref} className="relative min-w-0" {...hover}>
        <div className="relative overflow-hidden rounded-mark border bg-inset">
          {rows.map((row) => (
            <div key={row.id} className={ROW}>
              {lane.bars.map((bar) =>
                bar.leaderId === row.id ? (
                  <Bar
                    key={bar.key}
                    bar={bar}
                    lane={lane}
                    isChosen={bar.at === chosen}
                    onChoose={() => onChoose(bar.at)}
                  />
                ) : null,
              )}
            </div>
          ))}
          {width === 0 ? null : <Absences lane={lane} now={input.now} spanMs={input.spanMs} />}
          {width === 0
            ? null
            : marks
                .filter(({ at }) => at > input.now - input.spanMs)
                .map((mark) => <MarkTick key={`${mark.at} ${mark.text}`} mark={mark} x={lane.xOf(mark.at)} />)}
        </div>
        <AxisTicks ticks={lane.ticks} />
        {hoverX === null || width === 0 ? null : <Reading lane={lane} x={hoverX} />}
      </div>
    </div>
  );
}

interface BarProps {
  readonly bar: LaneBar;
  readonly lane: LaneLayout;
  readonly isChosen: boolean;
  readonly onChoose: () => void;
}

function Bar({ bar, lane, isChosen, onChoose }: BarProps) {
  const left = lane.xOf(bar.from);
  const width = Math.max(3, lane.xOf(bar.to) - left);
  return (
    <button
      type="button"
      aria-label={`Why ${bar.leaderName ?? 'nobody'} led from ${clockTime(bar.at)} in term ${bar.term}`}
      aria-pressed={isChosen}
      onClick={onChoose}
      className={cn(
        'absolute top-[3px] bottom-[3px] overflow-hidden rounded-[2px] border-leader-mark border-l-2 pl-1 text-left text-fg text-meta leading-[0.8rem] hover:bg-leader-mark/45',
        isChosen ? 'bg-leader-mark/45' : 'bg-leader-mark/28',
      )}
      style={{ left, width }}
    >
      {width > 60 ? `term ${bar.term}` : null}
    </button>
  );
}

/** Across all rows: the time before watching began, and the time without a leader. */
function Absences({ lane, now, spanMs }: { readonly lane: LaneLayout; readonly now: number; readonly spanMs: number }) {
  const unwatched = lane.watchedFrom === null ? 0 : lane.xOf(lane.watchedFrom) - lane.xOf(now - spanMs);
  return (
    <>
      {unwatched < 1 ? null : (
        <div
          className="hatched absolute inset-y-0 left-0 flex items-center justify-center border-r"
          style={{ width: unwatched }}
        >
          {unwatched > 150 ? (
            <span className="rounded-mark bg-inset px-1.5 text-fg-3 text-meta">not watched yet</span>
          ) : null}
        </div>
      )}
      {lane.bars.map((bar) =>
        bar.leaderId === null ? (
          <div
            key={bar.key}
            className="absolute inset-y-0 border-bad border-x bg-bad/15"
            style={{ left: lane.xOf(bar.from), width: Math.max(2, lane.xOf(bar.to) - lane.xOf(bar.from)) }}
          />
        ) : null,
      )}
    </>
  );
}

function Reading({ lane, x }: { readonly lane: LaneLayout; readonly x: number }) {
  const at = lane.timeAt(x);
  const bar = barAt(lane.bars, at);
  const isUnwatched = lane.watchedFrom !== null && at < lane.watchedFrom;
  return (
    <div aria-hidden="true" className="pointer-events-none absolute inset-y-0" style={{ left: x }}>
      <div className="h-full w-px bg-fg-3" />
      <div
        className={cn(
          'absolute bottom-full mb-1 whitespace-nowrap rounded-control border border-line-strong bg-raised px-2 py-1 text-meta shadow-float',
          x > 200 ? 'right-0' : 'left-0',
        )}
      >
        <span className="mono text-meta">{clockTime(at)}</span>{' '}
        {isUnwatched
          ? 'before the console watched'
          : bar?.leaderName === undefined || bar.leaderName === null
            ? 'no leader'
            : `${bar.leaderName} led, term ${bar.term}`}
        {bar?.leaderlessMs === null || bar === undefined ? null : (
          <span className="text-fg-3"> · took over after {durationText(bar.leaderlessMs)} without a leader</span>
        )}
      </div>
    </div>
  );
}
