'use client';

import { ApiFailure } from '../../lib/api/call.ts';
import type { CoordinationDetail, CoordinationGroup } from '../../lib/api/coordination-types.ts';
import type { WireBytes } from '../../lib/api/types.ts';
import { etcdctl } from '../../lib/format/commands.ts';
import { formatCount } from '../../lib/format/number.ts';
import { displayBytes } from '../../lib/keys/wire-bytes.ts';
import { PanelError } from '../keys/panel/panel-error.tsx';
import { LeaseRhythmLine } from '../leases/lease-rhythm.tsx';
import { leaseTime } from '../leases/lease-time.ts';
import { useLeaseTime } from '../leases/use-lease-time.ts';
import { useIsLeaderless } from '../shell/use-live.ts';
import { usePinnedRevision } from '../shell/use-pinned-revision.ts';
import { useStore } from '../shell/use-store.ts';
import { Button } from '../ui/button.tsx';
import { CopyAsMenu } from '../ui/copy-as.tsx';
import { DetailHeader, NameHeading } from '../ui/detail-header.tsx';
import { GoneDetail } from '../ui/gone-detail.tsx';
import { SkeletonRows } from '../ui/skeleton.tsx';
import { Confidence, HolderLease } from './holder.tsx';
import { useMoment } from './moment.ts';
import { QueueList } from './queue-list.tsx';
import { TermsPanel } from './terms-panel.tsx';
import { useCoordinationGroup } from './use-coordination.ts';
import { deathSentence, KIND_WORDS, type Kind, stateSentence } from './words.ts';

export interface GroupDetailProps {
  readonly id: WireBytes;
  readonly kind: Kind;
  readonly onBack: () => void;
  /** Null where nothing can be written. */
  readonly onRelease: (() => void) | null;
}

/** One lock or election: its state in words, the queue, who held when. */
export function GroupDetail({ id, kind, onBack, onRelease }: GroupDetailProps) {
  const store = useStore();
  const { rev } = usePinnedRevision();
  const query = useCoordinationGroup(store.id, { key: id, rev });
  if (query.data !== undefined && !(query.error instanceof ApiFailure && query.error.code === 'NOT_FOUND')) {
    return <Loaded detail={query.data} onBack={onBack} onRelease={onRelease} />;
  }
  if (query.error === null) return <SkeletonRows rows={8} className="bg-surface" />;
  if (query.error instanceof ApiFailure && query.error.code === 'NOT_FOUND') {
    return (
      <GoneDetail onClose={onBack}>
        No {KIND_WORDS[kind].one} is recognised at <span className="mono">{displayBytes(id)}</span>
        {rev === null ? '' : ` at revision ${formatCount(rev)}`}. Nobody may hold or wait there.
      </GoneDetail>
    );
  }
  return <PanelError title="It could not be read" error={query.error} onRetry={() => void query.refetch()} />;
}

function Loaded({
  detail,
  onBack,
  onRelease,
}: {
  readonly detail: CoordinationDetail;
  readonly onBack: () => void;
  readonly onRelease: (() => void) | null;
}) {
  const { group } = detail;
  const words = KIND_WORDS[group.kind];
  const { rev } = usePinnedRevision();
  const name = displayBytes(group.name);
  return (
    <section aria-label={`${words.one} ${name}`} className="flex min-h-0 flex-1 flex-col overflow-y-auto bg-surface">
      <DetailHeader list={group.kind === 'lock' ? 'Locks' : 'Elections'} onBack={onBack}>
        <NameHeading name={name} />
        <GroupCopy group={group} detail={detail} />
        {onRelease === null || group.holder === null ? null : (
          <Button size="small" onClick={onRelease}>
            {words.act}…
          </Button>
        )}
      </DetailHeader>
      <StateWords detail={detail} isPast={rev !== null} />
      <Facts group={group} isPast={rev !== null} />
      {detail.queue.length === 0 ? null : <QueueList detail={detail} />}
      <TermsPanel detail={detail} />
    </section>
  );
}

function StateWords({ detail, isPast }: { readonly detail: CoordinationDetail; readonly isPast: boolean }) {
  const now = useMoment();
  const reading = useLeaseTime(isPast ? null : (detail.group.holder?.lease ?? null));
  const isLeaderless = useIsLeaderless();
  const leftMs = isLeaderless ? 'leaderless' : reading == null ? null : leaseTime(reading, now).leftMs;
  return (
    <div className="shrink-0 px-3 py-2">
      <p suppressHydrationWarning>{stateSentence(detail, now)}</p>
      {isPast || detail.group.holder === null ? null : (
        <p className="text-fg-2" suppressHydrationWarning>
          {deathSentence(detail.group, leftMs)}
        </p>
      )}
      {reading == null ? null : <LeaseRhythmLine reading={reading} />}
    </div>
  );
}

function Facts({ group, isPast }: { readonly group: CoordinationGroup; readonly isPast: boolean }) {
  return (
    <dl className="flex shrink-0 flex-wrap gap-x-6 gap-y-2 border-y px-3 py-2">
      <Fact name="Fencing token">
        <span className="mono">{group.holder === null ? 'none' : formatCount(group.holder.createRevision)}</span>
      </Fact>
      <Fact name="Lease of the holder">
        {group.holder === null ? 'none' : <HolderLease group={group} isPast={isPast} />}
      </Fact>
      <Fact name="Waiting">
        <span className="mono">{formatCount(group.waiting)}</span>
      </Fact>
      <Fact name={`Believed to be ${group.kind === 'lock' ? 'a lock' : 'an election'}`}>
        <Confidence group={group} />
      </Fact>
    </dl>
  );
}

function Fact({ name, children }: { readonly name: string; readonly children: React.ReactNode }) {
  return (
    <div>
      <dt className="text-fg-3 text-meta">{name}</dt>
      <dd>{children}</dd>
    </div>
  );
}

function GroupCopy({ group, detail }: { readonly group: CoordinationGroup; readonly detail: CoordinationDetail }) {
  const store = useStore();
  const isQueue = group.layout === 'leaseQueue' || group.layout === 'etcd3Election';
  return (
    <CopyAsMenu
      forms={{
        etcdctl: () => etcdctl(store.endpoints, ['get', group.id], isQueue ? ['--prefix'] : []),
        json: () => JSON.stringify(detail, null, 2),
        ...(group.kind === 'election' && group.layout === 'leaseQueue'
          ? { more: { 'etcdctl elect --listen': () => etcdctl(store.endpoints, ['elect', group.name], ['--listen']) } }
          : {}),
      }}
    />
  );
}
