/** Locks or elections sorted, filtered and cut to a page. Pure. */
import type { CoordinationList, CoordinationListQuery } from '../../../lib/api/coordination-types.ts';
import { type ByteString, toByteString, utf8Encode } from '../../../lib/base/bytes.ts';
import type { CoordinationQueue } from '../../../lib/recognise/coordination-queue.ts';
import { leaseFromHex } from '../ids.ts';

export interface GroupPage {
  readonly queues: readonly CoordinationQueue[];
  readonly counts: Pick<CoordinationList, 'total' | 'matching' | 'offset' | 'held' | 'waiting'>;
}

export function groupPage(all: readonly CoordinationQueue[], query: CoordinationListQuery): GroupPage {
  const { kind, find, lease, offset, limit } = query;
  const ofKind = kind === null ? all : all.filter(({ verdict }) => verdict.kind === kind);
  const text = toByteString(utf8Encode(find));
  const id = lease === null ? null : leaseFromHex(lease);
  const matching = ofKind.filter(
    (queue) =>
      (find === '' || isFound(queue, text)) && (id === null || queue.contenders.some((one) => one.lease === id)),
  );
  let held = 0;
  let waiting = 0;
  for (const { contenders } of ofKind) {
    if (contenders.length === 0) continue;
    held++;
    waiting += contenders.length - 1;
  }
  return {
    queues: matching.sort(orderOf(query)).slice(offset, offset + limit),
    counts: { total: ofKind.length, matching: matching.length, offset, held, waiting },
  };
}

const isFound = ({ group, contenders }: CoordinationQueue, text: ByteString): boolean =>
  group.includes(text) || contenders.some(({ key }) => key.includes(text));

type Order = (a: CoordinationQueue, b: CoordinationQueue) => number;

export const byName: Order = (a, b) => (a.group < b.group ? -1 : a.group > b.group ? 1 : 0);

/** Ties go by name, so that rows with equal numbers do not swap places. Groups that nobody holds, or where nobody waits, come last. */
function orderOf({ sort, descending }: CoordinationListQuery): Order {
  const sign = descending ? -1 : 1;
  if (sort === 'name') return (a, b) => sign * byName(a, b);
  const value = (queue: CoordinationQueue): number | null => {
    const [holder, next] = queue.contenders;
    switch (sort) {
      case 'waiting':
        return Math.max(0, queue.contenders.length - 1);
      // The longer ago, the longer: what came first has the smaller revision.
      case 'held':
        return holder === undefined ? null : -(queue.terms.at(-1)?.from ?? holder.createRevision);
      case 'longest':
        return next === undefined ? null : -next.createRevision;
      case 'token':
        return holder?.createRevision ?? null;
      case 'terms':
        return queue.terms.length;
    }
  };
  return (a, b) => {
    const [left, right] = [value(a), value(b)];
    if (left === null || right === null) return Number(left === null) - Number(right === null) || byName(a, b);
    return sign * (left - right) || byName(a, b);
  };
}
