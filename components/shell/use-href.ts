'use client';

import { useSearchParams } from 'next/navigation';
import { useCallback } from 'react';
import { setBytesParam } from '../../lib/api/bytes-param.ts';
import type { WireBytes, WireInt } from '../../lib/api/types.ts';

/** What of the URL belongs to the frame and goes along to every page. */
const CARRIED = ['store', 'rev'] as const;

export type LinkParams = Readonly<Record<string, string | null | undefined>>;

/** Makes the address of a page that keeps the store and the pinned revision. A null parameter drops a carried one. */
export function useHref(): (path: string, params?: LinkParams | URLSearchParams) => string {
  const current = useSearchParams();
  const carried = CARRIED.map((name) => current.get(name) ?? '').join('\u0000');
  return useCallback(
    (path, params = {}) => {
      const query = new URLSearchParams();
      const values = carried.split('\u0000');
      CARRIED.forEach((name, index) => {
        const value = values[index] ?? '';
        if (value !== '') query.set(name, value);
      });
      const given = params instanceof URLSearchParams ? [...params] : Object.entries(params);
      for (const [name, value] of given) {
        if (value === null) query.delete(name);
        else if (value !== undefined) query.set(name, value);
      }
      const text = query.toString();
      return text === '' ? path : `${path}?${text}`;
    },
    [carried],
  );
}

/** The parameters of the Keys page that show one key, optionally at a revision. */
export function keyParams(key: WireBytes, rev?: WireInt): URLSearchParams {
  const params = new URLSearchParams();
  setBytesParam(params, 'key', key);
  if (rev !== undefined) params.set('rev', rev);
  return params;
}
