'use client';

import { ArrowDown, ArrowUp } from 'lucide-react';
import { type KeyboardEvent, type ReactNode, useEffect, useEffectEvent, useId, useMemo } from 'react';
import { cn } from './cn.ts';
import { KeptCells, StillCells } from './data-table-cells.tsx';
import { Grid, GridCell, GridHead, GridRow, GridRowGroup } from './grid-elements.ts';
import { ROW_PX } from './row-size.ts';
import { useRowWindow } from './use-row-window.ts';
import { useSelection } from './use-selection.ts';
import { useWidth } from './use-width.ts';

export interface Column<Row> {
  readonly id: string;
  readonly head: ReactNode;
  /** Stands behind the head in grey: "s", "MiB". */
  readonly unit?: string;
  /** A CSS grid track: "8rem", "minmax(12rem, 1fr)". */
  readonly width: string;
  /** Numbers go right. */
  readonly align?: 'left' | 'right';
  readonly sortable?: boolean;
  /** Leaves the column out while the table is narrower than this many px. */
  readonly hideBelow?: number;
  readonly className?: string;
  readonly cell: (row: Row, index: number) => ReactNode;
}

export interface Sort {
  readonly column: string;
  readonly descending: boolean;
}

/** Indexes of rows, both inclusive. */
export interface RowWindow {
  readonly first: number;
  readonly last: number;
}

/** Rows by index. Arrays are one; a long list that changes often brings its own, without copying. */
export interface RowSource<Row> {
  readonly length: number;
  at(index: number): Row | undefined;
}

export interface DataTableProps<Row> {
  /** Names the grid for screen readers. */
  readonly label: string;
  readonly columns: readonly Column<Row>[];
  readonly rows: RowSource<Row>;
  readonly rowKey: (row: Row, index: number) => string;
  /**
   * For lists that stream: where a row stands, counted from the end at which none are added, so that what a row that left was drawn with serves
   * the one that came. Cells then must not keep state of their own, nor use the index they are given.
   */
  readonly positionOf?: (index: number) => number;
  /** Key of the selected row. */
  readonly selected?: string | null;
  /** Arrow keys, j and k, or a click move the selection. */
  readonly onSelect?: (row: Row, index: number) => void;
  /** Enter or a double click. */
  readonly onOpen?: (row: Row, index: number) => void;
  readonly sort?: Sort;
  readonly onSort?: (sort: Sort) => void;
  /** For a row that is one sentence over all columns (a gap, a heading); null for ordinary rows. */
  readonly wideRow?: (row: Row) => ReactNode | null;
  /** Wraps a row, e.g. in a context menu. Must render `row` itself. */
  readonly wrapRow?: (row: Row, element: ReactNode) => ReactNode;
  readonly rowClassName?: (row: Row) => string | undefined;
  readonly className?: string;
  /** Tells how far the list is scrolled, in px; for "new rows wait while you read". */
  readonly onScrollTop?: (scrollTop: number) => void;
  /** Tells which rows are in the DOM, for lists that fetch only those. */
  readonly onWindow?: (window: RowWindow) => void;
  /** What to say when there are no rows. */
  readonly empty?: ReactNode;
}

/** Of the sticky head. */
const HEAD_PX = 29;

/** An instrument: sticky head, right-aligned numbers, only the visible rows in the DOM, moved through by keyboard. */
export function DataTable<Row>(props: DataTableProps<Row>) {
  const { label, rows, rowKey, selected = null, onOpen, className } = props;
  const id = useId();
  const { ref: measure, width } = useWidth();
  const columns = useShown(props.columns, width);
  const { scroller, first, last, slots, ...view } = useRowWindow(rows.length, HEAD_PX);
  useTellWindow(first, last, props.onWindow);
  const selectedIndex = selected === null ? -1 : indexOfKey(rows, rowKey, selected);
  const { place, wish } = useSelection(props, selectedIndex);
  const select = (index: number): void => {
    if (index < 0) return;
    view.scrollToRow(index);
    wish(index);
  };
  const onKeyDown = (event: KeyboardEvent): void => {
    if (event.target !== event.currentTarget || event.metaKey || event.ctrlKey || event.altKey) return;
    const target = nextIndex(event.key, place(), rows.length);
    const row = selectedIndex < 0 ? undefined : rows.at(selectedIndex);
    if (target !== null) select(target);
    else if (event.key === 'Enter' && row !== undefined) onOpen?.(row, selectedIndex);
    else return;
    event.preventDefault();
  };
  const template = columns.map((column) => column.width).join(' ');
  const drawn: ReactNode[] = [];
  for (let index = first; index <= last; index++) {
    const row = rows.at(index);
    if (row === undefined) continue;
    const isSelected = index === selectedIndex;
    const key = props.positionOf === undefined ? rowKey(row, index) : String(props.positionOf(index) % slots);
    const element = (
      <GridRow
        key={key}
        id={`${id}-${index}`}
        aria-rowindex={index + 2}
        aria-selected={isSelected}
        onClick={() => select(index)}
        onDoubleClick={() => onOpen?.(row, index)}
        className={cn(
          'absolute inset-x-0 top-0 grid h-6 items-center gap-x-3 border-transparent border-b px-3 contain-content focus:outline-none',
          isSelected ? 'bg-selected' : 'hover:bg-hover',
          props.rowClassName?.(row),
        )}
        style={{ gridTemplateColumns: template, transform: `translateY(${index * ROW_PX}px)` }}
      >
        {props.positionOf === undefined ? (
          <KeptCells row={row} index={index} columns={columns} wideRow={props.wideRow} />
        ) : (
          <StillCells row={row} columns={columns} wideRow={props.wideRow} />
        )}
      </GridRow>
    );
    drawn.push(props.wrapRow?.(row, element) ?? element);
  }

  return (
    <Grid
      ref={scroller}
      tabIndex={0}
      data-focus-inset=""
      aria-label={label}
      aria-rowcount={rows.length + 1}
      aria-activedescendant={selectedIndex >= 0 ? `${id}-${selectedIndex}` : undefined}
      onKeyDown={onKeyDown}
      onScroll={(event) => {
        view.onScroll();
        props.onScrollTop?.(event.currentTarget.scrollTop);
      }}
      className={cn('@container relative min-h-0 flex-1 overflow-auto', className)}
    >
      <div ref={measure} aria-hidden="true" className="sticky left-0 h-0" />
      <HeadRow {...props} columns={columns} template={template} />
      {rows.length === 0 ? (
        <RowlessNote empty={props.empty} />
      ) : (
        <GridRowGroup className="relative min-w-fit" style={{ height: rows.length * ROW_PX }}>
          {drawn}
        </GridRowGroup>
      )}
    </Grid>
  );
}

