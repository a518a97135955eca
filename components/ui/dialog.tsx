'use client';

import { X } from 'lucide-react';
import { Dialog as Radix } from 'radix-ui';
import type { ReactNode } from 'react';
import { Button } from './button.tsx';
import { cn } from './cn.ts';

export const Dialog = Radix.Root;
export const DialogTrigger = Radix.Trigger;
export const DialogClose = Radix.Close;

export interface DialogContentProps {
  readonly title: string;
  /** One sentence that says what this does. */
  readonly description?: ReactNode;
  readonly children: ReactNode;
  /** The row of buttons at the foot, main act last. */
  readonly footer?: ReactNode;
  readonly size?: 'small' | 'medium' | 'large';
  readonly className?: string;
  /** Where focus goes on open, when not to the first control. */
  readonly onOpenAutoFocus?: (event: Event) => void;
}

const WIDTH = { small: 'max-w-md', medium: 'max-w-2xl', large: 'max-w-5xl' } as const;

/** A modal: title, sentence, scrolling body, footer. Escape closes; focus is kept inside and returned. */
export function DialogContent({
  title,
  description,
  children,
  footer,
  size = 'medium',
  className,
  onOpenAutoFocus,
}: DialogContentProps) {
  return (
    <Radix.Portal>
      <Radix.Overlay className="fixed inset-0 z-40 animate-in bg-scrim" />
      <Radix.Content
        {...(description === undefined ? { 'aria-describedby': undefined } : {})}
        {...(onOpenAutoFocus === undefined ? {} : { onOpenAutoFocus })}
        className={cn(
          'fixed top-[8vh] left-1/2 z-50 flex max-h-[84vh] w-[calc(100vw-2rem)] -translate-x-1/2 animate-in flex-col rounded-panel border border-line-strong bg-surface text-fg shadow-float focus:outline-none',
          WIDTH[size],
          className,
        )}
      >
        <header className="flex items-start gap-3 border-b py-3 pr-12 pl-4">
          <div className="min-w-0 flex-1">
            <Radix.Title className="font-semibold text-lead">{title}</Radix.Title>
            {description === undefined ? null : (
              <Radix.Description className="mt-0.5 text-body text-fg-2">{description}</Radix.Description>
            )}
          </div>
        </header>
        <div className="min-h-0 flex-1 overflow-y-auto px-4 py-3">{children}</div>
        {footer === undefined ? null : (
          <footer className="flex flex-wrap items-center justify-end gap-2 border-t px-4 py-3">{footer}</footer>
        )}
        {/* Last in the DOM, so that focus starts in the body. */}
        <Radix.Close asChild>
          <Button variant="ghost" size="iconSmall" aria-label="Close" className="absolute top-2.5 right-2.5">
            <X aria-hidden="true" />
          </Button>
        </Radix.Close>
      </Radix.Content>
    </Radix.Portal>
  );
}
