'use client';

import { type FocusEvent, type PointerEvent, useEffect, useRef, useState } from 'react';

export interface HoverTimes {
  readonly openMs: number;
  readonly closeMs: number;
}

/** After one has just closed, the next opens at once: whoever reads along a row of buttons does not wait at each. */
const WARM_MS = 300;
let lastClosedAt = Number.NEGATIVE_INFINITY;

/**
 * What floats while the pointer or the focus is on something: which element that is, and the handlers that notice. The pointer may go
 * over to what floats; Escape and a press end it.
 */
export function useHover({ openMs, closeMs }: HoverTimes) {
  const [anchor, setAnchor] = useState<HTMLElement | null>(null);
  const timer = useRef<ReturnType<typeof setTimeout> | undefined>(undefined);
  const later = (ms: number, task: () => void): void => {
    clearTimeout(timer.current);
    timer.current = setTimeout(task, ms);
  };
  const close = (): void => {
    clearTimeout(timer.current);
    setAnchor(null);
  };
  useEffect(() => () => clearTimeout(timer.current), []);
  useEffect(() => {
    if (anchor === null) return;
    const onKeyDown = (event: KeyboardEvent): void => {
      if (event.key === 'Escape') setAnchor(null);
    };
    window.addEventListener('keydown', onKeyDown, { capture: true });
    return () => {
      window.removeEventListener('keydown', onKeyDown, { capture: true });
      lastClosedAt = performance.now();
    };
  }, [anchor]);
  const closeSoon = (): void => later(closeMs, () => setAnchor(null));
  const openSoon = (element: HTMLElement): void =>
    later(performance.now() - lastClosedAt < WARM_MS ? 0 : openMs, () => setAnchor(element));
  return {
    anchor,
    close,
    closeSoon,
    openSoon,
    openNow: setAnchor,
    trigger: {
      onPointerEnter: (event: PointerEvent<HTMLElement>) => {
        if (event.pointerType !== 'touch') openSoon(event.currentTarget);
      },
      onPointerLeave: closeSoon,
      onPointerDown: close,
      onContextMenu: close,
      // Only the focus of the keyboard: a press focuses too, and has its own answer.
      onFocus: (event: FocusEvent<HTMLElement>) => {
        if (event.target.matches(':focus-visible')) setAnchor(event.currentTarget);
      },
      onBlur: close,
    },
    floating: { onPointerEnter: () => clearTimeout(timer.current), onPointerLeave: closeSoon },
  };
}
