'use client';

import type { RevisionView } from '../../lib/api/types.ts';
import { formatCount } from '../../lib/format/number.ts';
import { clockTime } from '../../lib/format/time.ts';
import { revisionTime, revisionTimeText } from '../../lib/live/revision-time.ts';
import { markWords } from './mark-words.ts';
import { hasFailed, type TrackLayout } from './revision-track.layout.ts';

/** Of those at one spot; the newest. */
const MARKS_TOLD = 4;

/** What stands under the pointer: revision, time, and what happened close by. */
export function TrackReading({
  track,
  x,
  view,
  now,
}: {
  readonly track: TrackLayout;
  readonly x: number;
  readonly view: RevisionView;
  readonly now: number;
}) {
  const revision = track.revisionAt(x);
  const time = revisionTimeText(revisionTime(view.times, String(revision)), now);
  const near = track.marks.find((mark) => Math.abs(mark.x - x) < 6);
  const spot = track.spots.find((one) => Math.abs(one.x - x) < 6);
  const drills = track.drills.filter((one) => x > one.x - 3 && x < one.x + one.width + 3);
  return (
    <div
      aria-hidden="true"
      className="pointer-events-none absolute bottom-full mb-1 -translate-x-1/2 whitespace-nowrap rounded-control border border-line-strong bg-raised px-2 py-1 text-fg text-meta shadow-float"
      style={{ left: Math.min(track.width - 90, Math.max(90, x)) }}
    >
      {x < track.hatchedTo ? (
        <p>gone by compaction: below {formatCount(view.compacted)}</p>
      ) : (
        <p className="mono text-meta">
          rev {formatCount(revision)}
          {time === '' ? null : <span className="text-fg-3"> · {time}</span>}
        </p>
      )}
      {track.rememberedX !== null && x >= track.hatchedTo && x < track.rememberedX ? (
        <p className="text-fg-3">before the console watched: read from the store</p>
      ) : null}
      {near === undefined ? null : (
        <p className="text-leader">
          ▲ {near.change.leaderName === null ? 'no leader' : `${near.change.leaderName} took the lead`} · term{' '}
          {near.change.term} · {clockTime(near.change.at)}
        </p>
      )}
      {drills.slice(-MARKS_TOLD).map(({ drill }) => (
        <p key={drill.text + drill.startedAt} className="text-risk">
          △ drill: {drill.text} · {clockTime(drill.startedAt)}
          {drill.endedAt === null ? ', under way' : ` to ${clockTime(drill.endedAt)}`}
        </p>
      ))}
      {spot?.marks.slice(-MARKS_TOLD).map((mark) => (
        <p key={`${mark.revision}${mark.kind}`} className={hasFailed(mark) ? 'text-bad' : 'text-accent'}>
          ◆ {markWords(mark)} · {clockTime(mark.at)}
        </p>
      ))}
      {spot === undefined || spot.marks.length <= MARKS_TOLD ? null : (
        <p className="text-fg-3">and {formatCount(spot.marks.length - MARKS_TOLD)} more here</p>
      )}
    </div>
  );
}
