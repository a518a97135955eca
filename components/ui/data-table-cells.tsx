import { memo, type ReactNode } from 'react';
import { cn } from './cn.ts';
import type { Column, DataTableProps } from './data-table.tsx';
import { GridCell } from './grid-elements.ts';

interface CellsProps<Row> {
  readonly row: Row;
  readonly columns: readonly Column<Row>[];
  readonly wideRow: DataTableProps<Row>['wideRow'];
}

/** What stands in one row of a table. */
function cellsOf<Row>({ row, index, columns, wideRow }: CellsProps<Row> & { readonly index: number }): ReactNode {
  const wide = wideRow?.(row) ?? null;
  if (wide !== null) return <GridCell className="col-span-full min-w-0 truncate">{wide}</GridCell>;
  return columns.map((column) => (
    <GridCell
      key={column.id}
      className={cn('min-w-0 truncate', column.align === 'right' && 'text-right', column.className)}
    >
      {column.cell(row, index)}
    </GridCell>
  ));
}

function Still<Row>(props: CellsProps<Row>): ReactNode {
  return cellsOf({ ...props, index: 0 });
}

/** Drawn again only when the row itself is another: rows that merely moved stay as they are. */
export const StillCells = memo(Still) as typeof Still;

function Kept<Row>(props: CellsProps<Row> & { readonly index: number }): ReactNode {
  return cellsOf(props);
}

/** A list that is told anew keeps the rows that did not change: neither are their cells drawn anew. */
export const KeptCells = memo(Kept) as typeof Kept;
