'use client';

import { type ComponentProps, type RefObject, useEffect, useEffectEvent, useLayoutEffect, useRef } from 'react';
import { createPortal } from 'react-dom';
import { type Placement, place } from './floating.layout.ts';

export interface FloatingProps extends ComponentProps<'div'>, Placement {
  /** Beside this element, and within the dialog it is in: what lies outside an open dialog is dead. */
  readonly anchor: HTMLElement;
  /** At this point of the window instead. */
  readonly at?: { readonly x: number; readonly y: number } | null;
  /** A press elsewhere than on it or its anchor; with `at`, elsewhere than on it. */
  readonly onPressOutside?: () => void;
}

/** Stands in the browser's top layer beside its anchor, and follows it. Everything that floats is one of these. */
export function Floating({ anchor, at = null, side, align, gap, onPressOutside, ...props }: FloatingProps) {
  const node = useRef<HTMLDivElement>(null);
  const container = anchor.closest('dialog') ?? document.body;
  useLayoutEffect(() => {
    const element = node.current;
    if (element === null) return;
    element.showPopover();
    const settle = (): void => {
      element.style.maxHeight = '';
      const box = at === null ? anchor.getBoundingClientRect() : { left: at.x, top: at.y, width: 0, height: 0 };
      const size = { width: element.offsetWidth, height: element.offsetHeight };
      const placed = place(box, size, { width: innerWidth, height: innerHeight }, { side, align, gap });
      element.style.left = `${placed.left}px`;
      element.style.top = `${placed.top}px`;
      element.style.maxHeight = `${placed.maxHeight}px`;
    };
    settle();
    // What it shows may come later, or grow.
    const observer = typeof ResizeObserver === 'undefined' ? null : new ResizeObserver(settle);
    observer?.observe(element);
    const onScroll = (event: Event): void => {
      if (at === null && !element.contains(event.target as Node)) settle();
    };
    window.addEventListener('scroll', onScroll, { capture: true, passive: true });
    window.addEventListener('resize', settle);
    return () => {
      observer?.disconnect();
      window.removeEventListener('scroll', onScroll, { capture: true });
      window.removeEventListener('resize', settle);
    };
  }, [anchor, at, side, align, gap]);
  usePressOutside(node, at === null ? anchor : null, onPressOutside);
  return createPortal(<div ref={node} popover="manual" {...props} />, container);
}

function usePressOutside(
  node: RefObject<HTMLElement | null>,
  anchor: HTMLElement | null,
  onPress: (() => void) | undefined,
): void {
  const press = useEffectEvent(() => onPress?.());
  useEffect(() => {
    const onPointerDown = (event: PointerEvent): void => {
      const target = event.target as Node;
      if (node.current?.contains(target) !== true && anchor?.contains(target) !== true) press();
    };
    document.addEventListener('pointerdown', onPointerDown, { capture: true });
    return () => document.removeEventListener('pointerdown', onPointerDown, { capture: true });
  }, [node, anchor]);
}
