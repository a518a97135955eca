'use client';

import type { PartyView } from '../../lib/api/coordination-types.ts';
import { formatCount } from '../../lib/format/number.ts';
import { durationText } from '../../lib/format/time.ts';
import { wireId } from '../../lib/keys/wire-bytes.ts';
import { useMoment } from '../coordination/moment.ts';
import { PeekKeyLink } from '../keys/key-peek.tsx';
import { PeekLeaseLink } from '../leases/lease-peek.tsx';
import { type Column, DataTable } from '../ui/data-table.tsx';

const ROW_PX = 24;
const HEAD_PX = 30;
const ROWS_SHOWN = 16;

export interface PartyListProps {
  readonly title: string;
  readonly parties: readonly PartyView[];
  /** All there are. */
  readonly total: number;
  /** What the time says: how long it has waited, held, been there. */
  readonly forHow: string;
  /** What stands before the key, in order. */
  readonly mark?: (party: PartyView, index: number) => React.ReactNode;
}

/** Who takes part, in order, with since when and on which lease. */
export function PartyList({ title, parties, total, forHow, mark }: PartyListProps) {
  const now = useMoment();
  if (total === 0) return null;
  const columns: readonly Column<PartyView>[] = [
    {
      id: 'place',
      head: 'Place',
      width: '3rem',
      align: 'right',
      cell: (_, index) => <span className="mono">{formatCount(index + 1)}</span>,
    },
    {
      id: 'key',
      head: 'Key',
      width: 'minmax(10rem, 1fr)',
      cell: (party, index) => (
        <span className="flex min-w-0 items-center gap-2">
          {mark?.(party, index)}
          <PeekKeyLink value={party.key} />
        </span>
      ),
    },
    {
      id: 'since',
      head: forHow,
      width: '7rem',
      align: 'right',
      cell: ({ since }) => (
        <span className="mono" suppressHydrationWarning>
          {since === null ? 'not seen' : now === 0 ? '' : durationText(Math.max(0, now - since))}
        </span>
      ),
    },
    {
      id: 'lease',
      head: 'Lease',
      width: '9.5rem',
      hideBelow: 480,
      cell: ({ lease }) => (lease === null ? <span className="text-fg-3">none</span> : <PeekLeaseLink id={lease} />),
    },
  ];
  return (
    <section aria-label={title} className="shrink-0 border-t">
      <h3 className="flex min-h-9 items-center gap-2 px-3 font-semibold">
        {title}
        <span className="font-normal text-fg-3 text-meta">
          {parties.length < total
            ? `first ${formatCount(parties.length)} of ${formatCount(total)}`
            : formatCount(total)}
        </span>
      </h3>
      <div className="flex" style={{ height: HEAD_PX + Math.min(ROWS_SHOWN, parties.length) * ROW_PX + 2 }}>
        <DataTable label={title} columns={columns} rows={parties} rowKey={(party) => wireId(party.key)} />
      </div>
    </section>
  );
}
