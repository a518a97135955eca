'use client';

import { useEffect, useEffectEvent, useState } from 'react';
import { type ByteString, toByteString, utf8Encode } from '../../../lib/base/bytes.ts';
import { Input } from '../../ui/input.tsx';

/** It leaves by itself after this long without typing, as type-ahead does everywhere. */
const IDLE_MS = 2500;

export interface JumpBoxProps {
  /** Moves to the first sibling at or after the text; false when there is none. */
  readonly onJump: (text: ByteString) => Promise<boolean>;
  readonly onDone: () => void;
}

/** Type-ahead among the siblings of the active row, loaded or not. A field of its own, so that no letter is a shortcut. */
export function JumpBox({ onJump, onDone }: JumpBoxProps) {
  const [text, setText] = useState('');
  const [isMissed, setMissed] = useState(false);
  const [leaveAt, setLeaveAt] = useState(() => performance.now() + IDLE_MS);
  const leave = useEffectEvent(onDone);
  useEffect(() => {
    const timer = setTimeout(() => leave(), leaveAt - performance.now());
    return () => clearTimeout(timer);
  }, [leaveAt]);
  return (
    <div className="absolute inset-x-2 bottom-2 z-10 rounded-control shadow-float">
      <Input
        autoFocus
        mono
        aria-label="Jump to a name in this folder"
        aria-invalid={isMissed}
        placeholder="Jump to a name in this folder"
        value={text}
        onChange={(event) => {
          const next = event.target.value;
          setText(next);
          setLeaveAt(performance.now() + IDLE_MS);
          if (next === '') return;
          void onJump(toByteString(utf8Encode(next))).then((isFound) => setMissed(!isFound));
        }}
        onBlur={onDone}
        onKeyDown={(event) => {
          if (!['Enter', 'Escape', 'ArrowDown', 'ArrowUp'].includes(event.key)) return;
          event.preventDefault();
          event.stopPropagation();
          onDone();
        }}
      />
    </div>
  );
}
