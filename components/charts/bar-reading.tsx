import type { ReactNode } from 'react';

interface BarReadingProps {
  /** Px of the bar from the left end of the picture. */
  readonly x: number;
  /** Px of the picture, and half of the widest reading: it stays inside. */
  readonly width: number;
  readonly reach: number;
  readonly children: ReactNode;
}

/** What the bar under the pointer says, below it. The words beside the picture say the sum. */
export function BarReading({ x, width, reach, children }: BarReadingProps) {
  return (
    <div
      aria-hidden="true"
      className="pointer-events-none absolute top-full z-20 mt-1 -translate-x-1/2 whitespace-nowrap rounded-control border border-line-strong bg-raised px-2 py-1 text-meta shadow-float"
      style={{ left: Math.min(width - reach, Math.max(reach, x)) }}
    >
      {children}
    </div>
  );
}
