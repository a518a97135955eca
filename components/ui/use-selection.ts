'use client';

import { useCallback, useEffect, useRef } from 'react';
import type { RowSource } from './data-table.tsx';

/**
 * The selection of a list of which not all rows are here: where it stood while its row is away, and a row that is wanted before it
 * has been fetched.
 */
export function useSelection<Row>(
  {
    rows,
    onSelect,
    selected = null,
  }: {
    readonly rows: RowSource<Row>;
    readonly onSelect?: (row: Row, index: number) => void;
    readonly selected?: string | null;
  },
  selectedIndex: number,
) {
  const known = useRef(-1);
  const wanted = useRef<number | null>(null);
  const select = useRef(onSelect);
  useEffect(() => {
    select.current = onSelect;
    if (selected === null) known.current = -1;
    else if (selectedIndex >= 0) known.current = selectedIndex;
  });
  const wish = useCallback(
    (index: number): void => {
      const row = rows.at(index);
      wanted.current = row === undefined ? index : null;
      if (row !== undefined) select.current?.(row, index);
    },
    [rows],
  );
  useEffect(() => {
    if (wanted.current !== null) wish(wanted.current);
  }, [wish]);
  return { place: () => (selectedIndex >= 0 ? selectedIndex : (wanted.current ?? known.current)), wish };
}
