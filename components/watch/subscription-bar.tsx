'use client';

import { Pause, Play, Plus, X } from 'lucide-react';
import { formatCount, formatRate, plural } from '../../lib/format/number.ts';
import type { ChangeFilter } from '../../lib/live/change-filter.ts';
import { letterOf, SUBSCRIPTIONS_MAX, subscriptionName } from '../../lib/live/subscription.ts';
import { useNow } from '../shell/use-live.ts';
import { Button, IconButton } from '../ui/button.tsx';
import { cn } from '../ui/cn.ts';
import { SubscriptionMark } from './subscription-mark.tsx';
import type { LiveList } from './use-watch-list.ts';

export interface SubscriptionBarProps {
  readonly filters: readonly ChangeFilter[];
  readonly list: LiveList;
  /** The one whose filter is edited. */
  readonly chosen: number;
  readonly onChoose: (index: number) => void;
  readonly onAdd: () => void;
  readonly onRemove: (index: number) => void;
}

/** Every subscription with its letter, how many changes passed it, how fast they come, and its own pause. */
export function SubscriptionBar({ filters, list, chosen, onChoose, onAdd, onRemove }: SubscriptionBarProps) {
  return (
    <section
      aria-label="Subscriptions"
      className="flex shrink-0 flex-wrap items-center gap-1.5 border-b bg-surface px-4 py-1.5"
    >
      {filters.map((filter, index) => (
        <Chip
          key={letterOf(index)}
          filter={filter}
          index={index}
          list={list}
          isChosen={index === chosen}
          onChoose={() => onChoose(index)}
          onRemove={filters.length === 1 ? null : () => onRemove(index)}
        />
      ))}
      {filters.length >= SUBSCRIPTIONS_MAX ? (
        <span className="text-fg-3 text-meta">{SUBSCRIPTIONS_MAX} at most</span>
      ) : (
        <Button size="small" variant="ghost" onClick={onAdd}>
          <Plus aria-hidden="true" />
          Add subscription
        </Button>
      )}
    </section>
  );
}

interface ChipProps {
  readonly filter: ChangeFilter;
  readonly index: number;
  readonly list: LiveList;
  readonly isChosen: boolean;
  readonly onChoose: () => void;
  readonly onRemove: (() => void) | null;
}

function Chip({ filter, index, list, isChosen, onChoose, onRemove }: ChipProps) {
  const now = useNow(500);
  const { seen = 0, waiting = 0 } = list.state.counts[index] ?? {};
  const isPaused = list.paused.has(index);
  const rate = now === 0 ? 0 : list.list.ratePerSecond(index, Date.now());
  const letter = letterOf(index);
  const name = subscriptionName(filter);
  return (
    <fieldset
      className={cn(
        'inline-flex h-7 min-w-0 max-w-full items-center gap-0.5 rounded-control border pr-0.5 pl-1.5',
        isChosen ? 'border-fg-3 bg-selected' : 'border-line bg-raised',
      )}
    >
      <legend className="sr-only">
        Subscription {letter}: {name}
      </legend>
      <button
        type="button"
        aria-pressed={isChosen}
        aria-label={`Edit subscription ${letter}, ${name}`}
        title={filterWords(filter)}
        className="inline-flex min-w-0 items-center gap-1.5 rounded-mark pr-1"
        onClick={onChoose}
      >
        <SubscriptionMark index={index} />
        <span className="mono max-w-64 truncate">{name}</span>
        {filterExtras(filter) === '' ? null : <span className="text-fg-3 text-meta">{filterExtras(filter)}</span>}
        <span
          className="nums text-fg-3 text-meta"
          title={`${plural(seen, 'change')} passed, ${formatRate(rate)} per second now`}
        >
          {formatCount(seen)}
          {rate === 0 ? '' : ` · ${formatRate(rate)}/s`}
        </span>
        {isPaused ? <span className="nums text-meta text-risk">paused, {formatCount(waiting)} wait</span> : null}
      </button>
      <IconButton
        label={isPaused ? `Resume subscription ${letter}` : `Pause subscription ${letter}`}
        size="small"
        aria-pressed={isPaused}
        onClick={() => list.togglePaused(index)}
      >
        {isPaused ? <Play aria-hidden="true" /> : <Pause aria-hidden="true" />}
      </IconButton>
      {onRemove === null ? null : (
        <IconButton label={`Remove subscription ${letter}`} size="small" onClick={onRemove}>
          <X aria-hidden="true" />
        </IconButton>
      )}
    </fieldset>
  );
}

/** What narrows it besides the key. */
function filterExtras({ types, value, lease }: ChangeFilter): string {
  const words: string[] = [];
  if (types !== 'all') words.push(`${types}s`);
  if (value !== '') words.push(`“${value}”`);
  if (lease !== 'any') words.push(lease === 'leased' ? 'leased' : lease === 'none' ? 'no lease' : lease);
  return words.join(' · ');
}

const filterWords = (filter: ChangeFilter): string =>
  [subscriptionName(filter), filterExtras(filter)].filter((one) => one !== '').join(' · ');
