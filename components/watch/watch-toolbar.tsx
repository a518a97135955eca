'use client';

import { Download, Eraser, Filter, Pause, Play, X } from 'lucide-react';
import type { RefObject } from 'react';
import { routes } from '../../lib/api/routes.ts';
import { PREVIEW_BYTES } from '../../lib/api/types.ts';
import { curl, etcdctl } from '../../lib/format/commands.ts';
import type { ChangeFilter, FilterMatch, ShownTypes } from '../../lib/live/change-filter.ts';
import { useStore } from '../shell/use-store.ts';
import { Button, IconButton } from '../ui/button.tsx';
import { CopyAsMenu } from '../ui/copy-as.tsx';
import { Input } from '../ui/input.tsx';
import { Kbd } from '../ui/kbd.tsx';
import { Mark } from '../ui/marks.tsx';
import { Select } from '../ui/select.tsx';

export interface WatchToolbarProps {
  readonly field: RefObject<HTMLInputElement | null>;
  readonly filter: ChangeFilter;
  readonly onFilter: (change: Partial<ChangeFilter>) => void;
  readonly isPaused: boolean;
  readonly onPause: () => void;
  readonly onClear: () => void;
  readonly onExport: () => void;
}

const MATCHES = [
  { value: 'prefix', label: 'starts with' },
  { value: 'contains', label: 'contains' },
] as const satisfies readonly { value: FilterMatch; label: string }[];

/** Which changes are shown, and whether they move. */
export function WatchToolbar({ field, filter, onFilter, isPaused, onPause, onClear, onExport }: WatchToolbarProps) {
  return (
    <div className="flex flex-wrap items-center gap-2">
      <Select
        label="How the filter matches"
        value={filter.match}
        options={MATCHES}
        onValueChange={(match) => onFilter({ match })}
      />
      <Input
        ref={field}
        mono
        className="w-64 max-wide:w-36"
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
        className="w-40 max-wide:w-28"
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
      <Button onClick={onPause} aria-pressed={isPaused} className="w-28">
        {isPaused ? <Play aria-hidden="true" /> : <Pause aria-hidden="true" />}
        {isPaused ? 'Resume' : 'Pause'}
        <Kbd keys="p" />
      </Button>
      <IconButton label="Clear the list" shortcut="x" onClick={onClear}>
        <Eraser aria-hidden="true" />
      </IconButton>
      <IconButton label="Export what is listed as NDJSON" onClick={onExport}>
        <Download aria-hidden="true" />
      </IconButton>
      <WatchCopyAs filter={filter} />
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

function WatchCopyAs({ filter }: { readonly filter: ChangeFilter }) {
  const store = useStore();
  // etcd watches keys and prefixes; what merely contains a text is watched whole.
  const prefix = filter.match === 'prefix' ? filter.text : '';
  return (
    <CopyAsMenu
      forms={{
        etcdctl: () => etcdctl(store.endpoints, ['watch', prefix], ['--prefix']),
        curl: () => curl(`${location.origin}${routes.live(store.id)}`).replace('curl -s', 'curl -sN'),
        more: { link: () => location.href },
      }}
    />
  );
}
