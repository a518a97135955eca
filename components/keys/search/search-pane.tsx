'use client';

import { Search, X } from 'lucide-react';
import { type ReactNode, type RefObject, useDeferredValue, useState } from 'react';
import type { FindQuery } from '../../../lib/api/find-types.ts';
import type { WireBytes, WireInt } from '../../../lib/api/types.ts';
import { later } from '../../shell/later.tsx';
import { IconButton } from '../../ui/button.tsx';
import { Input } from '../../ui/input.tsx';
import { Kbd } from '../../ui/kbd.tsx';
import { Select } from '../../ui/select.tsx';
import { SkeletonRows } from '../../ui/skeleton.tsx';

const loading = <SkeletonRows rows={8} />;
const FindList = later(() => import('./found.tsx').then((module) => module.FoundKeys), loading);
const SearchList = later(() => import('./found.tsx').then((module) => module.SearchedKeys), loading);

const MODES = [
  { value: 'keys', label: 'keys' },
  { value: 'values', label: 'values' },
  { value: 'keysRegex', label: 'keys, regex' },
  { value: 'valuesRegex', label: 'values, regex' },
] as const;
type Mode = (typeof MODES)[number]['value'];

const QUERY: Readonly<Record<Mode, Pick<FindQuery, 'in' | 'mode'>>> = {
  keys: { in: 'keys', mode: 'text' },
  values: { in: 'values', mode: 'text' },
  keysRegex: { in: 'keys', mode: 'regex' },
  valuesRegex: { in: 'values', mode: 'regex' },
};

/** Matches asked for at once; the list says when there are more. */
const MATCHES_MAX = 1_000;

export interface SearchPaneProps {
  readonly field: RefObject<HTMLInputElement | null>;
  readonly rev: WireInt | null;
  readonly selected: WireBytes | null;
  readonly onOpen: (key: WireBytes) => void;
  readonly trailing: ReactNode;
  /** Shown while nothing is searched. */
  readonly children: ReactNode;
}

/** The search field over the tree. Keys are searched while typing; values are read from the store, so they wait for Enter. */
export function SearchPane({ field, rev, selected, onOpen, trailing, children }: SearchPaneProps) {
  const [text, setText] = useState('');
  const [mode, setMode] = useState<Mode>('keys');
  const [asked, setAsked] = useState('');
  const typed = useDeferredValue(text.trim());
  const isValues = QUERY[mode].in === 'values';
  const q = isValues ? asked : typed;
  const clear = (): void => {
    setText('');
    setAsked('');
  };
  return (
    <div className="flex min-h-0 flex-1 flex-col bg-surface">
      <div className="flex shrink-0 items-center gap-2 border-b px-2 py-1.5">
        <Input
          ref={field}
          icon={<Search />}
          aria-label={isValues ? 'Find values' : 'Find keys by their text'}
          placeholder={isValues ? 'Find in values, Enter' : 'Find keys'}
          value={text}
          onChange={(event) => setText(event.target.value)}
          onKeyDown={(event) => {
            if (event.key === 'Enter') setAsked(text.trim());
            if (event.key !== 'Escape') return;
            clear();
            event.currentTarget.blur();
          }}
          trailing={
            text === '' ? (
              <Kbd keys="/" />
            ) : (
              <IconButton size="small" label="Clear" onClick={clear}>
                <X aria-hidden="true" />
              </IconButton>
            )
          }
        />
        <Select label="What is searched" value={mode} options={MODES} onValueChange={setMode} className="shrink-0" />
        {trailing}
      </div>
      {q === '' ? (
        isValues && text !== '' ? (
          <p className="px-3 py-2 text-fg-2">
            Press Enter to search. Every value is read from the store once, page by page.
          </p>
        ) : (
          children
        )
      ) : mode === 'keys' && rev === null ? (
        <SearchList isWanted query={q} selected={selected} onOpen={onOpen} />
      ) : (
        <FindList
          isWanted
          key={`${mode} ${q} ${rev ?? ''}`}
          request={{ ...QUERY[mode], q, prefix: '', rev, limit: MATCHES_MAX }}
          selected={selected}
          onOpen={onOpen}
        />
      )}
    </div>
  );
}
