'use client';

import { parseAsString, useQueryStates } from 'nuqs';
import { useMemo } from 'react';
import type { WireBytes } from '../../lib/api/types.ts';

/** The chosen object lives in the URL, exact for names that are not text. */
export function useSelected() {
  const [{ name, name64 }, setUrl] = useQueryStates({ name: parseAsString, name64: parseAsString });
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
