'use client';

import { useState } from 'react';
import type { RowWindow } from './data-table.tsx';
import { FIRST_PAGE, pageAround } from './row-page.ts';

/** The page of a long list to ask for. Give `onWindow` to its table. */
export function useRowPage() {
  const [page, setPage] = useState(FIRST_PAGE);
  const onWindow = (window: RowWindow): void => {
    const next = pageAround(window);
    if (next.offset !== page.offset || next.limit !== page.limit) setPage(next);
  };
  return { page, onWindow };
}
