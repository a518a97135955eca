// @vitest-environment jsdom
import { cleanup, fireEvent, render, screen } from '@testing-library/react';
import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import { type Column, DataTable } from './data-table.tsx';
import { rowsOfPage } from './row-page.ts';
import { Splitter } from './splitter.tsx';

interface Row {
  readonly id: string;
}

const COLUMNS: readonly Column<Row>[] = [{ id: 'id', head: 'Id', width: '1fr', cell: ({ id }) => id }];

beforeEach(() => {
  // What a page measures, where nothing is laid out.
  vi.stubGlobal(
    'ResizeObserver',
    class {
      observe(): void {}
      unobserve(): void {}
      disconnect(): void {}
    },
  );
});
afterEach(() => {
  cleanup();
  vi.unstubAllGlobals();
});

const rows = (from: number, to: number): readonly Row[] =>
  Array.from({ length: to - from }, (_, at) => ({ id: `row-${from + at}` }));

const table = (page: { readonly offset: number; readonly rows: readonly Row[] }, onSelect: (row: Row) => void) => (
  <DataTable
    label="Rows"
    columns={COLUMNS}
    rows={rowsOfPage(1_000, page.offset, page.rows)}
    rowKey={({ id }) => id}
    onSelect={onSelect}
  />
);

test('a row that is wanted before it is here is chosen once it is', () => {
  const onSelect = vi.fn();
  const { rerender } = render(table({ offset: 0, rows: rows(0, 100) }, onSelect));
  fireEvent.keyDown(screen.getByRole('grid', { name: 'Rows' }), { key: 'End' });
  expect(onSelect).not.toHaveBeenCalled();
  rerender(table({ offset: 900, rows: rows(900, 1_000) }, onSelect));
  expect(onSelect.mock.calls.map(([row]) => row.id)).toEqual(['row-999']);
});

test('a list stays as it is when what is chosen of it appears beside', () => {
  const first = <input aria-label="list" />;
  const { rerender } = render(<Splitter label="Resize" first={first} second={null} />);
  const list = screen.getByRole('textbox', { name: 'list' });
  expect(screen.queryByRole('separator')).toBeNull();
  rerender(<Splitter label="Resize" first={first} second={<p>detail</p>} />);
  expect(screen.getByRole('textbox', { name: 'list' })).toBe(list);
  expect(screen.getByRole('separator', { name: 'Resize' })).toBeDefined();
  expect(screen.getByText('detail')).toBeDefined();
});
