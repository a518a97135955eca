'use client';

import { Filter } from 'lucide-react';
import { useRef } from 'react';
import { Input } from '../ui/input.tsx';
import { Kbd } from '../ui/kbd.tsx';
import { useBindings } from './use-bindings.ts';

interface FilterFieldProps {
  /** Of the binding that goes to it: "locks.filter". */
  readonly id: string;
  /** The same in words: "Filter the locks". */
  readonly title: string;
  /** What is compared: "name or key". */
  readonly by: string;
  readonly label: string;
  readonly value: string;
  /** Null: nothing is filtered. */
  readonly onChange: (value: string | null) => void;
}

/** Filters the list of a page as one types; "/" goes to it, Escape leaves it. */
export function FilterField({ id, title, by, label, value, onChange }: FilterFieldProps) {
  const field = useRef<HTMLInputElement>(null);
  useBindings([{ id, keys: '/', title, group: 'Page', run: () => field.current?.focus() }]);
  return (
    <Input
      ref={field}
      mono
      className="w-44!"
      aria-label={label}
      placeholder={by}
      icon={<Filter aria-hidden="true" />}
      trailing={<Kbd keys="/" />}
      value={value}
      onChange={(event) => onChange(event.target.value === '' ? null : event.target.value)}
      onKeyDown={(event) => {
        if (event.key === 'Escape') event.currentTarget.blur();
      }}
    />
  );
}