function useTellWindow(first: number, last: number, onWindow: ((window: RowWindow) => void) | undefined): void {
  const tell = useEffectEvent((window: RowWindow) => onWindow?.(window));
  useEffect(() => {
    if (last >= first) tell({ first, last });
  }, [first, last]);
}

/** The columns there is room for; the same array as long as they are the same. */
function useShown<Row>(columns: readonly Column<Row>[], width: number): readonly Column<Row>[] {
  return useMemo(
    () => columns.filter((column) => width === 0 || column.hideBelow === undefined || width >= column.hideBelow),
    [columns, width],
  );
}

function indexOfKey<Row>(rows: RowSource<Row>, rowKey: DataTableProps<Row>['rowKey'], key: string): number {
  for (let index = 0; index < rows.length; index++) {
    const row = rows.at(index);
    if (row !== undefined && rowKey(row, index) === key) return index;
  }
  return -1;
}

/** Where a key leads from `index`; null when the key does not move. */
export function nextIndex(key: string, index: number, count: number): number | null {
  if (count === 0) return null;
  const last = count - 1;
  const clamp = (to: number): number => Math.min(last, Math.max(0, to));
  switch (key) {
    case 'ArrowDown':
    case 'j':
      return clamp(index + 1);
    case 'ArrowUp':
    case 'k':
      return clamp(index - 1);
    case 'PageDown':
      return clamp(index + 20);
    case 'PageUp':
      return clamp(index - 20);
    case 'Home':
      return 0;
    case 'End':
      return last;
    default:
      return null;
  }
}

function HeadRow<Row>({ columns, template, sort, onSort }: DataTableProps<Row> & { readonly template: string }) {
  return (
    <GridRowGroup className="sticky top-0 z-10 min-w-fit border-b bg-inset">
      <GridRow
        aria-rowindex={1}
        className="grid h-7 items-center gap-x-3 px-3"
        style={{ gridTemplateColumns: template }}
      >
        {columns.map((column) => {
          const isSorted = sort?.column === column.id;
          const direction = sort?.descending === true ? 'descending' : 'ascending';
          const text = (
            <>
              {column.head}
              {column.unit === undefined ? null : <span className="ml-1 font-normal text-fg-3">{column.unit}</span>}
            </>
          );
          return (
            <GridHead
              key={column.id}
              aria-sort={isSorted ? direction : undefined}
              className={cn(
                'min-w-0 truncate font-medium text-fg-2 text-meta',
                column.align === 'right' && 'text-right',
                column.className,
              )}
            >
              {column.sortable === true && onSort !== undefined ? (
                <button
                  type="button"
                  className="inline-flex max-w-full items-center gap-1 rounded-mark hover:text-fg"
                  onClick={() =>
                    onSort({ column: column.id, descending: isSorted ? sort?.descending !== true : false })
                  }
                >
                  <span className="truncate">{text}</span>
                  {!isSorted ? null : direction === 'descending' ? (
                    <ArrowDown className="size-3" />
                  ) : (
                    <ArrowUp className="size-3" />
                  )}
                </button>
              ) : (
                text
              )}
            </GridHead>
          );
        })}
      </GridRow>
    </GridRowGroup>
  );
}

/** A grid must own rows, so the sentence for "none" stands in one. */
function RowlessNote({ empty }: { readonly empty: ReactNode }) {
  return (
    <GridRowGroup>
      <GridRow>
        <GridCell>{empty}</GridCell>
      </GridRow>
    </GridRowGroup>
  );
}
