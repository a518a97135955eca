'use client';

import { useQuery } from '@tanstack/react-query';
import { Command } from 'cmdk';
import { Clock, FileKey, Search, Zap } from 'lucide-react';
import { useRouter } from 'next/navigation';
import { type ReactNode, useDeferredValue, useState } from 'react';
import { queries } from '../../lib/api/queries.ts';
import type { SearchPage } from '../../lib/api/types.ts';
import { formatCount, parseWireInt, plural } from '../../lib/format/number.ts';
import { displayBytes, wireId } from '../../lib/keys/wire-bytes.ts';
import { Dialog, Modal } from '../ui/dialog.tsx';
import { Kbd } from '../ui/kbd.tsx';
import { keysOf } from './keymap.ts';
import { PURPOSES } from './page-purposes.ts';
import { PAGES } from './pages.ts';
import { QueryScope } from './query-scope.tsx';
import { useKeymap } from './use-bindings.ts';
import { keyParams, useHref } from './use-href.ts';
import { useRevision } from './use-live.ts';
import { usePinnedRevision } from './use-pinned-revision.ts';
import { useStoreId } from './use-store.ts';

const KEYS_SHOWN = 12;

export interface CommandPaletteProps {
  readonly isOpen: boolean;
  readonly onClose: () => void;
}

/** Everything by name: pages, actions, keys of the store (searched by the server), revisions. */
export function CommandPalette({ isOpen, onClose }: CommandPaletteProps) {
  return (
    <Dialog open={isOpen} onClose={onClose}>
      <Modal
        label="Find key, page, action"
        className="mt-[12vh] mb-auto w-[min(40rem,calc(100vw-2rem))] overflow-hidden"
      >
        <QueryScope>
          <PaletteBody close={onClose} />
        </QueryScope>
      </Modal>
    </Dialog>
  );
}

const ITEM =
  'flex h-8 cursor-default items-center gap-2.5 rounded-control px-2 text-fg data-[selected=true]:bg-selected [&_svg]:size-4 [&_svg]:shrink-0 [&_svg]:text-fg-3';
const GROUP =
  'px-1.5 pb-1.5 [&_[cmdk-group-heading]]:px-2 [&_[cmdk-group-heading]]:pt-2 [&_[cmdk-group-heading]]:pb-1 [&_[cmdk-group-heading]]:text-fg-3 [&_[cmdk-group-heading]]:text-meta';

/** Every word of the query begins a word of the text, or stands somewhere in it. */
export function matches(query: string, text: string): boolean {
  const haystack = text.toLowerCase();
  return query
    .toLowerCase()
    .split(/\s+/)
    .every((word) => haystack.includes(word));
}

function PaletteBody({ close }: { readonly close: () => void }) {
  const [text, setText] = useState('');
  const query = text.trim();
  return (
    <Command shouldFilter={false} loop label="Find key, page, action" className="flex flex-col">
      <div className="flex h-11 items-center gap-2.5 border-b px-3.5">
        <Search aria-hidden="true" className="size-4 text-fg-3" />
        <Command.Input
          autoFocus
          value={text}
          onValueChange={setText}
          placeholder="Find key, page, action, or type a revision"
          className="h-full min-w-0 flex-1 bg-transparent text-body outline-none"
        />
        <Kbd keys="Escape" />
      </div>
      <Command.List className="max-h-[min(26rem,60vh)] overflow-y-auto overscroll-contain">
        <RevisionItem query={query} close={close} />
        <PageItems query={query} close={close} />
        <ActionItems query={query} close={close} />
        {query.length < 2 ? null : <KeyItems query={query} close={close} />}
        <Command.Empty className="px-4 py-6 text-fg-2">Nothing here is called “{query}”.</Command.Empty>
      </Command.List>
    </Command>
  );
}

interface ItemsProps {
  readonly query: string;
  readonly close: () => void;
}

