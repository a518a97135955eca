'use client';

import { ChevronLeft, ChevronRight, GitCompareArrows } from 'lucide-react';
import { useRef } from 'react';
import type { RevisionView } from '../../lib/api/types.ts';
import { formatCount } from '../../lib/format/number.ts';
import { momentText } from '../../lib/format/time.ts';
import { StatusMark } from '../ui/badge.tsx';
import { Button, IconButton } from '../ui/button.tsx';
import { cn } from '../ui/cn.ts';
import { Link } from '../ui/link.tsx';
import { Skeleton } from '../ui/skeleton.tsx';
import { Tooltip } from '../ui/tooltip.tsx';
import { JumpField } from './jump-field.tsx';
import { later } from './later.tsx';
import { QueryScope } from './query-scope.tsx';
import { ReplayControls } from './replay-controls.tsx';
import { RevisionTrack } from './revision-track.tsx';
import { useBindings } from './use-bindings.ts';
import { useConfigMarks } from './use-config-marks.ts';
import { useHref } from './use-href.ts';
import { useCluster, useMajorityLost, useNow, useRevision, useStaleSince } from './use-live.ts';
import { usePinnedRevision } from './use-pinned-revision.ts';
import { useReplay } from './use-replay.ts';

// Words for who looks at the past.
const PinnedReading = later(() => import('./pinned-reading.tsx').then((module) => module.PinnedReading));

/** The foot of every page: which revision is shown, and the way to any other that is still there. */
export const RevisionBar = () => (
  <QueryScope>
    <Bar />
  </QueryScope>
);

function Bar() {
  const configMarks = useConfigMarks();
  const revision = useRevision();
  const cluster = useCluster();
  const staleSince = useStaleSince();
  const now = useNow(1_000);
  const { rev, pin, unpin } = usePinnedRevision();
  const replay = useReplay();
  const href = useHref();
  const jump = useRef<HTMLInputElement>(null);
  // 0 is a console that has not heard from its store yet.
  const view = revision === null || revision.value.current === '0' ? null : revision.value;

  const moveTo = (target: number, history: 'push' | 'replace'): void => {
    replay.stop();
    if (view !== null && target >= Number(view.current)) unpin();
    else pin(String(target), history);
  };
  const step = (delta: number): void => {
    if (view === null) return;
    const oldest = Math.max(1, Number(view.compacted));
    moveTo(Math.max(oldest, Number(rev ?? view.current) + delta), 'replace');
  };
  useBindings([
    { id: 'time.back', keys: '[', title: 'One revision back', group: 'Time', run: () => step(-1) },
    { id: 'time.forth', keys: ']', title: 'One revision forth', group: 'Time', run: () => step(1) },
    {
      id: 'time.jump',
      keys: 'g r',
      title: 'Go to revision or time…',
      group: 'Time',
      run: () => jump.current?.focus(),
      also: 'history past pin',
    },
    ...(rev === null
      ? []
      : [{ id: 'time.live', keys: ['l', 'Escape'], title: 'Return to live', group: 'Time' as const, run: unpin }]),
  ]);

  return (
    <section
      aria-label="Revision"
      className={cn(
        'flex h-9 shrink-0 items-center gap-3 border-t pr-1 pl-3',
        rev === null ? 'bg-surface' : 'bg-past/8',
      )}
    >
      {view === null ? (
        staleSince === null ? (
          <Skeleton className="w-28" />
        ) : (
          <StatusMark tone="stale">no revision known yet</StatusMark>
        )
      ) : rev === null ? (
        <LiveReading view={view} staleSince={staleSince} now={now} />
      ) : (
        // As wide whatever it says: the track beside it must not move under a pointer that drags along it.
        <div className="w-120 max-w-[45%] shrink-0 max-wide:w-64">
          <PinnedReading isWanted rev={rev} view={view} now={now} />
        </div>
      )}
      {view === null ? (
        <div className="flex-1" />
      ) : (
        <RevisionTrack
          view={view}
          leaderChanges={cluster?.value.leaderChanges ?? []}
          configMarks={configMarks}
          drills={cluster?.value.drills.recent ?? []}
          pinned={rev === null ? null : Number(rev)}
          now={now}
          isStale={staleSince !== null}
          onMove={moveTo}
        />
      )}
      <div className="flex shrink-0 items-center gap-1">
        <IconButton
          size="small"
          label="One revision back"
          shortcut="["
          onClick={() => step(-1)}
          disabled={view === null}
        >
          <ChevronLeft aria-hidden="true" />
        </IconButton>
        <IconButton
          size="small"
          label="One revision forth"
          shortcut="]"
          onClick={() => step(1)}
          disabled={rev === null}
        >
          <ChevronRight aria-hidden="true" />
        </IconButton>
        <ReplayControls isUsable={view !== null} />
        {rev === null ? null : (
          <Tooltip content="Compare this revision with the present">
            <Button asChild variant="ghost" size="iconSmall" aria-label="Compare with the present">
              <Link href={href('/compare', { from: rev, rev: null })}>
                <GitCompareArrows aria-hidden="true" />
              </Link>
            </Button>
          </Tooltip>
        )}
        <JumpField field={jump} view={view} onJump={(target) => moveTo(target, 'push')} />
        {rev === null ? null : (
          <Button size="small" onClick={unpin} className="text-past!">
            Return to live
          </Button>
        )}
      </div>
    </section>
  );
}

function LiveReading({
  view,
  staleSince,
  now,
}: {
  readonly view: RevisionView;
  readonly staleSince: number | null;
  readonly now: number;
}) {
  const isMajorityLost = useMajorityLost();
  return (
    <p className="flex shrink-0 items-center gap-3">
      {staleSince !== null ? (
        <StatusMark tone="stale">stale since {momentText(staleSince, now)}</StatusMark>
      ) : isMajorityLost ? (
        <StatusMark tone="risk">no majority</StatusMark>
      ) : (
        <StatusMark tone="good">live</StatusMark>
      )}
      <span className={cn('mono', staleSince !== null && 'greyed')}>
        <span className="text-fg-3">rev </span>
        <span data-testid="revision-now">{formatCount(view.current)}</span>
      </span>
    </p>
  );
}
