'use client';

import { useMemo } from 'react';
import type { WireBytes } from '../../lib/api/types.ts';
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
      selectedKey: wireOf(url.key, url.key64),
      selectedFolder: wireOf(url.prefix, url.prefix64),
      delimiter: delimiterOf(url.d),
      openKey: (key) => void setUrl({ prefix: null, prefix64: null, ...paramsOf('key', key) }),
      openFolder: (prefix) => void setUrl({ key: null, key64: null, ...paramsOf('prefix', prefix) }),
      close: () => void setUrl({ key: null, key64: null, prefix: null, prefix64: null }),
      setDelimiter: (delimiter) => void setUrl({ d: delimiterParam(delimiter) }),
    }),
    [url, setUrl],
  );
}

function paramsOf(name: 'key' | 'prefix', value: WireBytes) {
  return typeof value === 'string'
    ? { [name]: value, [`${name}64`]: null }
    : { [name]: null, [`${name}64`]: urlSafe(value.base64) };
}

/** As routes.ts sends it. */
const urlSafe = (base64: string): string => base64.replaceAll('+', '-').replaceAll('/', '_').replace(/=+$/, '');

function wireOf(text: string | null, base64: string | null): WireBytes | null {
  if (text !== null && text !== '') return text;
  if (base64 === null || !/^[\w-]+$/.test(base64)) return null;
  const standard = base64.replaceAll('-', '+').replaceAll('_', '/');
  return { base64: standard.padEnd(Math.ceil(standard.length / 4) * 4, '=') };
}
