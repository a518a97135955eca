'use client';

import type { WireInt } from '../../../lib/api/types.ts';
import { formatCount, parseWireInt } from '../../../lib/format/number.ts';
import { TakenInput } from '../taken-input.tsx';

export interface RevisionFieldProps {
  readonly label: string;
  readonly value: WireInt | null;
  /** What an empty field means; absent: it must not be empty. */
  readonly empty?: string;
  readonly onChange: (revision: WireInt | null) => void;
}

/** A revision to type; what is none is not taken. */
export function RevisionField({ label, value, empty, onChange }: RevisionFieldProps) {
  const take = (typed: string): void => {
    const revision = parseWireInt(typed);
    if (typed.trim() === '' && empty !== undefined) onChange(null);
    else if (revision !== undefined && revision !== '0') onChange(revision);
  };
  return (
    <TakenInput
      className="w-24"
      aria-label={label}
      inputMode="numeric"
      placeholder={empty ?? ''}
      shown={value === null ? '' : formatCount(value)}
      onFocus={(event) => event.currentTarget.select()}
      onTake={take}
    />
  );
}
