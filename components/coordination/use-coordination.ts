'use client';

import { useQuery, useQueryClient } from '@tanstack/react-query';
import { useMemo } from 'react';
import type { CoordinationListQuery } from '../../lib/api/coordination-types.ts';
import { queries, queryKeys } from '../../lib/api/queries.ts';
import type { ChangeEvent, WireBytes, WireInt } from '../../lib/api/types.ts';
import { byteStringToWire, wireId, wireToByteString } from '../../lib/keys/wire-bytes.ts';
import type { ChangeRow } from '../../lib/live/change-ring.ts';
import { parentPrefix, placeOf } from '../../lib/recognise/layout.ts';
import { useThrottled } from '../keys/use-throttled.ts';
import { useIndexState, useOnChanges } from '../shell/use-live.ts';

/** A handover shows at once; in a storm the answer is asked for again this often at most: less often where it is long to work out. */
const REFRESH_MS = 120;
const LONG_REFRESH_MS = 1_000;
const LONG_GROUPS = 200;

/** A page of the locks or elections, now or at `rev`, fresh with the stream. */
export function useCoordination(storeId: string, query: CoordinationListQuery, rev: WireInt | null) {
  const client = useQueryClient();
  const list = useQuery(queries.coordination(storeId, { ...query, rev }));
  const { data } = list;
  const known = useMemo(() => new Set(data?.groups.map((group) => wireId(group.id))), [data]);
  const refresh = useThrottled(
    (data?.total ?? 0) > LONG_GROUPS ? LONG_REFRESH_MS : REFRESH_MS,
    () => void client.invalidateQueries({ queryKey: queryKeys.coordination(storeId) }),
  );
  const isWhole = data !== undefined && data.groups.length === data.total;
  useOnChanges((rows) => {
    if (rev === null && rows.some((row) => touches(row, known, isWhole))) refresh();
  });
  const phase = useIndexState()?.value.phase;
  return { ...list, isListing: phase === 'listing' || phase === 'connecting' };
}

/** One lock or election with its queue; refreshed by whoever shows the list. */
export const useCoordinationGroup = (
  storeId: string,
  { key, rev }: { readonly key: WireBytes | null; readonly rev: WireInt | null },
) =>
  useQuery({
    ...queries.coordinationGroup(storeId, { key: key ?? '', rev }),
    enabled: key !== null,
    placeholderData: (previous) =>
      previous !== undefined && key !== null && wireId(previous.group.id) === wireId(key) ? previous : undefined,
    retry: false,
  });

/**
 * Whether a change may concern a lock or an election: of a group on the screen, or the first sign of a new one. Where not all groups are on
 * the screen any deletion may be of one that is not, and counts.
 */
export function touches(row: ChangeRow, known: ReadonlySet<string>, isWhole: boolean): boolean {
  if (row.kind === 'gap' || (!isWhole && row.event.type === 'delete')) return true;
  return isKnown(row.event.key, known) || isContender(row.event);
}

const isKnown = (key: WireBytes, known: ReadonlySet<string>): boolean =>
  known.has(wireId(key)) || known.has(wireId(byteStringToWire(parentPrefix(wireToByteString(key)))));

function isContender(event: ChangeEvent): boolean {
  if (event.type === 'delete' || event.lease === null) return false;
  const lease = BigInt.asIntN(64, BigInt(`0x${event.lease}`));
  const { valueBytes, version } = event;
  return placeOf({ key: wireToByteString(event.key), lease, valueBytes, version: Number(version) }) !== null;
}
