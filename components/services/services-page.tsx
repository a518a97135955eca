'use client';

import type { ServiceView } from '../../lib/api/coordination-types.ts';
import { formatCount, plural } from '../../lib/format/number.ts';
import { displayBytes, wireId } from '../../lib/keys/wire-bytes.ts';
import { Confidence } from '../coordination/holder.tsx';
import { MasterDetail } from '../coordination/master-detail.tsx';
import { MomentContext } from '../coordination/moment.ts';
import { useSelected } from '../coordination/use-selected.ts';
import { PanelError } from '../keys/panel/panel-error.tsx';
import { useServices } from '../primitives/use-primitives.ts';
import { PageHeader } from '../shell/page-header.tsx';
import { useBindings } from '../shell/use-bindings.ts';
import { usePinnedRevision } from '../shell/use-pinned-revision.ts';
import { useStore } from '../shell/use-store.ts';
import { StatusMark, type Tone } from '../ui/badge.tsx';
import { Button } from '../ui/button.tsx';
import { type Column, DataTable } from '../ui/data-table.tsx';
import { EmptyState } from '../ui/empty-state.tsx';
import { PanelStates } from '../ui/panel.tsx';
import { SkeletonRows } from '../ui/skeleton.tsx';
import { ServiceDetail } from './service-detail.tsx';
import { type Condition, conditionOf, stateText, summary, versionsText } from './words.ts';

/** Services found among the keys: who is registered, in which version and health, and who went. */
export function ServicesPage() {
  const store = useStore();
  const { rev } = usePinnedRevision();
  const list = useServices(store.id, rev);
  const { selected, select } = useSelected();
  const services = list.data?.services;
  const chosen = selected === null ? undefined : services?.find((one) => wireId(one.name) === wireId(selected));
  useBindings([
    {
      id: 'services.move',
      keys: ['j', 'k'],
      title: 'Next and previous service',
      group: 'List',
      run: null,
      inPalette: false,
    },
  ]);
  const table = (
    <PanelStates
      isLoading={list.isPending}
      data={services}
      skeleton={<SkeletonRows rows={8} />}
      error={
        list.error === null ? undefined : (
          <PanelError title="The services could not be read" error={list.error} onRetry={() => void list.refetch()} />
        )
      }
      isEmpty={(found) => found.length === 0}
      empty={
        <EmptyState command="npm run sample">
          No service is recognised among the keys. One appears as soon as an instance registers under a lease with JSON
          that names its address, as Go’s naming/endpoints and Quorate’s client do.
        </EmptyState>
      }
    >
      {(found) => (
        <>
          <DataTable
            label="Services"
            columns={COLUMNS}
            rows={found}
            rowKey={(one) => wireId(one.name)}
            selected={selected === null ? null : wireId(selected)}
            onSelect={(one) => select(one.name)}
          />
          <p role="status" className="shrink-0 border-t px-3 py-1 text-fg-3 text-meta">
            {list.data === undefined ? '' : reach(list.data.total, found.length, list.data.revision)}
          </p>
        </>
      )}
    </PanelStates>
  );
  return (
    <MomentContext value={rev === null ? null : (list.data?.at ?? 0)}>
      <PageHeader title="Services" meta={services === undefined ? null : summary(services)} />
      <MasterDetail
        title="Services"
        list={table}
        detail={
          selected === null ? null : chosen === undefined ? (
            <EmptyState
              className="flex-1 bg-surface"
              actions={
                <Button size="small" onClick={() => select(null)}>
                  Close
                </Button>
              }
            >
              No service is recognised at <span className="mono">{displayBytes(selected)}</span> now.
            </EmptyState>
          ) : (
            <ServiceDetail service={chosen} onBack={() => select(null)} />
          )
        }
      />
    </MomentContext>
  );
}

function reach(total: number, shown: number, revision: string): string {
  return shown === total
    ? `${plural(total, 'service')}, complete at revision ${formatCount(revision)}`
    : `First ${formatCount(shown)} of ${plural(total, 'service')}`;
}

const TONES: Readonly<Record<Condition, Tone>> = { up: 'good', failing: 'bad', flapping: 'risk', down: 'bad' };

const COLUMNS: readonly Column<ServiceView>[] = [
  {
    id: 'name',
    head: 'Service',
    width: 'minmax(9rem, 1fr)',
    cell: (one) => <span className="mono">{displayBytes(one.name)}</span>,
  },
  {
    id: 'state',
    head: 'State',
    width: 'minmax(11rem, 1.4fr)',
    cell: (one) => (
      <StatusMark tone={TONES[conditionOf(one)]} className="max-w-full [&>span]:truncate">
        {stateText(one)}
      </StatusMark>
    ),
  },
  {
    id: 'versions',
    head: 'Versions',
    width: 'minmax(6rem, 1fr)',
    hideBelow: 560,
    cell: (one) => <span className="mono truncate">{versionsText(one)}</span>,
  },
  { id: 'why', head: 'Believed', width: '5rem', hideBelow: 700, cell: (one) => <Confidence group={one} /> },
];
