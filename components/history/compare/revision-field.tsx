'use client';

import { useState } from 'react';
import type { WireInt } from '../../../lib/api/types.ts';
import { formatCount, parseWireInt } from '../../../lib/format/number.ts';
import { Input } from '../../ui/input.tsx';

export interface RevisionFieldProps {
  readonly label: string;
  readonly value: WireInt | null;
  /** What an empty field means; absent: it must not be empty. */
  readonly empty?: string;
  readonly onChange: (revision: WireInt | null) => void;
}

/** A revision typed and taken with Enter or on leaving; what is no revision is not taken. */
export function RevisionField({ label, value, empty, onChange }: RevisionFieldProps) {
  const [typed, setTyped] = useState<string | null>(null);
  const take = (): void => {
    if (typed === null) return;
    const revision = parseWireInt(typed);
    if (typed.trim() === '' && empty !== undefined) onChange(null);
    else if (revision !== undefined && revision !== '0') onChange(revision);
    setTyped(null);
  };
  return (
    <form
      className="w-24"
      onSubmit={(event) => {
        event.preventDefault();
        take();
      }}
    >
      <Input
        mono
        aria-label={label}
        inputMode="numeric"
        placeholder={empty ?? ''}
        value={typed ?? (value === null ? '' : formatCount(value))}
        onFocus={(event) => event.currentTarget.select()}
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
