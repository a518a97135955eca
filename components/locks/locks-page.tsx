'use client';

import type { CoordinationGroup } from '../../lib/api/types.ts';
import { etcdctl } from '../../lib/format/commands.ts';
import { formatCount, plural } from '../../lib/format/number.ts';
import { displayBytes } from '../../lib/keys/wire-bytes.ts';
import { CoordinationPage } from '../coordination/coordination-page.tsx';
import { Confidence, Holder, HolderLease } from '../coordination/holder.tsx';
import { useMoment } from '../coordination/moment.ts';
import { heldText, waitText } from '../coordination/words.ts';
import { usePinnedRevision } from '../shell/use-pinned-revision.ts';
import { useStore } from '../shell/use-store.ts';
import type { Column } from '../ui/data-table.tsx';

/** Locks found among the keys: who holds, how many wait, the fencing token. */
export function LocksPage() {
  const store = useStore();
  return (
    <CoordinationPage
      kind="lock"
      title="Locks"
      columns={COLUMNS}
      summary={summary}
      empty={{
        sentence:
          'No lock is recognised among the keys. One appears as soon as a program takes it with clientv3’s layout: a leased key without a value that ends in its own lease’s id.',
        command: etcdctl(store.endpoints, ['lock', 'locks/demo']),
      }}
    />
  );
}

export function summary(groups: readonly CoordinationGroup[]): string {
  if (groups.length === 0) return '';
  const held = groups.filter((group) => group.holder !== null).length;
  const waiting = groups.reduce((sum, group) => sum + group.waiting, 0);
  const free = groups.length - held;
  const parts = [`${formatCount(held)} held`, ...(free === 0 ? [] : [`${formatCount(free)} free`])];
  return `${plural(groups.length, 'lock')}: ${parts.join(', ')}, ${waiting === 0 ? 'nobody waits' : `${formatCount(waiting)} waiting`}`;
}

const COLUMNS: readonly Column<CoordinationGroup>[] = [
  {
    id: 'name',
    head: 'Lock',
    width: 'minmax(9rem, 1.2fr)',
    cell: (group) => <span className="mono">{displayBytes(group.name)}</span>,
  },
  { id: 'holder', head: 'Holder', width: 'minmax(10.5rem, 1fr)', cell: (group) => <Holder group={group} /> },
  {
    id: 'held',
    head: 'Held for',
    width: '6.5rem',
    align: 'right',
    hideBelow: 780,
    cell: (group) => <Held group={group} />,
  },
  { id: 'lease', head: 'Lease', width: '9.5rem', hideBelow: 940, cell: (group) => <Lease group={group} /> },
  {
    id: 'waiting',
    head: 'Waiting',
    width: '4rem',
    align: 'right',
    cell: (group) => <span className="mono">{formatCount(group.waiting)}</span>,
  },
  {
    id: 'longest',
    head: 'Longest wait',
    width: '6.5rem',
    align: 'right',
    hideBelow: 665,
    cell: (group) => <LongestWait group={group} />,
  },
  {
    id: 'token',
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

function Held({ group }: { readonly group: CoordinationGroup }) {
  const now = useMoment();
  if (group.holder === null || now === 0) return null;
  return (
    <span className="mono" suppressHydrationWarning>
      {heldText(group.term, now)}
    </span>
  );
}

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

function Lease({ group }: { readonly group: CoordinationGroup }) {
  const { rev } = usePinnedRevision();
  return <HolderLease group={group} isPast={rev !== null} />;
}
