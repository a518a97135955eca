'use client';

import { Check } from 'lucide-react';
import { type ReactNode, useContext, useEffect, useRef } from 'react';
import { cn } from './cn.ts';
import { Floating } from './floating.tsx';
import { Kbd } from './kbd.tsx';
import { keyMove } from './menu-keys.ts';
import { MenuContext } from './menu-trigger.tsx';

const LIST =
  'inset-auto m-0 min-w-44 overflow-y-auto animate-in rounded-panel border border-line-strong bg-raised p-1 text-body text-fg shadow-float focus:outline-none';
const ITEM =
  'relative flex w-full cursor-default text-left select-none items-center gap-2 rounded-control px-2 outline-none aria-disabled:opacity-50 focus:bg-hover focus-visible:outline-none [&_svg]:size-3.5 [&_svg]:shrink-0';

export interface MenuContentProps {
  readonly align?: 'start' | 'end';
  readonly className?: string;
  readonly children: ReactNode;
}

export function MenuContent({ align = 'start', className, children }: MenuContentProps) {
  const { opened, close } = useContext(MenuContext);
  if (opened === null) return null;
  return (
    <Floating
      role="menu"
      tabIndex={-1}
      anchor={opened.trigger}
      at={opened.at}
      side="bottom"
      align={align}
      gap={opened.at === null ? 4 : 0}
      onPressOutside={() => close(true)}
      onKeyDown={(event) => {
        // It has the keyboard: nothing goes through to what the trigger is part of.
        event.stopPropagation();
        if (event.key === 'Escape' || event.key === 'Tab') {
          event.preventDefault();
          close();
        } else keyMove(event.currentTarget, event);
      }}
      onContextMenu={(event) => {
        event.preventDefault();
        event.stopPropagation();
      }}
      className={cn(LIST, className)}
    >
      <FocusFirst />
      {children}
    </Floating>
  );
}

/** The list itself takes the focus, so that an arrow leads to the first item and the pointer to any. */
function FocusFirst() {
  const mark = useRef<HTMLSpanElement>(null);
  useEffect(() => mark.current?.closest<HTMLElement>('[role=menu]')?.focus({ preventScroll: true }), []);
  return <span ref={mark} hidden />;
}

interface ItemBaseProps {
  readonly role?: 'menuitem' | 'menuitemradio';
  readonly isChecked?: boolean;
  readonly disabled?: boolean;
  readonly title?: string | undefined;
  readonly onSelect: () => void;
  readonly className?: string;
  readonly children: ReactNode;
}

function ItemBase({ role = 'menuitem', isChecked, disabled = false, title, ...props }: ItemBaseProps) {
  const { onSelect, className, children } = props;
  const { close } = useContext(MenuContext);
  return (
    <button
      type="button"
      role={role}
      tabIndex={-1}
      title={title}
      {...(isChecked === undefined ? {} : { 'aria-checked': isChecked })}
      {...(disabled ? { 'aria-disabled': true } : {})}
      onPointerMove={(event) => event.currentTarget.focus({ preventScroll: true })}
      onClick={(event) => {
        event.stopPropagation();
        if (disabled) return;
        close();
        onSelect();
      }}
      className={cn(ITEM, className)}
    >
      {children}
    </button>
  );
}

export interface MenuItemProps {
  readonly icon?: ReactNode;
  readonly shortcut?: string;
  /** Leads to something that destroys: red, and always last. */
  readonly danger?: boolean;
  readonly disabled?: boolean;
  /** Why it is disabled, on hover. */
  readonly title?: string | undefined;
  readonly onSelect: () => void;
  readonly children: ReactNode;
}

export function MenuItem({
  icon,
  shortcut,
  danger = false,
  disabled = false,
  title,
  onSelect,
  children,
}: MenuItemProps) {
  return (
    <ItemBase
      disabled={disabled}
      title={title}
      onSelect={onSelect}
      className={danger ? 'h-7 text-bad' : 'h-7 text-fg [&_svg]:text-fg-3'}
    >
      {icon}
      <span className="min-w-0 flex-1 truncate">{children}</span>
      {shortcut === undefined ? null : <Kbd keys={shortcut} />}
    </ItemBase>
  );
}

export interface MenuRadioItemProps {
  readonly isChecked: boolean;
  readonly onSelect: () => void;
  readonly children: ReactNode;
}

export function MenuRadioItem({ isChecked, onSelect, children }: MenuRadioItemProps) {
  return (
    <ItemBase
      role="menuitemradio"
      isChecked={isChecked}
      onSelect={onSelect}
      className="min-h-7 py-1 pl-7 text-fg [&_svg]:text-fg-3"
    >
      {isChecked ? <Check aria-hidden="true" className="absolute left-2" /> : null}
      {children}
    </ItemBase>
  );
}

export const MenuLabel = ({ className, children }: { readonly className?: string; readonly children: ReactNode }) => (
  <div className={cn('px-2 pt-1.5 pb-1 text-fg-3 text-meta', className)}>{children}</div>
);

export const MenuSeparator = () => <hr className="-mx-1 my-1 h-px border-0 bg-line" />;
