'use client';

import { type RefObject, useCallback, useLayoutEffect, useRef, useState } from 'react';
import { ROW_PX } from './row-size.ts';

/** Rows drawn beyond each edge of what is seen. */
const OVERSCAN_ROWS = 8;

export interface DrawnRows {
  readonly scroller: RefObject<HTMLDivElement | null>;
  /** Rows to draw, edges included; `last` is -1 when there are none. */
  readonly first: number;
  readonly last: number;
  /** As many rows as are ever drawn at once, at the present height. */
  readonly slots: number;
  readonly onScroll: () => void;
  /** Scrolls only as far as needed. */
  readonly scrollToRow: (index: number) => void;
}

/** Which rows of one height are near enough to be drawn. Costs the same for ten rows as for fifty thousand. */
export function useRowWindow(count: number, headPx: number): DrawnRows {
  const scroller = useRef<HTMLDivElement>(null);
  const [seen, setSeen] = useState({ row: 0, rows: 0 });
  const look = useCallback((): void => {
    const element = scroller.current;
    if (element === null) return;
    const row = Math.floor(element.scrollTop / ROW_PX);
    // Without a height nothing is seen: nothing is drawn before the first layout.
    const rows = element.clientHeight === 0 ? 0 : Math.ceil(element.clientHeight / ROW_PX) + 1;
    setSeen((now) => (now.row === row && now.rows === rows ? now : { row, rows }));
  }, []);
  useLayoutEffect(() => {
    const element = scroller.current;
    if (element === null) return;
    look();
    const observer = new ResizeObserver(look);
    observer.observe(element);
    return () => observer.disconnect();
  }, [look]);
  return {
    scroller,
    first: Math.max(0, Math.min(seen.row, count - 1) - OVERSCAN_ROWS),
    last: seen.rows === 0 ? -1 : Math.min(count - 1, seen.row + seen.rows + OVERSCAN_ROWS),
    slots: seen.rows + 2 * OVERSCAN_ROWS + 1,
    onScroll: look,
    scrollToRow: (index) => {
      const element = scroller.current;
      if (element === null) return;
      const top = index * ROW_PX;
      const bottom = headPx + top + ROW_PX;
      if (top < element.scrollTop) element.scrollTop = top;
      else if (bottom > element.scrollTop + element.clientHeight) element.scrollTop = bottom - element.clientHeight;
    },
  };
}
