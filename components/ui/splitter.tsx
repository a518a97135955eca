'use client';

import { type KeyboardEvent, type PointerEvent, type ReactNode, useRef, useState } from 'react';
import { cn } from './cn.ts';

export interface SplitterProps {
  /** Names the divider: "Resize the key tree". */
  readonly label: string;
  readonly first: ReactNode;
  /** Null: there is none now, the first has all the room, and stays as it is scrolled when one comes. */
  readonly second: ReactNode | null;
  /** Share of the first pane in percent, at first sight. */
  readonly initial?: number;
  readonly min?: number;
  readonly max?: number;
  /** Remembers the share in this browser under this name. */
  readonly storageKey?: string;
  /** 'horizontal': panes side by side; 'vertical': one above the other. */
  readonly direction?: 'horizontal' | 'vertical';
  readonly className?: string;
}

const STEP = 2;

function remembered(storageKey: string | undefined): number | null {
  if (storageKey === undefined || typeof localStorage === 'undefined') return null;
  const value = Number(localStorage.getItem(`split.${storageKey}`));
  return Number.isFinite(value) && value > 0 ? value : null;
}

/** Two panes and a divider that is dragged, or moved with arrows, Home and End. Double click resets. */
export function Splitter({
  label,
  first,
  second,
  initial = 40,
  min = 15,
  max = 85,
  storageKey,
  direction = 'horizontal',
  className,
}: SplitterProps) {
  const clamp = (value: number): number => Math.min(max, Math.max(min, value));
  const [share, setShare] = useState(initial);
  const root = useRef<HTMLDivElement>(null);
  const isHorizontal = direction === 'horizontal';

  const settle = (value: number): void => {
    const next = clamp(value);
    setShare(next);
    if (storageKey !== undefined) localStorage.setItem(`split.${storageKey}`, String(next));
  };
  const mount = (node: HTMLDivElement | null): void => {
    if (root.current === null && node !== null) {
      const before = remembered(storageKey);
      if (before !== null) setShare(clamp(before));
    }
    root.current = node;
  };
  const onPointerMove = (event: PointerEvent<HTMLElement>): void => {
    if (!event.currentTarget.hasPointerCapture(event.pointerId) || root.current === null) return;
    const box = root.current.getBoundingClientRect();
    settle(
      isHorizontal ? ((event.clientX - box.left) / box.width) * 100 : ((event.clientY - box.top) / box.height) * 100,
    );
  };
  const onKeyDown = (event: KeyboardEvent): void => {
    const less = isHorizontal ? 'ArrowLeft' : 'ArrowUp';
    const more = isHorizontal ? 'ArrowRight' : 'ArrowDown';
    const target: Readonly<Record<string, number>> = {
      [less]: share - STEP,
      [more]: share + STEP,
      Home: min,
      End: max,
    };
    const next = target[event.key];
    if (next === undefined) return;
    event.preventDefault();
    settle(next);
  };

  const divider = (
    <hr
      tabIndex={0}
      aria-label={label}
      aria-orientation={isHorizontal ? 'vertical' : 'horizontal'}
      aria-valuenow={Math.round(share)}
      aria-valuemin={min}
      aria-valuemax={max}
      onKeyDown={onKeyDown}
      onDoubleClick={() => settle(initial)}
      onPointerDown={(event) => event.currentTarget.setPointerCapture(event.pointerId)}
      onPointerMove={onPointerMove}
      className={cn(
        'group relative z-10 shrink-0 touch-none overflow-visible border-0 bg-line transition-colors duration-[120ms] hover:bg-accent focus-visible:bg-accent focus-visible:outline-none',
        isHorizontal
          ? 'h-auto w-px cursor-col-resize before:absolute before:inset-y-0 before:-inset-x-1'
          : 'h-px cursor-row-resize before:absolute before:inset-x-0 before:-inset-y-1',
      )}
    />
  );

  return (
    <div
      ref={mount}
      className={cn(
        'flex min-h-0 min-w-0 flex-1',
        isHorizontal ? 'flex-row' : 'flex-col',
        second !== null && className,
      )}
    >
      <div
        className="flex min-h-0 min-w-0 flex-col"
        style={{ flex: second === null ? '1 1 0' : `0 0 calc(${share}% - 2px)` }}
      >
        {first}
      </div>
      {second === null ? null : divider}
      {second === null ? null : <div className="flex min-h-0 min-w-0 flex-1 flex-col">{second}</div>}
    </div>
  );
}
