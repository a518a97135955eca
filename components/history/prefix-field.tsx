'use client';

import { FolderSearch } from 'lucide-react';
import { type FormEvent, useState } from 'react';
import type { WireBytes } from '../../lib/api/types.ts';
import { displayBytes } from '../../lib/keys/wire-bytes.ts';
import { Input } from '../ui/input.tsx';

export interface PrefixFieldProps {
  readonly label: string;
  readonly value: WireBytes;
  readonly onChange: (prefix: WireBytes) => void;
  readonly className?: string;
}

/** A prefix typed and taken with Enter or on leaving; what no field can hold is shown escaped, and kept until replaced. */
export function PrefixField({ label, value, onChange, className }: PrefixFieldProps) {
  const [typed, setTyped] = useState<string | null>(null);
  const shown = typeof value === 'string' && !/\p{Cc}/u.test(value) ? value : displayBytes(value);
  const take = (): void => {
    if (typed !== null) onChange(typed);
    setTyped(null);
  };
  return (
    <form
      className={className ?? 'w-72 max-wide:w-44'}
      onSubmit={(event: FormEvent) => {
        event.preventDefault();
        take();
      }}
    >
      <Input
        mono
        icon={<FolderSearch aria-hidden="true" />}
        aria-label={label}
        placeholder="every key, or a prefix"
        value={typed ?? shown}
        onChange={(event) => setTyped(event.target.value)}
        onBlur={take}
        onKeyDown={(event) => {
          if (event.key !== 'Escape') return;
          setTyped(null);
          event.currentTarget.blur();
        }}
      />
    </form>
  );
}
