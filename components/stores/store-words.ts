/** How a store is, in words: the worst of it first. */
import type { StoreOverview } from '../../lib/api/store-overview.ts';
import type { Tone } from '../ui/badge.tsx';

export interface StoreWord {
  readonly tone: Tone;
  readonly text: string;
  /** What to do, or what else there is. */
  readonly more: string | null;
}

export function storeWord({ state, detail }: StoreOverview): StoreWord {
  if (state === 'asking') return { tone: 'stale', text: 'asking', more: null };
  const [worst, ...others] = [...(detail?.risks ?? [])].sort((a, b) => rank(a.severity) - rank(b.severity));
  if (state === 'silent') return { tone: 'bad', text: 'does not answer', more: worst?.remedy ?? null };
  if (detail === null) return { tone: 'good', text: 'answers', more: 'Sign in to see more of it.' };
  if (worst === undefined) return { tone: 'good', text: 'healthy', more: null };
  const text = others.length === 0 ? worst.title : `${worst.title}, and ${others.length} more`;
  return { tone: worst.severity === 'danger' ? 'bad' : 'risk', text, more: worst.remedy };
}

const rank = (severity: 'danger' | 'warning'): number => (severity === 'danger' ? 0 : 1);

/** "3 of 3", counting who answers; "" where it is not known. */
export function membersWord({ detail, state }: StoreOverview): string {
  if (detail === null || state !== 'answers') return '';
  const up = detail.members.filter(({ health }) => health === 'healthy' || health === 'lagging').length;
  return `${up} of ${detail.members.length}`;
}

/** The headline of the page: who is silent, who is in danger, else that all is well. */
export function storesHeadline(stores: readonly StoreOverview[]): string {
  const labels = (chosen: readonly StoreOverview[]): string => chosen.map(({ store }) => store.label).join(', ');
  const silent = stores.filter(({ state }) => state === 'silent');
  const endangered = stores.filter((one) => one.state === 'answers' && storeWord(one).tone === 'bad');
  const parts = [
    ...(silent.length === 0 ? [] : [`${labels(silent)} ${silent.length === 1 ? 'does' : 'do'} not answer`]),
    ...(endangered.length === 0 ? [] : [`${labels(endangered)} ${endangered.length === 1 ? 'is' : 'are'} in danger`]),
  ];
  if (parts.length > 0) return parts.join('; ');
  if (stores.some(({ state }) => state === 'asking')) return 'Asking';
  return stores.length === 1 ? 'The one store answers' : `All ${stores.length} stores answer`;
}
