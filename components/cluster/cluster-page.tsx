'use client';

import { Plus } from 'lucide-react';
import { useState } from 'react';
import type { ClusterAction } from '../../lib/api/cluster-types.ts';
import type { ClusterView, MemberView } from '../../lib/api/types.ts';
import { plural } from '../../lib/format/number.ts';
import { later } from '../shell/later.tsx';
import { PageHeader } from '../shell/page-header.tsx';
import { PinnedNote } from '../shell/pinned-note.tsx';
import { useBindings } from '../shell/use-bindings.ts';
import { useCanWrite } from '../shell/use-can-write.ts';
import { useCluster, useStreamDownSince } from '../shell/use-live.ts';
import { useStore } from '../shell/use-store.ts';
import { Button } from '../ui/button.tsx';
import { cn } from '../ui/cn.ts';
import { PanelStates } from '../ui/panel.tsx';
import { ActionDialog } from './action-dialog.tsx';
import { AddressDialog, type Addressed } from './address-dialog.tsx';
import { DrillBanner } from './drill-banner.tsx';
import { HashesPanel } from './hashes-panel.tsx';
import { HistoryPanel } from './history-panel.tsx';
import { InspectPanel } from './inspect-panel.tsx';
import { MemberCards } from './member-cards.tsx';
import { isFull } from './room-steps.ts';
import { SnapshotPanel } from './snapshot-panel.tsx';

// Pictures come when the rest stands.
const LanesPanel = later(() => import('./lanes-panel.tsx').then((module) => module.LanesPanel));

// Few ever need it.
const RoomPanel = later(() => import('./room-panel.tsx').then((module) => module.RoomPanel));

const DrillDialog = later(() => import('./drill-dialog.tsx').then((module) => module.DrillDialog));

/** What the cluster is made of, and everything one may do to it. */
export function ClusterPage() {
  const store = useStore();
  const view = useCluster()?.value ?? null;
  const isStale = useStreamDownSince() !== null;
  const [action, setAction] = useState<ClusterAction | null>(null);
  const [about, setAbout] = useState<Addressed | null>(null);
  const [drilled, setDrilled] = useState<MemberView | null>(null);
  const [snapshotOf, setSnapshotOf] = useState<{ readonly member: MemberView } | null>(null);
  const canWrite = useCanWrite();
  useBindings([
    {
      id: 'cluster.add',
      keys: 'n',
      title: 'Add a member',
      group: 'Page',
      run: () => (canWrite ? setAbout({ kind: 'add' }) : undefined),
    },
  ]);
  return (
    <>
      <PageHeader title="Cluster" meta={view === null ? null : quorumWords(view)}>
        {canWrite ? (
          <Button onClick={() => setAbout({ kind: 'add' })}>
            <Plus aria-hidden="true" />
            Add member
          </Button>
        ) : null}
      </PageHeader>
      <PinnedNote shows="The cluster" />
      <div className="@container flex flex-1 flex-col gap-3 p-4">
        <PanelStates isLoading={view === null} data={view}>
          {(known) => (
            <>
              <DrillBanner drills={known.drills} />
              {known.members.some(isFull) ? <RoomPanel view={known} onAction={canWrite ? setAction : null} /> : null}
              <h2 className="sr-only">Members</h2>
              <div className={cn(isStale && 'greyed')}>
                <MemberCards
                  view={known}
                  isStale={isStale}
                  onAction={canWrite ? setAction : null}
                  onReaddress={(member) => setAbout({ kind: 'update', member })}
                  onDrill={canWrite && store.kind === 'bundled' ? setDrilled : null}
                  onSnapshot={(member) => setSnapshotOf({ member })}
                />
              </div>
              <LanesPanel isStale={isStale} />
              <div className="grid items-start gap-3 @4xl:grid-cols-3">
                <HistoryPanel onAction={canWrite ? setAction : null} />
                <HashesPanel />
                <SnapshotPanel asked={snapshotOf} members={known.members} />
              </div>
              <InspectPanel />
            </>
          )}
        </PanelStates>
      </div>
      <AddressDialog
        about={about}
        onClose={() => setAbout(null)}
        onNext={(next) => {
          setAbout(null);
          setAction(next);
        }}
      />
      <DrillDialog
        member={drilled}
        onClose={() => setDrilled(null)}
        onNext={(next) => {
          setDrilled(null);
          setAction(next);
        }}
      />
      <ActionDialog action={action} onClose={() => setAction(null)} />
    </>
  );
}

/** "3 of 3 voters answer, 2 are needed: survives 1 more failure". */
function quorumWords({ quorum, reachable }: ClusterView): string {
  if (!reachable) return 'no member answers the console';
  const { voters, healthy, needed, survives } = quorum;
  const spare =
    survives < 0
      ? 'quorum is lost'
      : survives === 0
        ? 'no failure can be survived'
        : `survives ${plural(survives, 'failure')}`;
  return `${healthy} of ${plural(voters, 'voter')} answer, ${needed} needed: ${spare}`;
}
