'use client';

import type { ContenderView, CoordinationDetail } from '../../lib/api/coordination-types.ts';
import { formatCount, plural } from '../../lib/format/number.ts';
import { PeekKeyLink } from '../keys/key-peek.tsx';
import { PeekLeaseLink } from '../leases/lease-peek.tsx';
import { StatusMark } from '../ui/badge.tsx';
import { type Column, DataTable } from '../ui/data-table.tsx';
import { ROW_PX } from '../ui/row-size.ts';
import { useMoment } from './moment.ts';
import { KIND_WORDS, waitText, whoText } from './words.ts';

const HEAD_PX = 30;
const ROWS_SHOWN = 8;

/** The line of people: the holder first, then who waits, in the order in which they will get it. */
export function QueueList({ detail }: { readonly detail: CoordinationDetail }) {
  const { queue, total, group } = detail;
  const words = KIND_WORDS[group.kind];
  const columns: readonly Column<ContenderView>[] = [
    {
      id: 'place',
      head: 'Place',
      width: '3rem',
      align: 'right',
      cell: (_, index) => <span className="mono">{index === 0 ? '' : formatCount(index)}</span>,
    },
    {
      id: 'who',
      head: words.contender,
      width: 'minmax(9.5rem, 1fr)',
      cell: (one, index) =>
        index === 0 ? (
          <StatusMark tone="leader" className="max-w-full [&>span]:truncate">
            {whoText(one)}
          </StatusMark>
        ) : (
          whoText(one)
        ),
    },
    { id: 'waited', head: 'Standing for', width: '7rem', align: 'right', cell: (one) => <Waited contender={one} /> },
    {
      id: 'token',
      head: 'Token',
      width: '5.5rem',
      align: 'right',
      cell: (one) => <span className="mono">{formatCount(one.createRevision)}</span>,
    },
    {
      id: 'lease',
      head: 'Lease',
      width: '9.5rem',
      hideBelow: 625,
      cell: (one) =>
        one.lease === null ? <StatusMark tone="risk">no lease</StatusMark> : <PeekLeaseLink id={one.lease} />,
    },
    {
      id: 'key',
      head: 'Key',
      width: 'minmax(8rem, 1fr)',
      hideBelow: 770,
      cell: (one) => <PeekKeyLink value={one.key} />,
    },
  ];
  return (
    <div className="flex flex-col" style={{ height: HEAD_PX + Math.min(queue.length, ROWS_SHOWN) * ROW_PX }}>
      <DataTable
        label={`${words.contenders} of ${whoText({ key: group.name, lease: null, value: group.name })}`}
        columns={columns}
        rows={queue}
        rowKey={(one) => one.createRevision + JSON.stringify(one.key)}
      />
      {total > queue.length ? (
        <p className="border-t px-3 py-1 text-fg-3 text-meta">
          First {formatCount(queue.length)} of {plural(total, 'key')}
        </p>
      ) : null}
    </div>
  );
}

function Waited({ contender }: { readonly contender: ContenderView }) {
  const now = useMoment();
  if (now === 0) return null;
  return (
    <span className="mono" suppressHydrationWarning>
      {waitText(contender, now)}
    </span>
  );
}
