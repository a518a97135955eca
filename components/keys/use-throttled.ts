'use client';

import { useCallback, useEffect, useRef } from 'react';

/** Runs `task` at once, then at most every `ms`; a call in between is never lost, only later. */
export function useThrottled(ms: number, task: () => void): () => void {
  const latest = useRef(task);
  const timer = useRef<ReturnType<typeof setTimeout> | null>(null);
  const isDue = useRef(false);
  useEffect(() => {
    latest.current = task;
  });
  useEffect(
    () => () => {
      if (timer.current !== null) clearTimeout(timer.current);
      timer.current = null;
    },
    [],
  );
  return useCallback(() => {
    if (timer.current !== null) {
      isDue.current = true;
      return;
    }
    const rest = (): void => {
      timer.current = setTimeout(() => {
        timer.current = null;
        if (!isDue.current) return;
        isDue.current = false;
        latest.current();
        rest();
      }, ms);
    };
    latest.current();
    rest();
  }, [ms]);
}
