'use client';

import { useCallback } from 'react';
import type { WireInt } from '../../lib/api/types.ts';
import { parseWireInt } from '../../lib/format/number.ts';
import { single } from './url-params.ts';
import { useUrlState } from './use-url-state.ts';

export const revisionParam = single<WireInt>({
  parse: (text) => {
    const revision = parseWireInt(text);
    return revision === undefined || revision === '0' ? null : revision;
  },
  serialize: (revision) => revision,
});

export interface PinnedRevision {
  /** The revision every page shows; null while live. */
  readonly rev: WireInt | null;
  /** 'push' (the default) lets Back return to where one was; 'replace' while scrubbing. */
  readonly pin: (rev: WireInt, history?: 'push' | 'replace') => void;
  readonly unpin: () => void;
}

/** The pinned revision, which lives in the URL as `?rev=`. */
export function usePinnedRevision(): PinnedRevision {
  const [rev, setRev] = useUrlState('rev', revisionParam);
  const pin = useCallback(
    (next: WireInt, history: 'push' | 'replace' = 'push') => void setRev(next, { history }),
    [setRev],
  );
  const unpin = useCallback(() => void setRev(null, { history: 'push' }), [setRev]);
  return { rev, pin, unpin };
}
