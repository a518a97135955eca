'use client';

import { ChevronDown } from 'lucide-react';
import { cn } from './cn.ts';

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

/** One of a few: the browser's own list. For more than a dozen options use a searchable list instead. */
export function Select<T extends string>({
  label,
  value,
  options,
  onValueChange,
  disabled = false,
  className,
}: SelectProps<T>) {
  return (
    <span className={cn('relative inline-flex h-7 shrink-0', className)}>
      <select
        aria-label={label}
        value={value}
        disabled={disabled}
        onChange={(event) => onValueChange(event.target.value as T)}
        className="h-full w-full min-w-0 cursor-default appearance-none truncate rounded-control border border-line-strong bg-raised py-0.5 pr-7 pl-2 text-fg hover:bg-hover disabled:opacity-50"
      >
        {options.map((option) => (
          <option key={option.value} value={option.value}>
            {option.label}
          </option>
        ))}
      </select>
      <ChevronDown
        aria-hidden="true"
        className="-translate-y-1/2 pointer-events-none absolute top-1/2 right-2 size-3.5 text-fg-3"
      />
    </span>
  );
}
