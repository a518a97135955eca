'use client';

import { HoverCard as Radix } from 'radix-ui';
import { type ReactNode, useState } from 'react';
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

/** A menu that is open has the word: a card must not cover it. */
const isMenuOpen = (): boolean => document.querySelector('[role=menu][data-state=open]') !== null;

/** A peek at the object behind a link. Holds nothing that the object's own page does not show. */
export function HoverCard({ children, content, side = 'bottom', isDisabled = false, className }: HoverCardProps) {
  const [isOpen, setOpen] = useState(false);
  return (
    <Radix.Root
      openDelay={350}
      closeDelay={120}
      open={isOpen && !isDisabled}
      onOpenChange={(next) => setOpen(next && !isMenuOpen())}
    >
      <Radix.Trigger asChild onContextMenu={() => setOpen(false)}>
        {children}
      </Radix.Trigger>
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
    </Radix.Root>
  );
}