function PageItems({ query, close }: ItemsProps) {
  const router = useRouter();
  const href = useHref();
  const found = PAGES.filter((page) => matches(query, `${page.title} ${PURPOSES[page.path] ?? ''} go to`));
  if (found.length === 0) return null;
  return (
    <Command.Group heading="Go to" className={GROUP}>
      {found.map((page) => (
        <Item
          key={page.path}
          value={`page ${page.path}`}
          icon={<page.icon aria-hidden="true" />}
          trailing={<Kbd keys={`g ${page.letter}`} />}
          onSelect={() => {
            close();
            router.push(href(page.path));
          }}
        >
          {page.title}
          <span className="ml-2 text-fg-3">{PURPOSES[page.path]}</span>
        </Item>
      ))}
    </Command.Group>
  );
}

function ActionItems({ query, close }: ItemsProps) {
  const found = useKeymap().filter(
    (one) =>
      one.run !== null &&
      one.inPalette !== false &&
      one.group !== 'Go to' &&
      matches(query, `${one.title} ${one.also ?? ''}`),
  );
  if (found.length === 0) return null;
  return (
    <Command.Group heading="Do" className={GROUP}>
      {found.map((one) => {
        const [keys] = keysOf(one);
        return (
          <Item
            key={one.id}
            value={`action ${one.id}`}
            icon={<Zap aria-hidden="true" />}
            trailing={keys === undefined ? null : <Kbd keys={keys} />}
            onSelect={() => {
              close();
              // After the dialog has given the focus back, or it would take it from what the action focuses.
              setTimeout(() => one.run?.());
            }}
          >
            {one.title}
          </Item>
        );
      })}
    </Command.Group>
  );
}

function RevisionItem({ query, close }: ItemsProps) {
  const { pin } = usePinnedRevision();
  const view = useRevision()?.value;
  const revision = parseWireInt(query);
  if (revision === undefined || view === undefined) return null;
  const number = Number(revision);
  if (number < Math.max(1, Number(view.compacted)) || number > Number(view.current)) return null;
  return (
    <Command.Group heading="Time" className={GROUP}>
      <Item
        value={`revision ${revision}`}
        icon={<Clock aria-hidden="true" />}
        onSelect={() => {
          close();
          pin(revision);
        }}
      >
        View everything at revision {formatCount(revision)}
      </Item>
    </Command.Group>
  );
}

/** How much the search has seen, in words: a list never pretends to be complete. */
function searchNote(page: SearchPage): string {
  const reach = page.complete
    ? `searched all ${plural(page.totalKeys, 'key')}`
    : `searched ${formatCount(page.searchedKeys)} of ${plural(page.totalKeys, 'key')}`;
  return `${reach} at revision ${formatCount(page.revision)}`;
}

function KeyItems({ query, close }: ItemsProps) {
  const router = useRouter();
  const href = useHref();
  const deferred = useDeferredValue(query);
  const storeId = useStoreId();
  const search = useQuery({ ...queries.search(storeId, deferred, KEYS_SHOWN), enabled: storeId !== '' });
  if (search.data === undefined) {
    return (
      <p role="status" className="px-4 py-2 text-fg-3 text-meta">
        {search.error === null ? 'Searching keys…' : `Keys could not be searched: ${search.error.message}`}
      </p>
    );
  }
  const page = search.data;
  const heading =
    page.keys.length === 0 ? `No key contains “${deferred}”: ${searchNote(page)}` : `Keys: ${searchNote(page)}`;
  return (
    <Command.Group heading={heading} className={GROUP}>
      {page.keys.map((meta) => (
        <Item
          key={wireId(meta.key)}
          value={`key ${wireId(meta.key)}`}
          icon={<FileKey aria-hidden="true" />}
          trailing={<span className="mono text-fg-3">rev {formatCount(meta.modRevision)}</span>}
          onSelect={() => {
            close();
            router.push(href('/keys', keyParams(meta.key)));
          }}
        >
          <span className="mono">{displayBytes(meta.key)}</span>
        </Item>
      ))}
    </Command.Group>
  );
}

interface ItemProps {
  readonly value: string;
  readonly icon: ReactNode;
  readonly trailing?: ReactNode;
  readonly onSelect: () => void;
  readonly children: ReactNode;
}

function Item({ value, icon, trailing, onSelect, children }: ItemProps) {
  return (
    <Command.Item value={value} onSelect={onSelect} className={ITEM}>
      {icon}
      <span className="min-w-0 flex-1 truncate">{children}</span>
      {trailing}
    </Command.Item>
  );
}
