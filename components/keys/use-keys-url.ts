'use client';

import { useMemo } from 'react';
import type { WireBytes } from '../../lib/api/types.ts';
import { paramOf, wireParam } from '../history/wire-param.ts';
import { textParam } from '../shell/url-params.ts';
import { useUrlStates } from '../shell/use-url-state.ts';
import { delimiterOf, delimiterParam } from './delimiter.ts';

/** What the Keys page keeps in the URL: the open key or folder, and the delimiter. `rev` belongs to the frame. */
export interface KeysUrl {
  readonly selectedKey: WireBytes | null;
  readonly selectedFolder: WireBytes | null;
  /** Empty: a flat list. */
  readonly delimiter: string;
  readonly openKey: (key: WireBytes) => void;
  readonly openFolder: (prefix: WireBytes) => void;
  readonly close: () => void;
  readonly setDelimiter: (delimiter: string) => void;
}

const PARAMS = {
  key: textParam,
  key64: textParam,
  prefix: textParam,
  prefix64: textParam,
  d: textParam,
};

export function useKeysUrl(): KeysUrl {
  const [url, setUrl] = useUrlStates(PARAMS, { history: 'push' });
  return useMemo(
    () => ({
      selectedKey: wireParam(url.key, url.key64),
      selectedFolder: wireParam(url.prefix, url.prefix64),
      delimiter: delimiterOf(url.d),
      openKey: (key) => void setUrl({ prefix: null, prefix64: null, ...paramOf('key', key) }),
      openFolder: (prefix) => void setUrl({ key: null, key64: null, ...paramOf('prefix', prefix) }),
      close: () => void setUrl({ key: null, key64: null, prefix: null, prefix64: null }),
      setDelimiter: (delimiter) => void setUrl({ d: delimiterParam(delimiter) }),
    }),
    [url, setUrl],
  );
}
