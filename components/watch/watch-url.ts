'use client';

import { parseAsString, parseAsStringLiteral, useQueryStates } from 'nuqs';
import type { ChangeFilter } from '../../lib/live/change-filter.ts';

const parsers = {
  filter: parseAsString.withDefault(''),
  match: parseAsStringLiteral(['prefix', 'contains']).withDefault('prefix'),
  type: parseAsStringLiteral(['all', 'put', 'delete']).withDefault('all'),
  value: parseAsString.withDefault(''),
  lease: parseAsString.withDefault('any'),
};

/** The filter of the watch, which lives in the URL. */
export function useWatchUrl(): {
  readonly filter: ChangeFilter;
  readonly setFilter: (change: Partial<ChangeFilter>) => void;
} {
  const [{ filter: text, match, type: types, value, lease }, setUrl] = useQueryStates(parsers, { history: 'replace' });
  return {
    filter: { text, match, types, value, lease },
    setFilter: (change) =>
      void setUrl({
        ...(change.text === undefined ? {} : { filter: change.text === '' ? null : change.text }),
        ...(change.match === undefined ? {} : { match: change.match }),
        ...(change.types === undefined ? {} : { type: change.types }),
        ...(change.value === undefined ? {} : { value: change.value === '' ? null : change.value }),
        ...(change.lease === undefined ? {} : { lease: change.lease === 'any' ? null : change.lease }),
      }),
  };
}
