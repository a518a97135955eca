'use client';

import { type RefObject, useCallback, useEffect, useLayoutEffect, useMemo, useReducer, useRef } from 'react';
import { flushSync } from 'react-dom';
import { ScaledScroll } from './scaled-scroll.ts';

/** Rows rendered beyond each edge of the viewport. */
const OVERSCAN_ROWS = 12;
/** Scrolling pauses after this long without an event; only then is the thumb put where it belongs. */
const REST_MS = 150;
/** Of a large screen, until it is measured: the server draws rows for it. */
const VIEWPORT_PX_GUESS = 900;

export interface RowScroller {
  readonly scroller: RefObject<HTMLDivElement | null>;
  readonly spacerPx: number;
  /** Rows to render, edges included. */
  readonly first: number;
  readonly last: number;
  /** At least as many as rows are ever rendered at once, at the present height. */
  readonly slots: number;
  /** The row at so many px from the top of the viewport. */
  readonly rowUnder: (px: number) => number;
  readonly topOf: (row: number) => number;
  readonly onScroll: () => void;
  /** 'nearest' moves only as far as needed. */
  readonly scrollToRow: (row: number, align: 'nearest' | 'center') => void;
  /** Rows above the eye came or went: what is on screen stays where it is. */
  readonly shiftRows: (rows: number) => void;
  readonly isAtTop: () => boolean;
}

/** Virtual rows of one height, any number of them. Draws inside the scroll event, so no frame shows blank rows. */
export function useRowScroller(rowCount: number, rowPx: number): RowScroller {
  const scroller = useRef<HTMLDivElement>(null);
  const scroll = useMemo(() => new ScaledScroll(), []);
  const viewport = useRef(VIEWPORT_PX_GUESS);
  const drawn = useRef('');
  const rest = useRef<ReturnType<typeof setTimeout> | null>(null);
  const [, redraw] = useReducer((n: number) => n + 1, 0);
  scroll.resize(rowCount * rowPx, viewport.current);
  const first = Math.max(0, Math.floor(scroll.virtual / rowPx) - OVERSCAN_ROWS);
  const last = Math.min(rowCount - 1, Math.ceil((scroll.virtual + viewport.current) / rowPx) + OVERSCAN_ROWS);

  useLayoutEffect(() => {
    const element = scroller.current;
    if (element === null) return;
    const measure = (): void => {
      viewport.current = element.clientHeight;
      redraw();
    };
    measure();
    const observer = new ResizeObserver(measure);
    observer.observe(element);
    return () => observer.disconnect();
  }, []);

  useEffect(
    () => () => {
      if (rest.current !== null) clearTimeout(rest.current);
    },
    [],
  );

  const set = useCallback(
    (virtual: number): void => {
      const top = scroll.moveTo(virtual);
      if (scroller.current !== null) scroller.current.scrollTop = top;
      redraw();
    },
    [scroll],
  );

  const onScroll = useCallback((): void => {
    const element = scroller.current;
    if (element === null) return;
    scroll.scrolled(element.scrollTop);
    const isScaled = scroll.rowTop(0, rowPx) !== 0;
    const now = `${Math.floor(scroll.virtual / rowPx)}${isScaled ? `:${scroll.physical}` : ''}`;
    if (now !== drawn.current) {
      drawn.current = now;
      flushSync(redraw);
    }
    if (rest.current !== null) clearTimeout(rest.current);
    rest.current = setTimeout(() => {
      if (Math.abs(scroll.rest() - scroll.physical) > 1) set(scroll.virtual);
    }, REST_MS);
  }, [scroll, rowPx, set]);

  return {
    scroller,
    spacerPx: scroll.spacerPx,
    first,
    last,
    slots: Math.ceil(viewport.current / rowPx) + 2 * OVERSCAN_ROWS + 2,
    rowUnder: (px) => Math.floor((scroll.virtual + px) / rowPx),
    topOf: (row) => scroll.rowTop(row, rowPx),
    onScroll,
    scrollToRow: (row, align) => {
      const top = row * rowPx;
      const height = viewport.current;
      if (align === 'center') set(top - (height - rowPx) / 2);
      else if (top < scroll.virtual) set(top);
      else if (top + rowPx > scroll.virtual + height) set(top + rowPx - height);
    },
    shiftRows: (rows) => set(scroll.virtual + rows * rowPx),
    isAtTop: () => scroll.virtual === 0,
  };
}
