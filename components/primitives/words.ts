/** The sentences of semaphores, barriers, queues, counters and groups. Pure: what is said is tested without a browser. */
import type { PrimitiveView, QueueView, RatesView } from '../../lib/api/coordination-types.ts';
import { formatCount, plural } from '../../lib/format/number.ts';
import { durationText } from '../../lib/format/time.ts';

export const KIND_NAMES = {
  semaphore: 'semaphore',
  rwLock: 'reader-writer lock',
  barrier: 'barrier',
  queue: 'queue',
  counter: 'counter',
  group: 'group',
} as const;

export type Kind = keyof typeof KIND_NAMES;
export const KINDS = Object.keys(KIND_NAMES) as Kind[];

export const kindName = (one: PrimitiveView): string =>
  one.kind === 'queue' && one.order !== null ? ORDER_NAMES[one.order] : KIND_NAMES[one.kind];

const ORDER_NAMES = { fifo: 'queue', priority: 'priority queue', delayed: 'delayed queue' } as const;

/** How it stands, in one line. `now` 0: the time is not known. */
export function stateText(one: PrimitiveView, now: number): string {
  switch (one.kind) {
    case 'semaphore':
      return one.permits === null
        ? `${formatCount(one.holdingCount)} hold a permit; how many there are is not to be read`
        : `${formatCount(one.holdingCount)} of ${plural(one.permits, 'permit')} in use`;
    case 'rwLock':
      if (one.mode === 'free') return 'free';
      return one.mode === 'write'
        ? 'one writes'
        : `${plural(one.holdingCount, 'reader')} ${one.holdingCount === 1 ? 'reads' : 'read'}`;
    case 'barrier':
      return one.openedAt === null
        ? `${formatCount(one.presentCount)} there, waiting for the rest`
        : `open: ${formatCount(one.presentCount)} of those who started have not left`;
    case 'queue':
      return queueText(one, now);
    case 'counter':
      return one.value === null ? 'not read' : formatCount(one.value);
    case 'group':
      return plural(one.memberCount, 'member');
  }
}

function queueText(one: QueueView, now: number): string {
  if (one.depth === 0) return one.inHand === 0 ? 'empty' : `empty, ${formatCount(one.inHand)} in hand`;
  const age =
    one.oldestAt === null || now === 0 ? '' : `, the oldest for ${durationText(Math.max(0, now - one.oldestAt))}`;
  return `${plural(one.depth, 'item')}${age}`;
}

/** Who or what waits, for a cell; empty where nothing can. */
export function waitingText(one: PrimitiveView): string {
  if (one.kind === 'semaphore' || one.kind === 'rwLock') return formatCount(one.waitingCount);
  if (one.kind === 'barrier') return one.openedAt === null ? formatCount(one.presentCount) : '0';
  return one.kind === 'queue' ? formatCount(one.depth) : '';
}

/** What an operator should look at; null: nothing. */
export function concern(one: PrimitiveView): string | null {
  if (one.kind === 'queue' && one.orphans > 0)
    return `${plural(one.orphans, 'item')} of consumers that died: back in the queue when the next consumer looks`;
  if (one.kind === 'queue' && one.depth > 0 && one.idleConsumers > 0 && one.order !== 'delayed')
    return 'items wait although consumers stand idle';
  if (one.kind === 'semaphore' && one.permits !== null && one.holdingCount > one.permits)
    return `more hold a permit than there are: the number was lowered`;
  return null;
}

export function ratesText(rates: RatesView, verbs: { readonly in: string; readonly out: string | null }): string {
  if (rates === null) return 'not known for the past';
  const span = rates.overMs >= 60_000 ? 'in the last minute' : `in the last ${durationText(rates.overMs)}`;
  const parts = [`${formatCount(rates.in)} ${verbs.in}`];
  if (verbs.out !== null) parts.push(`${formatCount(rates.out)} ${verbs.out}`);
  return `${parts.join(', ')} ${span}`;
}

export function summary(all: readonly PrimitiveView[]): string {
  if (all.length === 0) return '';
  const counts = KINDS.map((kind) => [kind, all.filter((one) => one.kind === kind).length] as const);
  return counts
    .filter(([, count]) => count > 0)
    .map(([kind, count]) => plural(count, KIND_NAMES[kind]))
    .join(', ');
}
