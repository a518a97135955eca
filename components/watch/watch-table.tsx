'use client';

import { type ReactNode, useMemo } from 'react';
import type { ChangeEvent } from '../../lib/api/types.ts';
import { formatBytes, formatCount } from '../../lib/format/number.ts';
import { clockMillis } from '../../lib/format/time.ts';
import { previewBytes } from '../../lib/keys/preview-bytes.ts';
import { letterOf } from '../../lib/live/subscription.ts';
import type { WatchRow } from '../../lib/live/watch-list.ts';
import { PeekLeaseLink } from '../leases/lease-peek.tsx';
import { useHref } from '../shell/use-href.ts';
import { StatusMark } from '../ui/badge.tsx';
import { type Column, DataTable, type RowSource } from '../ui/data-table.tsx';
import { SubscriptionMarks } from './subscription-mark.tsx';
import { KeyText, TouchKeys } from './touch-keys.tsx';

export const rowKey = ({ row }: WatchRow): string => String(row.seq);

const cell =
  (draw: (event: ChangeEvent) => ReactNode) =>
  ({ row }: WatchRow) =>
    row.kind === 'change' ? draw(row.event) : null;

/** 0: a replay of what happened before the console watched. */
function Seen({ at }: { readonly at: number }) {
  if (at === 0) return <span title="Before the console watched">not seen</span>;
  return <span className="mono text-fg-2">{clockMillis(at)}</span>;
}

/** Which subscriptions a change passed; left out while there is only one. */
const marksColumn = (subscriptions: number): Column<WatchRow> => ({
  id: 'subscriptions',
  head: <span className="sr-only">Subscription</span>,
  width: '2.5rem',
  cell: ({ subs }) => (
    <span title={lettersOf(subs, subscriptions)}>
      <SubscriptionMarks subs={subs} count={subscriptions} />
    </span>
  ),
});

const lettersOf = (subs: number, count: number): string =>
  Array.from({ length: count }, (_, index) => ((subs & (1 << index)) === 0 ? '' : letterOf(index))).join('');

const columnsWith = (href: ReturnType<typeof useHref>): readonly Column<WatchRow>[] => [
  {
    id: 'at',
    head: 'Seen at',
    width: '6.5rem',
    cell: cell((event) => <Seen at={event.at} />),
  },
  {
    id: 'type',
    head: 'What',
    width: '4.5rem',
    cell: cell((event) =>
      event.type === 'put' ? (
        <StatusMark tone="good" shape="plus">
          {event.version === '1' ? 'create' : 'put'}
        </StatusMark>
      ) : (
        <StatusMark tone="bad" shape="minus">
          delete
        </StatusMark>
      ),
    ),
  },
  {
    id: 'key',
    head: 'Key',
    width: 'minmax(12rem, 1fr)',
    cell: ({ row }) => (row.kind === 'change' ? <KeyText seq={row.seq} event={row.event} href={href} /> : null),
  },
  {
    id: 'value',
    head: 'Value',
    width: 'minmax(0, 1fr)',
    hideBelow: 560,
    cell: cell((event) => (
      <span className="mono text-fg-3">{event.preview === null ? '' : previewBytes(event.preview)}</span>
    )),
  },
  {
    id: 'lease',
    head: 'Lease',
    width: '9.5rem',
    hideBelow: 860,
    cell: cell((event) => (event.lease === null ? null : <PeekLeaseLink id={event.lease} />)),
  },
  {
    id: 'size',
    head: 'Size',
    width: '4.5rem',
    align: 'right',
    hideBelow: 760,
    cell: cell((event) =>
      event.type === 'put' ? <span className="mono text-fg-2">{formatBytes(event.valueBytes)}</span> : null,
    ),
  },
  {
    id: 'version',
    head: 'Version',
    width: '4rem',
    align: 'right',
    hideBelow: 760,
    cell: cell((event) =>
      event.type === 'put' ? <span className="mono text-fg-2">{formatCount(event.version)}</span> : null,
    ),
  },
  {
    id: 'revision',
    head: 'Revision',
    width: '5.5rem',
    align: 'right',
    cell: cell((event) => <span className="mono">{formatCount(event.revision)}</span>),
  },
];

/** A gap is a row of its own: what is missing, and why. */
function gapRow({ row }: WatchRow): ReactNode | null {
  if (row.kind === 'change') return null;
  const span =
    row.from === '0'
      ? `up to revision ${formatCount(row.to)}`
      : `revisions ${formatCount(row.from)} to ${formatCount(row.to)}`;
  return (
    <StatusMark tone="risk" className="rounded-mark bg-surface px-1.5">
      gap: {span} were not seen — {row.reason}
    </StatusMark>
  );
}

export interface WatchTableProps {
  readonly rows: RowSource<WatchRow>;
  readonly subscriptions: number;
  /** Rows that left the list at its old end. */
  readonly forgotten: number;
  readonly selected: string | null;
  readonly onSelect: (row: WatchRow) => void;
  readonly onScrollTop: (scrollTop: number) => void;
  readonly empty: ReactNode;
}

export function WatchTable({
  rows,
  subscriptions,
  forgotten,
  selected,
  onSelect,
  onScrollTop,
  empty,
}: WatchTableProps) {
  const href = useHref();
  const columns = useMemo(
    () => [...(subscriptions === 1 ? [] : [marksColumn(subscriptions)]), ...columnsWith(href)],
    [subscriptions, href],
  );
  return (
    <TouchKeys rows={rows}>
      <DataTable
        label="Changes, newest first"
        columns={columns}
        rows={rows}
        rowKey={rowKey}
        positionOf={(index) => forgotten + rows.length - 1 - index}
        selected={selected}
        onSelect={onSelect}
        onScrollTop={onScrollTop}
        wideRow={gapRow}
        rowClassName={({ row }) => (row.kind === 'gap' ? 'hatched' : undefined)}
        empty={empty}
      />
    </TouchKeys>
  );
}
