'use client';

import type { ComponentProps, ReactNode } from 'react';
import { cn } from './cn.ts';
import { Floating } from './floating.tsx';
import { slotted } from './slot.ts';
import { useHover } from './use-hover.ts';

export interface HoverCardProps {
  /** One element. */
  readonly children: ReactNode;
  readonly content: ReactNode;
  readonly side?: 'top' | 'right' | 'bottom' | 'left';
  /** Keeps it closed: what it shows is on the page already. */
  readonly isDisabled?: boolean;
  readonly className?: string;
}

export const PEEK_TIMES = { openMs: 350, closeMs: 120 };

/** A menu that is open has the word: a card must not cover it. */
const isMenuOpen = (): boolean => document.querySelector('[role=menu]') !== null;

/** A peek at the object behind a link. Holds nothing that the object's own page does not show. */
export function HoverCard({ children, content, side = 'bottom', isDisabled = false, className }: HoverCardProps) {
  const { anchor, trigger, floating } = useHover(PEEK_TIMES);
  return (
    <>
      {slotted(children, trigger)}
      {anchor === null || isDisabled || isMenuOpen() ? null : (
        <HoverPanel anchor={anchor} side={side} {...floating} className={className}>
          {content}
        </HoverPanel>
      )}
    </>
  );
}

interface HoverPanelProps extends Omit<ComponentProps<'div'>, 'className'> {
  readonly anchor: HTMLElement;
  readonly side?: HoverCardProps['side'] | undefined;
  readonly className?: string | undefined;
}

/** The card itself. */
export function HoverPanel({ anchor, side = 'bottom', className, ...props }: HoverPanelProps) {
  return (
    <Floating
      anchor={anchor}
      side={side}
      align="start"
      gap={6}
      {...props}
      className={cn(
        'inset-auto m-0 w-72 animate-in rounded-panel border border-line-strong bg-raised p-3 text-body text-fg shadow-float',
        className,
      )}
    />
  );
}
