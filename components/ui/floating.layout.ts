/** Where something that floats stands beside its anchor. Numbers only; floating.tsx puts them on the screen. */

export interface Box {
  readonly left: number;
  readonly top: number;
  readonly width: number;
  readonly height: number;
}

export interface Size {
  readonly width: number;
  readonly height: number;
}

export type Side = 'top' | 'right' | 'bottom' | 'left';

export interface Placement {
  readonly side: Side;
  /** Along the side: which edges of the two meet. */
  readonly align: 'start' | 'center' | 'end';
  /** Between anchor and box, in px. */
  readonly gap: number;
}

export interface Placed {
  readonly left: number;
  readonly top: number;
  /** What is left of the window on the side it stands, in px: longer lists scroll. */
  readonly maxHeight: number;
}

/** Kept free at the edges of the window, in px. */
export const MARGIN = 8;

const OPPOSITE: Readonly<Record<Side, Side>> = { top: 'bottom', bottom: 'top', left: 'right', right: 'left' };

const clamp = (value: number, low: number, high: number): number => Math.max(low, Math.min(value, high));

/** Room beside the anchor, in px; negative where the anchor itself is outside. */
function room(anchor: Box, window: Size, side: Side): number {
  switch (side) {
    case 'top':
      return anchor.top - MARGIN;
    case 'bottom':
      return window.height - anchor.top - anchor.height - MARGIN;
    case 'left':
      return anchor.left - MARGIN;
    case 'right':
      return window.width - anchor.left - anchor.width - MARGIN;
  }
}

/** The side asked for, or the one across where that has more room and this has too little. */
function sideOf(anchor: Box, size: Size, window: Size, { side, gap }: Placement): Side {
  const needed = (side === 'top' || side === 'bottom' ? size.height : size.width) + gap;
  const here = room(anchor, window, side);
  return here < needed && room(anchor, window, OPPOSITE[side]) > here ? OPPOSITE[side] : side;
}

/** Where a box of this size goes, all of it inside the window as far as it fits. */
export function place(anchor: Box, size: Size, window: Size, placement: Placement): Placed {
  const { align, gap } = placement;
  const side = sideOf(anchor, size, window, placement);
  const isBeside = side === 'left' || side === 'right';
  const along = (start: number, length: number, own: number): number =>
    align === 'start' ? start : align === 'end' ? start + length - own : start + (length - own) / 2;
  const maxHeight = isBeside ? window.height - 2 * MARGIN : Math.max(0, room(anchor, window, side) - gap);
  const height = Math.min(size.height, maxHeight);
  const left = isBeside
    ? side === 'left'
      ? anchor.left - gap - size.width
      : anchor.left + anchor.width + gap
    : along(anchor.left, anchor.width, size.width);
  const top = isBeside
    ? along(anchor.top, anchor.height, height)
    : side === 'top'
      ? anchor.top - gap - height
      : anchor.top + anchor.height + gap;
  return {
    left: clamp(left, MARGIN, Math.max(MARGIN, window.width - MARGIN - size.width)),
    top: clamp(top, MARGIN, Math.max(MARGIN, window.height - MARGIN - height)),
    maxHeight,
  };
}
