'use client';

import { useEffect, useState } from 'react';

/** Browsers without requestIdleCallback wait this long instead. */
const FALLBACK_MS = 1_500;
/** A page that is never idle does not wait longer than this. */
const LATEST_MS = 1_500;

/**
 * False while the page is getting up, true from its first idle moment on: what is not needed to show the page is loaded then, so that
 * it is there when it is used.
 */
export function useIdle(): boolean {
  const [isIdle, setIdle] = useState(false);
  useEffect(() => {
    if (typeof requestIdleCallback === 'undefined') {
      const timer = setTimeout(() => setIdle(true), FALLBACK_MS);
      return () => clearTimeout(timer);
    }
    const handle = requestIdleCallback(() => setIdle(true), { timeout: LATEST_MS });
    return () => cancelIdleCallback(handle);
  }, []);
  return isIdle;
}
