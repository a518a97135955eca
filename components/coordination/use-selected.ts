'use client';

import { useMemo } from 'react';
import type { WireBytes } from '../../lib/api/types.ts';
import { textParam } from '../shell/url-params.ts';
import { useUrlStates } from '../shell/use-url-state.ts';

const PARAMS = { name: textParam, name64: textParam };

/** The chosen object lives in the URL, exact for names that are not text. */
export function useSelected() {
  const [{ name, name64 }, setUrl] = useUrlStates(PARAMS);
  const selected = useMemo(
    (): WireBytes | null => (name64 !== null ? { base64: name64 } : name === null || name === '' ? null : name),
    [name, name64],
  );
  const select = (id: WireBytes | null): void =>
    void setUrl(
      { name: typeof id === 'string' ? id : null, name64: id !== null && typeof id !== 'string' ? id.base64 : null },
      { history: 'push' },
    );
  return { selected, select };
}
