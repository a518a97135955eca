'use client';

import { memo, type ReactNode } from 'react';
import type { LeaseReading, LeaseRow } from '../../lib/api/lease-types.ts';
import { formatCount } from '../../lib/format/number.ts';
import { wireId } from '../../lib/keys/wire-bytes.ts';
import { leaseCommand } from '../keys/key-copy.ts';
import { PeekKeyLink } from '../keys/key-peek.tsx';
import { isLimited } from '../shell/access-words.ts';
import { useStore } from '../shell/use-store.ts';
import { StatusMark } from '../ui/badge.tsx';
import { CopyAsMenuItems } from '../ui/copy-as.tsx';
import type { Column } from '../ui/data-table.tsx';
import { MenuContent, MenuItem, MenuLabel, MenuSeparator } from '../ui/menu.tsx';
import { ContextMenuTrigger, Menu } from '../ui/menu-trigger.tsx';
import { LeaseCountdown } from './lease-countdown.tsx';
import { LeaseRhythmCell } from './lease-rhythm.tsx';
import { useLeaseTime } from './use-lease-time.ts';

export const LEASE_COLUMNS: readonly Column<LeaseRow>[] = [
  {
    id: 'id',
    head: 'Lease',
    width: '8.5rem',
    sortable: true,
    cell: (lease) => <span className="mono text-lease">{lease.id}</span>,
  },
  { id: 'left', head: 'Left', width: '9.75rem', sortable: true, cell: (lease) => <Left lease={lease} /> },
  {
    id: 'granted',
    head: 'Granted',
    unit: 's',
    width: '5rem',
    align: 'right',
    sortable: true,
    cell: (lease) => (
      <span className="mono">{lease.time === null ? '' : formatCount(lease.time.grantedTtlSeconds)}</span>
    ),
  },
  {
    id: 'rhythm',
    head: 'Renewed',
    width: '7rem',
    hideBelow: 745,
    cell: (lease) => <Rhythm lease={lease} />,
  },
  {
    id: 'keys',
    head: 'Keys',
    width: '3rem',
    align: 'right',
    sortable: true,
    cell: (lease) => <span className="mono">{lease.keyCount === null ? '' : formatCount(lease.keyCount)}</span>,
  },
  {
    id: 'attached',
    head: 'Attached',
    width: 'minmax(8rem, 1fr)',
    cell: ({ keys, keyCount }) => <Attached keys={keys} keyCount={keyCount} />,
  },
];

const ATTACHED_SHOWN = 2;

interface LeaseProps {
  readonly lease: LeaseRow;
}

/** The page's own answer until the one for the rows on the screen is there. Null: not read yet, or ended meanwhile. */
function useTime({ id, time }: LeaseRow): { readonly time: LeaseReading | null; readonly hasEnded: boolean } {
  const newer = useLeaseTime(id);
  return { time: newer === undefined ? time : newer, hasEnded: newer === null && time !== null };
}

function Left({ lease }: LeaseProps) {
  const { time, hasEnded } = useTime(lease);
  if (time !== null) return <LeaseCountdown lease={time} />;
  return <span className="text-fg-3">{hasEnded ? 'ended' : 'being read…'}</span>;
}

function Rhythm({ lease }: LeaseProps) {
  const { time } = useTime(lease);
  return time === null ? null : <LeaseRhythmCell reading={time} />;
}

/** Times change with every answer, keys seldom: they are not drawn anew with them. */
const Attached = memo(function Attached({ keys, keyCount }: Pick<LeaseRow, 'keys' | 'keyCount'>) {
  const { access } = useStore();
  if (keyCount === null) return <span className="text-fg-3">not followed</span>;
  if (keyCount === 0) {
    return <StatusMark tone="stale">{isLimited(access) ? 'no keys you may read' : 'no keys'}</StatusMark>;
  }
  const more = keyCount - Math.min(ATTACHED_SHOWN, keys.length);
  return (
    <span className="flex min-w-0 items-center gap-2">
      {keys.slice(0, ATTACHED_SHOWN).map((key) => (
        <PeekKeyLink key={wireId(key)} value={key} />
      ))}
      {more > 0 ? <span className="shrink-0 text-fg-3 text-meta">and {formatCount(more)} more</span> : null}
    </span>
  );
});

/** The right-click menu of a row. */
export function LeaseRowMenu({
  lease,
  onRevoke,
  children,
}: {
  readonly lease: LeaseRow;
  readonly onRevoke: (() => void) | null;
  readonly children: ReactNode;
}) {
  const store = useStore();
  return (
    <Menu>
      <ContextMenuTrigger>{children}</ContextMenuTrigger>
      <MenuContent>
        <MenuLabel className="mono">{`Lease ${lease.id}`}</MenuLabel>
        <CopyAsMenuItems
          forms={{
            etcdctl: () => leaseCommand(store, 'timetolive', lease.id),
            json: () => JSON.stringify(lease, null, 2),
            more: { id: () => lease.id },
          }}
        />
        {onRevoke === null ? null : (
          <>
            <MenuSeparator />
            <MenuItem danger onSelect={onRevoke}>
              Revoke…
            </MenuItem>
          </>
        )}
      </MenuContent>
    </Menu>
  );
}
