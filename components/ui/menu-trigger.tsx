'use client';

import {
  type ComponentProps,
  createContext,
  type KeyboardEvent,
  type MouseEvent,
  type ReactNode,
  useContext,
  useMemo,
  useRef,
  useState,
} from 'react';
import { slotted } from './slot.ts';

interface Opened {
  readonly trigger: HTMLElement;
  /** Where the right click was; null: beside the trigger. */
  readonly at: { readonly x: number; readonly y: number } | null;
}

interface MenuState {
  readonly opened: Opened | null;
  readonly open: (opened: Opened) => void;
  /** Gives the focus back to the trigger, unless what was pressed takes it elsewhere. */
  readonly close: (keepFocus?: boolean) => void;
}

export const MenuContext = createContext<MenuState>({ opened: null, open: () => {}, close: () => {} });

/** Around a trigger (MenuTrigger for a button, ContextMenuTrigger for an object) and its MenuContent. */
export function Menu({ children }: { readonly children: ReactNode }) {
  const [opened, setOpened] = useState<Opened | null>(null);
  /** What had the focus before, which may be a part of the trigger. */
  const before = useRef<HTMLElement | null>(null);
  const state = useMemo<MenuState>(
    () => ({
      opened,
      open: (next) => {
        before.current = document.activeElement instanceof HTMLElement ? document.activeElement : null;
        setOpened(next);
      },
      close: (keepFocus = false) => {
        setOpened(null);
        if (!keepFocus) before.current?.focus({ preventScroll: true });
      },
    }),
    [opened],
  );
  return <MenuContext value={state}>{children}</MenuContext>;
}

export interface MenuTriggerProps extends ComponentProps<'button'> {
  /** The only child is the trigger, instead of a button of its own. */
  readonly asChild?: boolean;
}

export function MenuTrigger({ asChild = false, children, ...props }: MenuTriggerProps) {
  const { opened, open, close } = useContext(MenuContext);
  const given = {
    'aria-haspopup': 'menu' as const,
    'aria-expanded': opened !== null,
    'data-state': opened === null ? 'closed' : 'open',
    onClick: (event: MouseEvent<HTMLElement>) => {
      if (opened !== null) close();
      else {
        event.currentTarget.focus();
        open({ trigger: event.currentTarget, at: null });
      }
    },
    onKeyDown: (event: KeyboardEvent<HTMLElement>) => {
      if (event.key !== 'ArrowDown' || opened !== null) return;
      event.preventDefault();
      open({ trigger: event.currentTarget, at: null });
    },
  };
  if (asChild) return slotted(children, { ...props, ...given });
  return (
    <button type="button" {...props} {...given}>
      {children}
    </button>
  );
}

export interface ContextMenuTriggerProps extends ComponentProps<'span'> {
  /** Runs before the menu opens. */
  readonly onContextMenu?: (event: MouseEvent<HTMLElement>) => void;
  /** One element: the object that is right-clicked (or Menu key, or Shift+F10). */
  readonly children: ReactNode;
}

export function ContextMenuTrigger({ onContextMenu, children, ...props }: ContextMenuTriggerProps) {
  const { open } = useContext(MenuContext);
  return slotted(children, {
    ...props,
    onContextMenu: (event: MouseEvent<HTMLElement>) => {
      event.preventDefault();
      onContextMenu?.(event);
      open({ trigger: event.currentTarget, at: { x: event.clientX, y: event.clientY } });
    },
  });
}
