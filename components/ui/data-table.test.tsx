// @vitest-environment jsdom
import { cleanup, fireEvent, render, screen, within } from '@testing-library/react';
import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import { type Column, DataTable, type DataTableProps } from './data-table.tsx';
import { ROW_PX } from './row-size.ts';

interface Row {
  readonly id: number;
}

const VISIBLE_ROWS = 10;

const COLUMNS: readonly Column<Row>[] = [{ id: 'id', head: 'Id', width: '1fr', cell: (row) => `row ${row.id}` }];

beforeEach(() => {
  vi.stubGlobal(
    'ResizeObserver',
    class {
      observe() {}
      disconnect() {}
    },
  );
  vi.spyOn(HTMLElement.prototype, 'clientHeight', 'get').mockReturnValue(VISIBLE_ROWS * ROW_PX);
});
afterEach(() => {
  cleanup();
  vi.unstubAllGlobals();
  vi.restoreAllMocks();
});

const rowsOf = (first: number, count: number): Row[] => Array.from({ length: count }, (_, at) => ({ id: first + at }));

const table = (rows: readonly Row[], props: Partial<DataTableProps<Row>> = {}) => (
  <DataTable label="Rows" columns={COLUMNS} rows={rows} rowKey={(row) => String(row.id)} {...props} />
);

const drawn = (): string[] =>
  within(screen.getByRole('grid'))
    .getAllByRole('gridcell')
    .map((cell) => cell.textContent);

test('of a long list only what is near the eye is drawn, wherever one scrolls', () => {
  const onWindow = vi.fn();
  render(table(rowsOf(0, 50_000), { onWindow }));
  expect(drawn()[0]).toBe('row 0');
  expect(drawn().length).toBeLessThan(VISIBLE_ROWS * 4);
  fireEvent.scroll(screen.getByRole('grid'), { target: { scrollTop: 30_000 * ROW_PX } });
  expect(drawn()).toEqual(expect.arrayContaining(['row 29995', 'row 30000', `row ${30_000 + VISIBLE_ROWS}`]));
  expect(drawn().length).toBeLessThan(VISIBLE_ROWS * 4);
  const { first, last } = onWindow.mock.lastCall?.[0] ?? {};
  expect(first <= 30_000 && last >= 30_000 + VISIBLE_ROWS).toBe(true);
  expect(screen.getByRole('grid').getAttribute('aria-rowcount')).toBe('50001');
});

test('keys move the selection, and the list scrolls no further than it must', () => {
  const onSelect = vi.fn();
  const rows = rowsOf(0, 1_000);
  const { rerender } = render(table(rows, { selected: '3', onSelect }));
  const grid = screen.getByRole('grid');
  fireEvent.keyDown(grid, { key: 'ArrowDown' });
  expect(onSelect).toHaveBeenLastCalledWith({ id: 4 }, 4);
  expect(grid.scrollTop, 'it is on the screen already').toBe(0);
  fireEvent.keyDown(grid, { key: 'End' });
  expect(onSelect).toHaveBeenLastCalledWith({ id: 999 }, 999);
  expect(grid.scrollTop).toBeGreaterThan((999 - VISIBLE_ROWS) * ROW_PX);
  fireEvent.scroll(grid);
  rerender(table(rows, { selected: '999', onSelect }));
  const active = grid.getAttribute('aria-activedescendant') ?? '';
  expect(document.getElementById(active)?.textContent).toBe('row 999');
});

test('in a list that streams, rows that merely moved are not drawn again, and come in the place of those that left', () => {
  const cell = vi.fn((row: Row) => `row ${row.id}`);
  const columns = [{ id: 'id', head: 'Id', width: '1fr', cell }];
  const newestFirst = (count: number) => rowsOf(0, count).toReversed();
  const streaming = (count: number) => table(newestFirst(count), { columns, positionOf: (index) => count - 1 - index });
  const { rerender } = render(streaming(500));
  const before = new Map(
    within(screen.getByRole('grid'))
      .getAllByRole('gridcell')
      .map((one) => [one.textContent, one]),
  );
  cell.mockClear();
  rerender(streaming(500));
  expect(cell, 'the rows themselves are other objects').toHaveBeenCalled();
  const kept = rowsOf(0, 503).toReversed();
  rerender(table(kept, { columns, positionOf: (index) => 502 - index }));
  cell.mockClear();
  rerender(table([{ id: 503 }, ...kept], { columns, positionOf: (index) => 503 - index }));
  expect(cell, 'one came, the others moved').toHaveBeenCalledTimes(1);
  expect(drawn()[0]).toBe('row 503');
  expect(screen.getByText('row 499'), 'its place is the one it had').toBe(before.get('row 499'));
});

test('without rows it says so, in a row', () => {
  render(table([], { empty: 'Nothing here' }));
  expect(drawn()).toEqual(['Nothing here']);
});
