'use client';

import type { PrefixDiff, PrefixDiffRow } from '../../../lib/api/bulk-types.ts';
import type { WireBytes } from '../../../lib/api/types.ts';
import { formatBytes, formatCount, plural } from '../../../lib/format/number.ts';
import { displayBytes, wireId } from '../../../lib/keys/wire-bytes.ts';
import { KeyName } from '../../shell/key-name.tsx';
import { StatusMark } from '../../ui/badge.tsx';
import { type Column, DataTable } from '../../ui/data-table.tsx';

export interface ComparedKey {
  readonly key: WireBytes;
}

const KIND = {
  added: { tone: 'good', shape: 'plus', word: 'added' },
  removed: { tone: 'bad', shape: 'minus', word: 'removed' },
  changed: { tone: 'accent', shape: 'dot', word: 'written' },
} as const;

type Row = PrefixDiffRow & ComparedKey;

const COLUMNS: readonly Column<Row>[] = [
  {
    id: 'kind',
    head: 'What',
    width: '5.5rem',
    cell: (row) => (
      <StatusMark tone={KIND[row.kind].tone} shape={KIND[row.kind].shape}>
        {KIND[row.kind].word}
      </StatusMark>
    ),
  },
  {
    id: 'key',
    head: 'Key',
    width: 'minmax(10rem, 1fr)',
    cell: (row) => (
      <span className="block" title={displayBytes(row.key)}>
        <KeyName text={displayBytes(row.key)} />
      </span>
    ),
  },
  {
    id: 'lease',
    head: 'Lease',
    width: '4.5rem',
    hideBelow: 620,
    cell: (row) =>
      row.before !== null && row.after !== null && row.before.lease !== row.after.lease ? (
        <StatusMark tone="lease">other</StatusMark>
      ) : null,
  },
  {
    id: 'before',
    head: 'Then',
    width: '5rem',
    align: 'right',
    hideBelow: 600,
    cell: (row) => (
      <span className="nums text-fg-2">{row.before === null ? '' : formatBytes(row.before.valueBytes)}</span>
    ),
  },
  {
    id: 'after',
    head: 'After',
    width: '5rem',
    align: 'right',
    hideBelow: 600,
    cell: (row) => (
      <span className="nums text-fg-2">{row.after === null ? '' : formatBytes(row.after.valueBytes)}</span>
    ),
  },
  {
    id: 'revision',
    head: 'Written at',
    width: '5.5rem',
    align: 'right',
    hideBelow: 520,
    cell: (row) => <span className="mono">{row.after === null ? '' : formatCount(row.after.modRevision)}</span>,
  },
];

export function CompareRows({
  data,
  selected,
  onSelect,
}: {
  readonly data: PrefixDiff;
  readonly selected: WireBytes | null;
  readonly onSelect: (row: ComparedKey) => void;
}) {
  const rows = data.rows.map((row): Row => ({ ...row, key: row.before?.key ?? row.after?.key ?? '' }));
  const more = data.added + data.removed + data.changed - rows.length;
  return (
    <>
      <DataTable
        label="Differences in key order"
        columns={COLUMNS}
        rows={rows}
        rowKey={(row) => wireId(row.key)}
        selected={selected === null ? null : wireId(selected)}
        onSelect={onSelect}
      />
      {more > 0 ? (
        <p className="border-t px-3 py-1 text-fg-3 text-meta">
          First {formatCount(rows.length)}; {plural(more, 'more key')} differ. A longer prefix shows them.
        </p>
      ) : null}
    </>
  );
}
