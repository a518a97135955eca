'use client';

import { type ComponentType, lazy, type ReactNode, Suspense, useEffect } from 'react';
import { keymap } from './keymap.ts';
import { atIdle, useIdle } from './use-idle.ts';

export interface LaterProps {
  /** It is asked for: it comes now, idle or not. */
  readonly isWanted?: boolean;
}

/**
 * A part that nobody needs to see or use the page: its code comes when the page is idle for the first time, or as soon as it is wanted.
 * Keys pressed before are kept for its bindings.
 */
export function later<P extends object>(
  load: () => Promise<ComponentType<P>>,
  placeholder: ReactNode = null,
): ComponentType<P & LaterProps> {
  const Part = lazy(() => load().then((component) => ({ default: component })));
  const waiting = <Waiting>{placeholder}</Waiting>;
  return function Later({ isWanted = false, ...props }: P & LaterProps) {
    const isIdle = useIdle();
    if (!isIdle && !isWanted) return waiting;
    return (
      <Suspense fallback={waiting}>
        {/* What is left of the props are the part's own. */}
        <Part {...(props as unknown as P)} />
      </Suspense>
    );
  };
}

/** The same for a part that says what went wrong: its code is there before anything can, because by then nothing may come any more. */
export function aheadOfTrouble<P extends object>(load: () => Promise<ComponentType<P>>): ComponentType<P> {
  let loading: Promise<ComponentType<P>> | undefined;
  const once = (): Promise<ComponentType<P>> => {
    loading ??= load();
    return loading;
  };
  if (typeof window !== 'undefined') atIdle(() => void once());
  const Part = later(once);
  return (props: P) => <Part isWanted {...props} />;
}

function Waiting({ children }: { readonly children: ReactNode }) {
  useEffect(() => keymap.expect(), []);
  return children;
}
