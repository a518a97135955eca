'use client';

import type { CoordinationGroup, CoordinationList } from '../../lib/api/coordination-types.ts';
import { etcdctl } from '../../lib/format/commands.ts';
import { formatCount, plural } from '../../lib/format/number.ts';
import { displayBytes } from '../../lib/keys/wire-bytes.ts';
import { CoordinationPage } from '../coordination/coordination-page.tsx';
import { Confidence, HeldFor, Holder, LeaseCell } from '../coordination/holder.tsx';
import { useStore } from '../shell/use-store.ts';
import type { Column } from '../ui/data-table.tsx';

/** Elections found among the keys: who leads, since when, who would follow. */
export function ElectionsPage() {
  const store = useStore();
  return (
    <CoordinationPage
      kind="election"
      title="Elections"
      columns={COLUMNS}
      summary={summary}
      empty={{
        sentence:
          'No election is recognised among the keys. One appears as soon as a program stands as candidate with clientv3’s layout: a leased key that ends in its own lease’s id.',
        command: etcdctl(store.endpoints, ['elect', 'elections/demo', 'node-a']),
      }}
    />
  );
}

export function summary({ total, held }: Pick<CoordinationList, 'total' | 'held'>): string {
  if (total === 0) return '';
  return held === total
    ? `${plural(total, 'election')}, each has a leader`
    : `${plural(total, 'election')}, ${formatCount(total - held)} without a leader`;
}

const COLUMNS: readonly Column<CoordinationGroup>[] = [
  {
    id: 'name',
    sortable: true,
    head: 'Election',
    width: 'minmax(9rem, 1.2fr)',
    cell: (group) => <span className="mono">{displayBytes(group.name)}</span>,
  },
  { id: 'leader', head: 'Leader', width: 'minmax(7rem, 1fr)', cell: (group) => <Holder group={group} /> },
  {
    id: 'held',
    head: 'Leads for',
    width: '6.5rem',
    align: 'right',
    sortable: true,
    cell: (group) => <HeldFor group={group} />,
  },
  { id: 'lease', head: 'Lease', width: '9.5rem', hideBelow: 670, cell: (group) => <LeaseCell group={group} /> },
  {
    id: 'waiting',
    sortable: true,
    head: 'Candidates',
    width: '5rem',
    align: 'right',
    cell: (group) => <span className="mono">{formatCount(group.waiting + (group.holder === null ? 0 : 1))}</span>,
  },
  {
    id: 'terms',
    sortable: true,
    head: 'Terms seen',
    width: '5.5rem',
    align: 'right',
    hideBelow: 770,
    cell: (group) => <span className="mono">{formatCount(group.terms)}</span>,
  },
  { id: 'why', head: 'Believed', width: '5rem', hideBelow: 865, cell: (group) => <Confidence group={group} /> },
];
