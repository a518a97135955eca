'use client';

import { type ReactNode, useId } from 'react';
import { Floating } from './floating.tsx';
import { Kbd } from './kbd.tsx';
import { slotted } from './slot.ts';
import { useHover } from './use-hover.ts';

export interface TooltipProps {
  readonly content: ReactNode;
  readonly shortcut?: string;
  readonly side?: 'top' | 'right' | 'bottom' | 'left';
  /** One element: the thing explained. */
  readonly children: ReactNode;
}

const TIMES = { openMs: 400, closeMs: 100 };

/** What a thing means, on hover and on focus. Never the only place of a fact that is needed to act. */
export function Tooltip({ content, shortcut, side = 'bottom', children }: TooltipProps) {
  const id = useId();
  const { anchor, trigger, floating } = useHover(TIMES);
  const described = anchor === null ? {} : { 'aria-describedby': id };
  return (
    <>
      {slotted(children, { ...trigger, ...described })}
      {anchor === null ? null : (
        <Floating
          id={id}
          role="tooltip"
          anchor={anchor}
          side={side}
          align="center"
          gap={6}
          {...floating}
          className="inset-auto m-0 flex max-w-80 animate-in items-center gap-2 rounded-control border border-line-strong bg-raised px-2 py-1 text-fg text-meta shadow-float"
        >
          {content}
          {shortcut === undefined ? null : <Kbd keys={shortcut} />}
        </Floating>
      )}
    </>
  );
}
