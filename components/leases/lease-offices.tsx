'use client';

import { useQuery } from '@tanstack/react-query';
import type { CoordinationListQuery } from '../../lib/api/coordination-types.ts';
import { queries } from '../../lib/api/queries.ts';
import type { WireHexId } from '../../lib/api/types.ts';
import { plural } from '../../lib/format/number.ts';
import { useStoreId } from '../shell/use-store.ts';
import { Mark } from '../ui/marks.tsx';
import { officesOf } from './office-words.ts';

const OFFICES_MAX = 50;
const REFRESH_MS = 3_000;

/** The locks and elections that change hands when this lease ends. */
export function LeaseOffices({ id }: { readonly id: WireHexId }) {
  const query: CoordinationListQuery = {
    ...{ kind: null, sort: 'name', descending: false, find: '', lease: id, offset: 0, limit: OFFICES_MAX },
  };
  const { data } = useQuery({ ...queries.coordination(useStoreId(), query), refetchInterval: REFRESH_MS });
  if (data === undefined || data.matching === 0) return null;
  return (
    <ul aria-label="Locks and elections of this lease" className="flex flex-col gap-0.5">
      {officesOf(id, data.groups).map(({ id: office, sentence, holds }) => (
        <li key={office} className="flex items-baseline gap-1.5">
          {holds ? <Mark shape="star" className="size-3 shrink-0 text-leader" /> : <span className="w-3 shrink-0" />}
          {sentence}
        </li>
      ))}
      {data.matching > data.groups.length ? (
        <li className="text-fg-3 text-meta">and {plural(data.matching - data.groups.length, 'more place')} in line</li>
      ) : null}
    </ul>
  );
}
