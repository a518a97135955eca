'use client';

import type { SpaceFolder, SpaceView } from '../../lib/api/space-types.ts';
import { formatBytes, formatCount } from '../../lib/format/number.ts';
import { displayBytes } from '../../lib/keys/wire-bytes.ts';
import { entryName } from '../charts/entry-name.ts';
import { shareOf } from '../charts/treemap.tsx';
import { type Column, DataTable } from '../ui/data-table.tsx';

export interface SpaceTableProps {
  readonly view: SpaceView;
  readonly chosen: number | null;
  readonly onChoose: (index: number) => void;
  readonly onOpen: (node: SpaceFolder) => void;
}

/** The same as the picture, in numbers. */
export function SpaceTable({ view, chosen, onChoose, onOpen }: SpaceTableProps) {
  const columns: readonly Column<SpaceFolder>[] = [
    {
      id: 'name',
      head: 'Entry',
      width: 'minmax(8rem, 1fr)',
      cell: (node) => <span className="mono">{entryName(node)}</span>,
    },
    {
      id: 'keys',
      head: 'Keys',
      width: '5rem',
      align: 'right',
      cell: (node) => <span className="mono">{formatCount(node.keys)}</span>,
    },
    {
      id: 'bytes',
      head: 'Values',
      width: '5.5rem',
      align: 'right',
      cell: (node) => <span className="mono">{formatBytes(node.bytes)}</span>,
    },
    {
      id: 'share',
      head: 'Share',
      width: '4.5rem',
      align: 'right',
      cell: (node) => <span className="mono text-fg-2">{shareOf(node, view)}</span>,
    },
  ];
  return (
    <DataTable
      label="Largest entries"
      columns={columns}
      rows={view.nodes}
      rowKey={(node) => displayBytes(node.path)}
      selected={chosen === null ? null : displayBytes(view.nodes[chosen]?.path ?? '')}
      onSelect={(_, index) => onChoose(index)}
      onOpen={onOpen}
      className="border-t"
    />
  );
}
