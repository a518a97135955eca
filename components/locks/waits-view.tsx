'use client';

import { keepPreviousData, useQuery } from '@tanstack/react-query';
import type { CoordinationListQuery, WaitsView as Waits, WaitView } from '../../lib/api/coordination-types.ts';
import { queries } from '../../lib/api/queries.ts';
import type { WireInt } from '../../lib/api/types.ts';
import { formatCount, plural } from '../../lib/format/number.ts';
import { displayBytes } from '../../lib/keys/wire-bytes.ts';
import { WaitGraph } from '../charts/wait-graph.tsx';
import { useCoordination } from '../coordination/use-coordination.ts';
import { PanelError } from '../keys/panel/panel-error.tsx';
import { PeekLeaseLink } from '../leases/lease-peek.tsx';
import { StatusMark } from '../ui/badge.tsx';
import { type Column, DataTable } from '../ui/data-table.tsx';
import { EmptyState } from '../ui/empty-state.tsx';
import { PanelStates } from '../ui/panel.tsx';
import { SkeletonRows } from '../ui/skeleton.tsx';
import { Deadlocks } from './deadlocks.tsx';

/** Only its counts are of interest here: the page that is asked for is as short as can be. */
const REFRESHER: CoordinationListQuery = {
  ...{ kind: 'lock', sort: 'name', descending: false, find: '', lease: null, offset: 0, limit: 1 },
};

function useWaits(storeId: string, rev: WireInt | null) {
  // The list of locks is refreshed by the stream, and with it everything under the same key.
  useCoordination(storeId, REFRESHER, rev);
  return useQuery({ ...queries.waits(storeId, rev), placeholderData: keepPreviousData });
}

/** Who waits for whom across all locks: deadlocks first, in words, then the drawing and the same as a table. */
export function WaitsView({ storeId, rev }: { readonly storeId: string; readonly rev: WireInt | null }) {
  const query = useWaits(storeId, rev);
  return (
    <PanelStates
      isLoading={query.isPending}
      data={query.data}
      skeleton={<SkeletonRows rows={8} />}
      error={
        query.error === null ? undefined : (
          <PanelError title="The waits could not be read" error={query.error} onRetry={() => void query.refetch()} />
        )
      }
      isEmpty={(data) => data.waits.length === 0}
      empty={
        <EmptyState command="npm run sample -- --deadlock">
          Nobody waits for a lock{rev === null ? ' now' : ` at revision ${formatCount(rev)}`}.
        </EmptyState>
      }
    >
      {(data) => <Loaded data={data} />}
    </PanelStates>
  );
}

function Loaded({ data }: { readonly data: Waits }) {
  const { waits, circles, total, revision } = data;
  const inCircle = new Set(circles.flat().map(({ waiter, lock }) => JSON.stringify([waiter, lock])));
  const columns = columnsFor((wait) => inCircle.has(JSON.stringify([wait.waiter, wait.lock])));
  return (
    <div className="flex min-h-0 flex-1 flex-col overflow-y-auto bg-surface">
      <Deadlocks circles={circles} />
      <WaitGraph waits={waits} circles={circles} />
      {/* However long the words and the drawing are: some rows are always there. */}
      <div className="flex min-h-64 flex-1 flex-col">
        <DataTable
          label="Who waits for whom"
          columns={columns}
          rows={waits}
          rowKey={(wait) => JSON.stringify([wait.waiter, wait.lock])}
        />
      </div>
      <p role="status" className="shrink-0 border-t px-3 py-1 text-fg-3 text-meta">
        {waits.length === total
          ? `${plural(total, 'wait')}, complete at revision ${formatCount(revision)}`
          : `First ${formatCount(waits.length)} of ${plural(total, 'wait')}; deadlocks are looked for among all`}
        . A program is known by its lease.
      </p>
    </div>
  );
}

function columnsFor(isInCircle: (wait: WaitView) => boolean): readonly Column<WaitView>[] {
  return [
    {
      id: 'waiter',
      head: 'Who waits',
      width: 'minmax(10rem, 1fr)',
      cell: (wait) => (
        <span className="flex items-center gap-2">
          <PeekLeaseLink id={wait.waiter} />
          {isInCircle(wait) ? <StatusMark tone="bad">deadlock</StatusMark> : null}
        </span>
      ),
    },
    {
      id: 'lock',
      head: 'For the lock',
      width: 'minmax(9rem, 1fr)',
      cell: ({ name }) => <span className="mono">{displayBytes(name)}</span>,
    },
    {
      id: 'place',
      head: 'Place in line',
      width: '6rem',
      align: 'right',
      cell: ({ place }) => <span className="mono">{formatCount(place)}</span>,
    },
    { id: 'holder', head: 'Held by', width: '10rem', cell: ({ holder }) => <PeekLeaseLink id={holder} /> },
    {
      id: 'behind',
      head: 'Directly behind',
      width: '10rem',
      hideBelow: 700,
      cell: ({ behind }) => <PeekLeaseLink id={behind} />,
    },
  ];
}
