'use client';

import { createContext, useContext } from 'react';
import { useNow } from '../shell/use-live.ts';

/** The moment a pinned page shows; null while it is live. */
export const MomentContext = createContext<number | null>(null);

/** What "now" is on this page, by the console's clock: the running time, or the time of the pinned revision. 0 on the server. */
export function useMoment(): number {
  const pinned = useContext(MomentContext);
  const now = useNow(1_000);
  return pinned ?? now;
}
