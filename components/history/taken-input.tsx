'use client';

import { useState } from 'react';
import { flushSync } from 'react-dom';
import { Input, type InputProps } from '../ui/input.tsx';

export interface TakenInputProps
  extends Pick<InputProps, 'aria-label' | 'icon' | 'inputMode' | 'onFocus' | 'placeholder'> {
  /** What stands there while nobody types. */
  readonly shown: string;
  readonly onTake: (typed: string) => void;
  readonly className: string;
}

/** Text that is taken with Enter or on leaving, and given up with Escape. */
export function TakenInput({ shown, onTake, className, ...input }: TakenInputProps) {
  const [typed, setTyped] = useState<string | null>(null);
  const take = (): void => {
    if (typed !== null) onTake(typed);
    setTyped(null);
  };
  return (
    <form
      className={className}
      onSubmit={(event) => {
        event.preventDefault();
        take();
      }}
    >
      <Input
        {...input}
        mono
        value={typed ?? shown}
        onChange={(event) => setTyped(event.target.value)}
        onBlur={take}
        onKeyDown={(event) => {
          if (event.key !== 'Escape') return;
          // Leaving takes what is typed: there must be nothing by then.
          flushSync(() => setTyped(null));
          event.currentTarget.blur();
        }}
      />
    </form>
  );
}
