'use client';

import type { RevisionView } from '../../lib/api/types.ts';
import { formatCount } from '../../lib/format/number.ts';
import { agoText } from '../../lib/format/time.ts';
import { revisionTime, revisionTimeText } from '../../lib/live/revision-time.ts';
import { StatusMark } from '../ui/badge.tsx';

/** What can be said of the pinned revision: its time, its age, or that it cannot be shown. */
export function PinnedReading({
  rev,
  view,
  now,
}: {
  readonly rev: string;
  readonly view: RevisionView;
  readonly now: number;
}) {
  if (Number(rev) < Number(view.compacted)) {
    return (
      <p role="status">
        <StatusMark tone="bad">
          rev {formatCount(rev)} is gone: compacted below {formatCount(view.compacted)}
        </StatusMark>
      </p>
    );
  }
  if (Number(rev) > Number(view.current)) {
    return (
      <p role="status">
        <StatusMark tone="bad">
          rev {formatCount(rev)} is yet to come: the store is at {formatCount(view.current)}
        </StatusMark>
      </p>
    );
  }
  const time = revisionTime(view.times, rev);
  const said = revisionTimeText(time, now);
  return (
    <p role="status" className="truncate">
      <StatusMark tone="past">
        <span className="max-wide:hidden">viewing </span>rev <span className="mono">{formatCount(rev)}</span>
        <span className="max-narrow:hidden">
          {said === '' ? null : ` · ${said}`}
          {time.kind === 'between' && now > 0 ? (
            <span className="max-wide:hidden"> · {agoText(time.to, now)}</span>
          ) : null}
        </span>
        {' — read-only'}
      </StatusMark>
    </p>
  );
}
