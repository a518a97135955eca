'use client';

import { ContextMenu as Radix } from 'radix-ui';
import type { ComponentProps, ReactNode } from 'react';
import { cn } from './cn.ts';
import { Kbd } from './kbd.tsx';
import { floatingDanger, floatingItem, floatingLabel, floatingList, floatingSeparator } from './menu-styles.ts';

/** The right-click (or Menu key, or Shift+F10) menu of an object: root around trigger and content. */
export const ContextMenu = Radix.Root;
export const ContextMenuTrigger = Radix.Trigger;

export function ContextMenuContent({ className, ...props }: ComponentProps<typeof Radix.Content>) {
  return (
    <Radix.Portal>
      <Radix.Content collisionPadding={8} className={cn(floatingList, className)} {...props} />
    </Radix.Portal>
  );
}

export interface ContextMenuItemProps extends ComponentProps<typeof Radix.Item> {
  readonly icon?: ReactNode;
  readonly shortcut?: string;
  readonly danger?: boolean;
}

export function ContextMenuItem({
  className,
  icon,
  shortcut,
  danger = false,
  children,
  ...props
}: ContextMenuItemProps) {
  return (
    <Radix.Item className={cn(floatingItem, danger && floatingDanger, className)} {...props}>
      {icon}
      <span className="min-w-0 flex-1 truncate">{children}</span>
      {shortcut === undefined ? null : <Kbd keys={shortcut} />}
    </Radix.Item>
  );
}

export function ContextMenuLabel({ className, ...props }: ComponentProps<typeof Radix.Label>) {
  return <Radix.Label className={cn(floatingLabel, className)} {...props} />;
}

export function ContextMenuSeparator() {
  return <Radix.Separator className={floatingSeparator} />;
}
