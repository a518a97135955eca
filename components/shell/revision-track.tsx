'use client';

import { type KeyboardEvent, type PointerEvent, useState } from 'react';
import type { ConfigMark } from '../../lib/api/config-marks.ts';
import type { RecentDrill } from '../../lib/api/drill-types.ts';
import type { LeaderChange, RevisionView } from '../../lib/api/types.ts';
import { formatCount } from '../../lib/format/number.ts';
import { cn } from '../ui/cn.ts';
import { pointerX } from '../ui/use-hover-x.ts';
import { useWidth } from '../ui/use-width.ts';
import { later } from './later.tsx';
import { hasFailed, layoutTrack, revisionAfterKey, type TrackLayout } from './revision-track.layout.ts';

// Words for a pointer that rests there.
const TrackReading = later(() => import('./track-reading.tsx').then((module) => module.TrackReading));

export interface RevisionTrackProps {
  readonly view: RevisionView;
  readonly leaderChanges: readonly LeaderChange[];
  readonly configMarks: readonly ConfigMark[];
  readonly drills: readonly RecentDrill[];
  /** The pinned revision; null while live. */
  readonly pinned: number | null;
  readonly now: number;
  readonly isStale: boolean;
  /** The current revision means "live again". */
  readonly onMove: (revision: number, history: 'push' | 'replace') => void;
}

/** The retained revisions on a line: drag, click or use the arrow keys to stand at one of them. */
export function RevisionTrack(props: RevisionTrackProps) {
  const { view, leaderChanges, configMarks, drills, pinned, now, isStale, onMove } = props;
  const { ref, width } = useWidth();
  const [hoverX, setHoverX] = useState<number | null>(null);
  const track = layoutTrack({ view, leaderChanges, configMarks, drills, width: Math.max(width, 1) });
  const at = pinned ?? track.current;

  const onPointerMove = (event: PointerEvent<HTMLElement>): void => {
    const x = pointerX(event);
    setHoverX(x);
    if (event.currentTarget.hasPointerCapture(event.pointerId)) onMove(track.revisionAt(x), 'replace');
  };
  const onPointerDown = (event: PointerEvent<HTMLElement>): void => {
    if (event.button !== 0) return;
    event.currentTarget.setPointerCapture(event.pointerId);
    onMove(track.revisionAt(pointerX(event)), pinned === null ? 'push' : 'replace');
  };
  const onKeyDown = (event: KeyboardEvent): void => {
    if (event.metaKey || event.ctrlKey || event.altKey) return;
    const next = revisionAfterKey(event.key, at, track);
    if (next === null) return;
    event.preventDefault();
    onMove(next, 'replace');
  };

  return (
    <div
      ref={ref}
      role="slider"
      tabIndex={0}
      aria-label="Revision shown"
      aria-valuemin={track.oldest}
      aria-valuemax={track.current}
      aria-valuenow={Math.min(track.current, Math.max(track.oldest, at))}
      aria-valuetext={pinned === null ? `live, revision ${formatCount(track.current)}` : `revision ${formatCount(at)}`}
      onPointerDown={onPointerDown}
      onPointerMove={onPointerMove}
      onPointerLeave={() => setHoverX(null)}
      onKeyDown={onKeyDown}
      className={cn('relative h-full min-w-0 flex-1 cursor-col-resize touch-none rounded-mark', isStale && 'greyed')}
    >
      {width === 0 ? null : <TrackDrawing track={track} pinned={pinned} compacted={view.compacted} />}
      {hoverX === null ? null : <TrackReading isWanted track={track} x={hoverX} view={view} now={now} />}
    </div>
  );
}

const BAND = 'absolute top-[17px] h-2.5';

function TrackDrawing({
  track,
  pinned,
  compacted,
}: {
  readonly track: TrackLayout;
  readonly pinned: number | null;
  readonly compacted: string;
}) {
  const pinX = pinned === null ? track.width : track.xOf(pinned);
  return (
    <div aria-hidden="true" className="pointer-events-none absolute inset-0">
      {track.hatchedTo === 0 ? null : (
        <>
          <div
            className={cn(BAND, 'hatched left-0 rounded-l-mark border border-r-0')}
            style={{ width: track.hatchedTo }}
          />
          <span className="mono absolute top-0 left-0 whitespace-nowrap text-[0.6875rem] text-fg-3 leading-4">
            compacted below {formatCount(compacted)}
          </span>
        </>
      )}
      <div className={cn(BAND, 'right-0 rounded-r-mark border bg-inset')} style={{ left: track.hatchedTo }} />
      <div
        className={cn(BAND, pinned === null ? 'bg-good/25' : 'bg-past/30')}
        style={{ left: track.hatchedTo, width: Math.max(0, pinX - track.hatchedTo) }}
      />
      {track.rememberedX === null ? null : (
        <div
          className="absolute top-[15px] h-3.5 border-fg-3 border-l border-dashed"
          style={{ left: track.rememberedX }}
        />
      )}
      {track.ticks.map((tick) => (
        <div key={tick.x} className="absolute top-0 h-[27px] border-line-strong border-l pl-1" style={{ left: tick.x }}>
          <span className="mono block text-[0.6875rem] text-fg-3 leading-4">{tick.label}</span>
        </div>
      ))}
      {track.drills.map(({ x, width, drill }) => (
        <div
          key={drill.text + drill.startedAt}
          className="absolute top-[28px] h-1 bg-risk"
          style={{ left: x, width }}
        />
      ))}
      {track.marks.map(({ x, change }) => (
        <svg
          key={`${change.term}-${change.at}`}
          aria-hidden="true"
          viewBox="0 0 10 8"
          className="absolute top-[18px] h-2 w-2.5 -translate-x-1/2 text-leader-mark"
          style={{ left: x }}
        >
          <path d="M5 0l5 8H0z" fill="currentColor" />
        </svg>
      ))}
      {track.spots.map(({ x, marks }) => (
        <svg
          key={marks[0]?.revision}
          aria-hidden="true"
          viewBox="0 0 8 8"
          className={cn(
            'absolute top-[18px] size-2 -translate-x-1/2',
            marks.some(hasFailed) ? 'text-bad' : 'text-accent',
          )}
          style={{ left: x }}
        >
          <path d="M4 0l4 4-4 4-4-4z" fill="currentColor" />
        </svg>
      ))}
      <div
        className={cn(
          'absolute top-[13px] h-[18px] w-0.5 -translate-x-1/2 rounded-full',
          pinned === null ? 'bg-good' : 'bg-past-edge',
        )}
        style={{ left: pinX }}
      >
        <span
          className={cn(
            'absolute -top-1 left-1/2 size-2 -translate-x-1/2 rounded-full border-2 border-surface',
            pinned === null ? 'bg-good' : 'bg-past-edge',
          )}
        />
      </div>
    </div>
  );
}
