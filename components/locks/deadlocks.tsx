'use client';

import { useState } from 'react';
import type { WaitView } from '../../lib/api/coordination-types.ts';
import { StatusMark } from '../ui/badge.tsx';
import { Button } from '../ui/button.tsx';
import { circleSentence, deadlockText } from './words.ts';

/** More than these are shown when asked for: the drawing and the table below must not be pushed off the page. */
const SHOWN = 3;

/** Deadlocks in words, the shortest first. */
export function Deadlocks({ circles }: { readonly circles: readonly (readonly WaitView[])[] }) {
  const [showsAll, setShowsAll] = useState(false);
  if (circles.length === 0) return null;
  return (
    <div className="shrink-0 border-b bg-bad/8 px-3 py-2">
      <ul aria-label="Deadlocks" className="space-y-1">
        {(showsAll ? circles : circles.slice(0, SHOWN)).map((circle) => (
          <li key={circle.map(({ waiter }) => waiter).join()}>
            <StatusMark tone="bad" className="whitespace-normal!">
              {circleSentence(circle)}
            </StatusMark>
          </li>
        ))}
      </ul>
      {circles.length <= SHOWN ? null : (
        <Button size="small" variant="ghost" onClick={() => setShowsAll(!showsAll)} aria-expanded={showsAll}>
          {showsAll ? `Show the first ${SHOWN}` : `Show all ${deadlockText(circles.length)}`}
        </Button>
      )}
    </div>
  );
}
