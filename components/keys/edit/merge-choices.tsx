'use client';

import { useId } from 'react';
import { plural } from '../../../lib/format/number.ts';
import type { Choice, conflictsOf } from '../../../lib/history/merge.ts';
import { StatusMark } from '../../ui/badge.tsx';
import { cn } from '../../ui/cn.ts';

export interface MergeChoicesProps {
  readonly conflicts: ReturnType<typeof conflictsOf>;
  /** By conflict; undefined: not chosen yet. */
  readonly choices: readonly (Choice | undefined)[];
  readonly onChoose: (index: number, choice: Choice) => void;
}

const WORD: Readonly<Record<Choice, string>> = { mine: 'yours', theirs: 'theirs', both: 'theirs, then yours' };

/** Where both changed the same lines the operator chooses; everything else merges by itself. */
export function MergeChoices({ conflicts, choices, onChoose }: MergeChoicesProps) {
  const name = useId();
  if (conflicts.length === 0) {
    return (
      <p className="px-3 pb-3">
        <StatusMark tone="good">You and they changed different lines: both can be merged.</StatusMark>
      </p>
    );
  }
  return (
    <section aria-label="Lines both changed" className="flex flex-col gap-2 px-3 pb-3">
      <StatusMark tone="risk">
        Both changed the same lines in {plural(conflicts.length, 'place')}. The rest merges by itself.
      </StatusMark>
      {conflicts.map((conflict, index) => (
        // biome-ignore lint/suspicious/noArrayIndexKey: the conflicts of a finished merge never move
        <fieldset key={index} className="flex flex-col gap-1 rounded-control border bg-inset p-2">
          <legend className="sr-only">Place {index + 1}</legend>
          {(['theirs', 'mine', 'both'] as const).map((choice) => (
            <label key={choice} className="grid grid-cols-[1rem_8rem_minmax(0,1fr)] items-baseline gap-2">
              <input
                type="radio"
                name={`${name}-${index}`}
                checked={choices[index] === choice}
                onChange={() => onChoose(index, choice)}
                className="accent-accent-fill"
              />
              <span>{WORD[choice]}</span>
              {choice === 'both' || conflict.kind !== 'conflict' ? (
                <span />
              ) : (
                <pre className={cn('mono whitespace-pre-wrap break-all', conflict[choice].length === 0 && 'text-fg-3')}>
                  {conflict[choice].length === 0 ? 'these lines removed' : conflict[choice].join('\n')}
                </pre>
              )}
            </label>
          ))}
        </fieldset>
      ))}
    </section>
  );
}
