'use client';

import { Filter, X } from 'lucide-react';
import type { RefObject } from 'react';
import { PREVIEW_BYTES } from '../../lib/api/types.ts';
import type { ChangeFilter, FilterMatch, ShownTypes } from '../../lib/live/change-filter.ts';
import { Button } from '../ui/button.tsx';
import { Input } from '../ui/input.tsx';
import { Kbd } from '../ui/kbd.tsx';
import { Mark } from '../ui/marks.tsx';
import { Select } from '../ui/select.tsx';
import { SubscriptionMark } from './subscription-mark.tsx';

export interface SubscriptionFieldsProps {
  readonly index: number;
  readonly field: RefObject<HTMLInputElement | null>;
  readonly filter: ChangeFilter;
  readonly onFilter: (change: Partial<ChangeFilter>) => void;
}

const MATCHES = [
  { value: 'prefix', label: 'starts with' },
  { value: 'contains', label: 'contains' },
  { value: 'key', label: 'is exactly' },
] as const satisfies readonly { value: FilterMatch; label: string }[];

/** What one subscription lets pass. */
export function SubscriptionFields({ index, field, filter, onFilter }: SubscriptionFieldsProps) {
  return (
    <div className="flex flex-wrap items-center gap-2">
      <SubscriptionMark index={index} />
      <Select
        label="How the filter matches"
        value={filter.match}
        options={MATCHES}
        onValueChange={(match) => onFilter({ match })}
      />
      <Input
        ref={field}
        mono
        className="w-64! max-wide:w-36!"
        aria-label="Filter by key"
        placeholder="key"
        icon={<Filter aria-hidden="true" />}
        value={filter.text}
        onChange={(event) => onFilter({ text: event.target.value })}
        onKeyDown={(event) => {
          if (event.key === 'Escape') event.currentTarget.blur();
        }}
        trailing={
          filter.text === '' ? (
            <Kbd keys="/" />
          ) : (
            <button
              type="button"
              aria-label="Clear the filter"
              className="rounded-mark p-0.5 text-fg-3 hover:text-fg"
              onClick={() => onFilter({ text: '' })}
            >
              <X aria-hidden="true" className="size-3.5" />
            </button>
          )
        }
      />
      <Input
        mono
        className="w-40! max-wide:w-28!"
        aria-label={`Filter by value: its first ${PREVIEW_BYTES} bytes`}
        title={`Looks at the first ${PREVIEW_BYTES} bytes of each value: the stream carries no more`}
        placeholder="value contains"
        value={filter.value}
        onChange={(event) => onFilter({ value: event.target.value })}
        onKeyDown={(event) => {
          if (event.key === 'Escape') event.currentTarget.blur();
        }}
      />
      <Select
        label="Filter by lease"
        value={filter.lease}
        options={leaseOptions(filter.lease)}
        onValueChange={(lease) => onFilter({ lease })}
      />
      <TypeChips shown={filter.types} onShow={(types) => onFilter({ types })} />
    </div>
  );
}

/** One lease is chosen by its address; here it can be let go again. */
function leaseOptions(chosen: string): readonly { readonly value: string; readonly label: string }[] {
  const all = [
    { value: 'any', label: 'any lease' },
    { value: 'leased', label: 'with a lease' },
    { value: 'none', label: 'without' },
  ];
  return all.some((one) => one.value === chosen) ? all : [...all, { value: chosen, label: chosen }];
}

function TypeChips({ shown, onShow }: { readonly shown: ShownTypes; readonly onShow: (types: ShownTypes) => void }) {
  const chip = (type: 'put' | 'delete', word: string) => (
    <Button
      size="small"
      className="h-7 rounded-full px-2.5 text-body"
      aria-pressed={shown === type}
      onClick={() => onShow(shown === type ? 'all' : type)}
    >
      <span className={type === 'put' ? 'text-good' : 'text-bad'}>
        <Mark shape={type === 'put' ? 'plus' : 'minus'} className="size-3" />
      </span>
      {word}
    </Button>
  );
  return (
    <fieldset className="flex items-center gap-1">
      <legend className="sr-only">Show only</legend>
      {chip('put', 'puts')}
      {chip('delete', 'deletes')}
    </fieldset>
  );
}
