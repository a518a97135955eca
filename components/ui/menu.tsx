'use client';

import { Check } from 'lucide-react';
import { DropdownMenu as Radix } from 'radix-ui';
import type { ComponentProps, ReactNode } from 'react';
import { cn } from './cn.ts';
import { Kbd } from './kbd.tsx';
import { floatingDanger, floatingItem, floatingLabel, floatingList, floatingSeparator } from './menu-styles.ts';

export const Menu = Radix.Root;
export const MenuTrigger = Radix.Trigger;
export const MenuGroup = Radix.Group;
export const MenuRadioGroup = Radix.RadioGroup;

export function MenuContent({ className, align = 'start', ...props }: ComponentProps<typeof Radix.Content>) {
  return (
    <Radix.Portal>
      <Radix.Content
        align={align}
        sideOffset={4}
        collisionPadding={8}
        className={cn(floatingList, className)}
        {...props}
      />
    </Radix.Portal>
  );
}

export interface MenuItemProps extends ComponentProps<typeof Radix.Item> {
  readonly icon?: ReactNode;
  readonly shortcut?: string;
  /** Leads to something that destroys: red, and always last. */
  readonly danger?: boolean;
}

export function MenuItem({ className, icon, shortcut, danger = false, children, ...props }: MenuItemProps) {
  return (
    <Radix.Item className={cn(floatingItem, danger && floatingDanger, className)} {...props}>
      {icon}
      <span className="min-w-0 flex-1 truncate">{children}</span>
      {shortcut === undefined ? null : <Kbd keys={shortcut} />}
    </Radix.Item>
  );
}

function Indicator() {
  return (
    <Radix.ItemIndicator className="absolute left-2">
      <Check aria-hidden="true" />
    </Radix.ItemIndicator>
  );
}

export function MenuCheckboxItem({ className, children, ...props }: ComponentProps<typeof Radix.CheckboxItem>) {
  return (
    <Radix.CheckboxItem className={cn(floatingItem, 'pl-7', className)} {...props}>
      <Indicator />
      {children}
    </Radix.CheckboxItem>
  );
}

export function MenuRadioItem({ className, children, ...props }: ComponentProps<typeof Radix.RadioItem>) {
  return (
    <Radix.RadioItem className={cn(floatingItem, 'h-auto min-h-7 py-1 pl-7', className)} {...props}>
      <Indicator />
      {children}
    </Radix.RadioItem>
  );
}

export function MenuLabel({ className, ...props }: ComponentProps<typeof Radix.Label>) {
  return <Radix.Label className={cn(floatingLabel, className)} {...props} />;
}

export function MenuSeparator() {
  return <Radix.Separator className={floatingSeparator} />;
}
