'use client';

import { Check, ChevronDown } from 'lucide-react';
import { Select as Radix } from 'radix-ui';
import { cn } from './cn.ts';
import { floatingItem, floatingList } from './menu-styles.ts';

export interface SelectOption<T extends string> {
  readonly value: T;
  readonly label: string;
}

export interface SelectProps<T extends string> {
  /** Names the control for screen readers. */
  readonly label: string;
  readonly value: T;
  readonly options: readonly SelectOption<T>[];
  readonly onValueChange: (value: T) => void;
  readonly disabled?: boolean;
  readonly className?: string;
}

/** One of a few. For more than a dozen options use a searchable list instead. */
export function Select<T extends string>({
  label,
  value,
  options,
  onValueChange,
  disabled,
  className,
}: SelectProps<T>) {
  return (
    <Radix.Root value={value} onValueChange={(next) => onValueChange(next as T)} disabled={disabled ?? false}>
      <Radix.Trigger
        aria-label={label}
        className={cn(
          'inline-flex h-7 items-center justify-between gap-2 rounded-control border border-line-strong bg-raised px-2 text-body text-fg hover:bg-hover disabled:opacity-50',
          className,
        )}
      >
        <Radix.Value />
        <Radix.Icon>
          <ChevronDown aria-hidden="true" className="size-3.5 text-fg-3" />
        </Radix.Icon>
      </Radix.Trigger>
      <Radix.Portal>
        <Radix.Content position="popper" sideOffset={4} collisionPadding={8} className={floatingList}>
          <Radix.Viewport>
            {options.map((option) => (
              <Radix.Item key={option.value} value={option.value} className={cn(floatingItem, 'pl-7')}>
                <Radix.ItemIndicator className="absolute left-2">
                  <Check aria-hidden="true" />
                </Radix.ItemIndicator>
                <Radix.ItemText>{option.label}</Radix.ItemText>
              </Radix.Item>
            ))}
          </Radix.Viewport>
        </Radix.Content>
      </Radix.Portal>
    </Radix.Root>
  );
}
