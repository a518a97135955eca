'use client';

import { HoverCard as Radix } from 'radix-ui';
import type { ReactNode } from 'react';
import { cn } from './cn.ts';

export interface HoverCardProps {
  /** One element that takes a ref. */
  readonly children: ReactNode;
  readonly content: ReactNode;
  readonly side?: 'top' | 'right' | 'bottom' | 'left';
  /** Keeps it closed: what it shows is on the page already. */
  readonly isDisabled?: boolean;
  readonly className?: string;
}

/** A peek at the object behind a link. Holds nothing that the object's own page does not show. */
export function HoverCard({ children, content, side = 'bottom', isDisabled = false, className }: HoverCardProps) {
  return (
    <Radix.Root openDelay={350} closeDelay={120}>
      <Radix.Trigger asChild>{children}</Radix.Trigger>
      {isDisabled ? null : (
        <Radix.Portal>
          <Radix.Content
            side={side}
            align="start"
            sideOffset={6}
            collisionPadding={8}
            className={cn(
              'z-50 w-72 animate-in rounded-panel border border-line-strong bg-raised p-3 text-body text-fg shadow-float',
              className,
            )}
          >
            {content}
          </Radix.Content>
        </Radix.Portal>
      )}
    </Radix.Root>
  );
}
