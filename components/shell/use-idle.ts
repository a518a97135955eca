'use client';

import { useEffect, useState } from 'react';

/** Browsers without requestIdleCallback wait this long instead. */
const FALLBACK_MS = 1_500;
/** A page that is never idle does not wait longer than this. */
const LATEST_MS = 1_500;

/** Once for the tab: what is mounted later has nothing to wait for. */
let hasBeenIdle = false;
let tasks: (() => void)[] = [];

/** Runs it at the first idle moment of the tab, if that has not been yet; at once, if it has. */
export function atIdle(task: () => void): void {
  if (hasBeenIdle) task();
  else tasks.push(task);
}

function beIdle(): void {
  hasBeenIdle = true;
  const due = tasks;
  tasks = [];
  for (const task of due) task();
}

/**
 * False while the page is getting up, true from its first idle moment on: what is not needed to show the page is loaded then, so that
 * it is there when it is used.
 */
export function useIdle(): boolean {
  const [isIdle, setIdle] = useState(false);
  useEffect(() => {
    const settle = (): void => {
      beIdle();
      setIdle(true);
    };
    if (hasBeenIdle) {
      settle();
      return;
    }
    if (typeof requestIdleCallback === 'undefined') {
      const timer = setTimeout(settle, FALLBACK_MS);
      return () => clearTimeout(timer);
    }
    const handle = requestIdleCallback(settle, { timeout: LATEST_MS });
    return () => cancelIdleCallback(handle);
  }, []);
  return isIdle;
}
