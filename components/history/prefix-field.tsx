'use client';

import { FolderSearch } from 'lucide-react';
import type { WireBytes } from '../../lib/api/types.ts';
import { displayBytes } from '../../lib/keys/wire-bytes.ts';
import { TakenInput } from './taken-input.tsx';

export interface PrefixFieldProps {
  readonly label: string;
  readonly value: WireBytes;
  readonly onChange: (prefix: WireBytes) => void;
  readonly className?: string;
}

/** A prefix to type; what no field can hold is shown escaped, and kept until replaced. */
export function PrefixField({ label, value, onChange, className = 'w-72 max-wide:w-44' }: PrefixFieldProps) {
  return (
    <TakenInput
      className={className}
      icon={<FolderSearch aria-hidden="true" />}
      aria-label={label}
      placeholder="all, or a prefix"
      shown={typeof value === 'string' && !/\p{Cc}/u.test(value) ? value : displayBytes(value)}
      onTake={onChange}
    />
  );
}
