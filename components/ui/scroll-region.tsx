import type { ReactNode } from 'react';

interface ScrollRegionProps {
  readonly label: string;
  readonly className: string;
  readonly children: ReactNode;
}

/** A part of a page that scrolls by itself and holds nothing that takes the focus. */
export function ScrollRegion({ label, className, children }: ScrollRegionProps) {
  return (
    // biome-ignore lint/a11y/noNoninteractiveTabindex: what scrolls must scroll by keyboard too (axe: scrollable-region-focusable)
    <section aria-label={label} tabIndex={0} className={className}>
      {children}
    </section>
  );
}
