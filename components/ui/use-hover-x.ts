'use client';

import { type PointerEvent, useState } from 'react';

/** Where the pointer is, in px from the left edge of the element that listens. */
export const pointerX = (event: PointerEvent<HTMLElement>): number =>
  event.clientX - event.currentTarget.getBoundingClientRect().left;

/** Where the pointer is over an element, in px from its left edge; null: elsewhere. Spread `hover` on the element. */
export function useHoverX() {
  const [hoverX, setHoverX] = useState<number | null>(null);
  const hover = {
    onPointerMove: (event: PointerEvent<HTMLElement>): void => setHoverX(pointerX(event)),
    onPointerLeave: (): void => setHoverX(null),
  };
  return { hoverX, hover };
}
