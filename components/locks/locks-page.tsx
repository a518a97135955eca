'use client';

import type { ReactNode } from 'react';
import type { CoordinationGroup, CoordinationList } from '../../lib/api/coordination-types.ts';
import { etcdctl } from '../../lib/format/commands.ts';
import { formatCount, plural } from '../../lib/format/number.ts';
import { displayBytes } from '../../lib/keys/wire-bytes.ts';
import { CoordinationPage } from '../coordination/coordination-page.tsx';
import { Confidence, HeldFor, Holder, LeaseCell } from '../coordination/holder.tsx';
import { useMoment } from '../coordination/moment.ts';
import { waitText } from '../coordination/words.ts';
import { PageHeader } from '../shell/page-header.tsx';
import { oneOf, withFallback } from '../shell/url-params.ts';
import { useBindings } from '../shell/use-bindings.ts';
import { usePinnedRevision } from '../shell/use-pinned-revision.ts';
import { useStore } from '../shell/use-store.ts';
import { useUrlState } from '../shell/use-url-state.ts';
import { StatusMark } from '../ui/badge.tsx';
import { Button } from '../ui/button.tsx';
import type { Column } from '../ui/data-table.tsx';
import { WaitsView } from './waits-view.tsx';
import { deadlockText } from './words.ts';

const SHOWS = ['locks', 'waits'] as const;
const SHOW = withFallback(oneOf(SHOWS), 'locks');

/** Locks found among the keys: who holds, how many wait, the fencing token; or who waits for whom across all of them. */
export function LocksPage() {
  const store = useStore();
  const { rev } = usePinnedRevision();
  const [show, setShow] = useUrlState('show', SHOW);
  useBindings([
    {
      id: 'locks.waits',
      keys: 'w',
      title: 'Locks, or who waits for whom',
      group: 'Page',
      run: () => void setShow(show === 'waits' ? 'locks' : 'waits'),
    },
  ]);
  const toolbar = (circles: number | undefined): ReactNode => (
    <fieldset className="flex items-center gap-2">
      <legend className="sr-only">Show</legend>
      {circles === undefined || circles === 0 ? null : <StatusMark tone="bad">{deadlockText(circles)}</StatusMark>}
      <Button size="small" variant="ghost" aria-pressed={show === 'locks'} onClick={() => void setShow('locks')}>
        Locks
      </Button>
      <Button size="small" variant="ghost" aria-pressed={show === 'waits'} onClick={() => void setShow('waits')}>
        Who waits for whom
      </Button>
    </fieldset>
  );
  if (show === 'waits') {
    return (
      <>
        <PageHeader title="Locks" meta="Who waits for whom, across all locks">
          {toolbar(undefined)}
        </PageHeader>
        <WaitsView storeId={store.id} rev={rev} />
      </>
    );
  }
  return (
    <CoordinationPage
      kind="lock"
      title="Locks"
      columns={COLUMNS}
      summary={summary}
      toolbar={(list) => toolbar(list?.deadlocks.circles)}
      empty={{
        sentence:
          'No lock is recognised among the keys. One appears as soon as a program takes it with clientv3’s layout: a leased key without a value that ends in its own lease’s id.',
        command: etcdctl(store.endpoints, ['lock', 'locks/demo']),
      }}
    />
  );
}

export function summary({ total, held, waiting }: Pick<CoordinationList, 'total' | 'held' | 'waiting'>): string {
  if (total === 0) return '';
  const free = total - held;
  const parts = [`${formatCount(held)} held`, ...(free === 0 ? [] : [`${formatCount(free)} free`])];
  return `${plural(total, 'lock')}: ${parts.join(', ')}, ${waiting === 0 ? 'nobody waits' : `${formatCount(waiting)} waiting`}`;
}

const COLUMNS: readonly Column<CoordinationGroup>[] = [
  {
    id: 'name',
    sortable: true,
    head: 'Lock',
    width: 'minmax(9rem, 1.2fr)',
    cell: (group) => <span className="mono">{displayBytes(group.name)}</span>,
  },
  { id: 'holder', head: 'Holder', width: 'minmax(10.5rem, 1fr)', cell: (group) => <Holder group={group} /> },
  {
    id: 'held',
    sortable: true,
    head: 'Held for',
    width: '6.5rem',
    align: 'right',
    hideBelow: 780,
    cell: (group) => <HeldFor group={group} />,
  },
  { id: 'lease', head: 'Lease', width: '9.5rem', hideBelow: 940, cell: (group) => <LeaseCell group={group} /> },
  {
    id: 'waiting',
    sortable: true,
    head: 'Waiting',
    width: '4rem',
    align: 'right',
    cell: (group) => <span className="mono">{formatCount(group.waiting)}</span>,
  },
  {
    id: 'longest',
    sortable: true,
    head: 'Longest wait',
    width: '6.5rem',
    align: 'right',
    hideBelow: 665,
    cell: (group) => <LongestWait group={group} />,
  },
  {
    id: 'token',
    sortable: true,
    head: 'Fencing token',
    width: '6.5rem',
    align: 'right',
    hideBelow: 545,
    cell: (group) => (
      <span className="mono">{group.holder === null ? '' : formatCount(group.holder.createRevision)}</span>
    ),
  },
  { id: 'why', head: 'Believed', width: '5rem', hideBelow: 1030, cell: (group) => <Confidence group={group} /> },
];

/** The first in line has waited longest. */
function LongestWait({ group }: { readonly group: CoordinationGroup }) {
  const now = useMoment();
  if (group.next === null || now === 0) return null;
  return (
    <span className="mono" suppressHydrationWarning>
      {waitText(group.next, now)}
    </span>
  );
}
