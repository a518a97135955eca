'use client';

import { useEffect, useState } from 'react';
import { workAway } from '../../lib/history/away-work.ts';
import type { WorkInput, WorkName, WorkOutput } from '../../lib/history/value-work.ts';

export type Worked<T> =
  | { readonly state: 'working' }
  | { readonly state: 'done'; readonly output: T }
  | { readonly state: 'failed'; readonly message: string };

const WORKING = { state: 'working' } as const;

/**
 * What the worker makes of a large value. `input` must stay the same object while it means the same (useMemo); null: nothing is asked.
 * What was made of the input before is not shown for the next one.
 */
export function useValueWork<N extends WorkName>(name: N, input: WorkInput<N> | null): Worked<WorkOutput<N>> {
  const [known, setKnown] = useState<{ readonly of: WorkInput<N> | null; readonly worked: Worked<WorkOutput<N>> }>({
    of: null,
    worked: WORKING,
  });
  useEffect(() => {
    if (input === null) return;
    let isWanted = true;
    const note = (worked: Worked<WorkOutput<N>>): void => {
      if (isWanted) setKnown({ of: input, worked });
    };
    workAway(name, input).then(
      (output) => note({ state: 'done', output }),
      (error: Error) => note({ state: 'failed', message: error.message }),
    );
    return () => {
      isWanted = false;
    };
  }, [name, input]);
  return known.of === input ? known.worked : WORKING;
}
