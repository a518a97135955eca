'use client';

import type { ClusterView } from '../../lib/api/types.ts';
import { clockTime } from '../../lib/format/time.ts';
import { DrillBanner } from '../cluster/drill-banner.tsx';
import { stopOf } from '../shell/cluster-sentence.ts';
import { later } from '../shell/later.tsx';
import { PageHeader } from '../shell/page-header.tsx';
import { PinnedNote } from '../shell/pinned-note.tsx';
import { useCluster, useConnection, useLiveStore, useStaleSince, useStreamDownSince } from '../shell/use-live.ts';
import { useStore } from '../shell/use-store.ts';
import { cn } from '../ui/cn.ts';
import { CommandLine } from '../ui/empty-state.tsx';
import { ErrorState } from '../ui/error-state.tsx';
import { Mark } from '../ui/marks.tsx';
import { Skeleton } from '../ui/skeleton.tsx';
import { ChangeFeed } from './change-feed.tsx';
import { CostPanel } from './cost-panel.tsx';
import { LeaderPanel } from './leader-panel.tsx';
import { headline } from './member-words.ts';
import { RaftPanel } from './raft-panel.tsx';
import { RiskPanel } from './risk-panel.tsx';

// Pictures come when the rest stands.
const LanesPanel = later(() => import('../cluster/lanes-panel.tsx').then((module) => module.LanesPanel));

/** Is the store well, who leads, what may fail, what happens now. */
export function OverviewPage() {
  const view = useCluster()?.value ?? null;
  const isOldData = useStaleSince() !== null;
  // What the console says of members stays true while they are down: only a lost console makes it old.
  const shared = { view, isStale: useStreamDownSince() !== null };
  return (
    <>
      <PageHeader title="Overview" />
      <PinnedNote shows="The overview" />
      <div className="@container flex flex-1 flex-col gap-3 p-4">
        <Headline {...shared} />
        {view === null ? null : <DrillBanner drills={view.drills} />}
        {view !== null && view.members.length === 0 ? null : (
          <>
            <div className="grid gap-3 @4xl:grid-cols-[minmax(0,5fr)_minmax(0,3fr)]">
              <RaftPanel {...shared} />
              <div className="flex flex-col gap-3">
                <RiskPanel {...shared} className="flex-1" />
                <CostPanel {...shared} />
              </div>
            </div>
            <LeaderPanel {...shared} />
            <LanesPanel isStale={shared.isStale} />
            <ChangeFeed isStale={isOldData} className="min-h-72 flex-1" />
          </>
        )}
      </div>
    </>
  );
}

function Headline({ view, isStale }: { readonly view: ClusterView | null; readonly isStale: boolean }) {
  if (view === null) return <FirstContact />;
  if (!view.reachable) return <Unreachable view={view} />;
  const tone =
    view.quorum.survives < 0 || view.leaderId === null || stopOf(view) !== null
      ? 'text-bad'
      : view.risks.length > 0
        ? 'text-risk'
        : 'text-good';
  const shape = tone === 'text-good' ? 'dot' : tone === 'text-risk' ? 'triangle' : 'cross';
  return (
    <p className={cn('flex items-start gap-2.5 text-lead', isStale && 'greyed')}>
      <Mark shape={shape} className={cn('mt-1.5 size-3 shrink-0', tone)} />
      <span>{headline(view)}</span>
    </p>
  );
}

/** Before the first word from the console: a skeleton, or why there is none. */
function FirstContact() {
  const status = useConnection();
  const store = useLiveStore();
  const failure = status.phase === 'open' ? null : status.failure;
  if (failure === null) return <Skeleton className="h-6! w-2/3" />;
  return (
    <ErrorState
      className="rounded-panel border bg-surface"
      title={failure.message}
      where={failure.where}
      code={failure.code}
      retryAt={status.phase === 'waiting' ? status.retryAt : null}
      onRetry={() => store.retryNow()}
    >
      Nothing is known of the store yet, because the console's own server gives no answer. Is it running?
    </ErrorState>
  );
}

function Unreachable({ view }: { readonly view: ClusterView }) {
  const errors = [...new Set(view.members.flatMap((member) => (member.error === null ? [] : [member.error])))];
  const lastSeen = view.members.flatMap((member) => (member.lastSeenAt === null ? [] : [member.lastSeenAt]));
  const store = useStore();
  const isKnown = view.members.length > 0;
  const endpoints = isKnown ? view.members.map((member) => member.endpoint) : store.endpoints;
  return (
    <ErrorState
      className="rounded-panel border bg-surface"
      title="No member of the store answers the console."
      where={endpoints.join(', ')}
      code={errors[0]}
      since={
        lastSeen.length === 0 ? 'never seen since the console started' : `since ${clockTime(Math.max(...lastSeen))}`
      }
    >
      <p className="mb-2">
        {isKnown
          ? 'The console keeps trying and this page comes back by itself. What it shows below is the last that was known.'
          : `${view.risks.map((risk) => risk.remedy).join(' ')} Nothing is known of this store yet; the page fills by itself once a member answers.`}{' '}
        Ask the members directly:
      </p>
      <CommandLine
        command={`etcdctl --endpoints=${endpoints.map((one) => one.replace(/^http:\/\//, '')).join(',')} endpoint health`}
      />
    </ErrorState>
  );
}
