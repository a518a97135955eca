'use client';

import { Plus } from 'lucide-react';
import { useRef, useState } from 'react';
import { flushSync } from 'react-dom';
import type { DeleteTarget, WireBytes } from '../../lib/api/types.ts';
import { wireId } from '../../lib/keys/wire-bytes.ts';
import { later } from '../shell/later.tsx';
import { PageHeader } from '../shell/page-header.tsx';
import { useBindings } from '../shell/use-bindings.ts';
import { usePinnedRevision } from '../shell/use-pinned-revision.ts';
import { useStore } from '../shell/use-store.ts';
import { Button } from '../ui/button.tsx';
import { cn } from '../ui/cn.ts';
import { Select } from '../ui/select.tsx';
import { SkeletonRows } from '../ui/skeleton.tsx';
import { Splitter } from '../ui/splitter.tsx';
import { DEFAULT_DELIMITER } from './delimiter.ts';
import { SearchPane } from './search/search-pane.tsx';
import type { FirstPage } from './tree/first-page.ts';
import { TreePanel } from './tree/tree-panel.tsx';
import { useKeysUrl } from './use-keys-url.ts';

// The tree is what one waits for; the rest comes with the first open key, or when the page is idle.
const loading = (
  <div className="min-h-0 flex-1 bg-surface">
    <SkeletonRows rows={5} />
  </div>
);
const KeyPanel = later(() => import('./keys-parts.tsx').then((module) => module.KeyPart), loading);
const FolderPanel = later(() => import('./keys-parts.tsx').then((module) => module.FolderPart), loading);
const KeysDialogs = later(() => import('./keys-parts.tsx').then((module) => module.KeysDialogs));

/** The explorer: the tree of keys on the left, the key on the right. */
export function KeysPage({ first }: { readonly first: FirstPage | null }) {
  const url = useKeysUrl();
  const store = useStore();
  const { rev } = usePinnedRevision();
  const [createIn, setCreateIn] = useState<WireBytes | null>(null);
  const [deleting, setDeleting] = useState<DeleteTarget | null>(null);
  const filter = useRef<HTMLInputElement>(null);
  const canWrite = rev === null && !store.readOnly;
  const here = url.selectedFolder ?? folderOf(url.selectedKey, url.delimiter);
  const hasSelection = url.selectedKey !== null || url.selectedFolder !== null;
  const remove = (target: DeleteTarget): void => (canWrite ? setDeleting(target) : undefined);
  const deleteSelected = (): void => {
    if (url.selectedKey !== null) remove({ key: url.selectedKey });
    else if (url.selectedFolder !== null) remove({ prefix: url.selectedFolder });
  };

  const findKeys = (): void => {
    // Where the open key covers the tree, the tree comes back first.
    if (filter.current?.offsetParent === null) flushSync(url.close);
    filter.current?.select();
  };
  useBindings([
    {
      id: 'keys.filter',
      keys: '/',
      title: 'Find keys, or values',
      group: 'Page',
      run: findKeys,
    },
    {
      id: 'keys.new',
      keys: 'n',
      title: 'Create a key',
      group: 'Page',
      run: () => (canWrite ? setCreateIn(here) : undefined),
    },
    { id: 'keys.delete', keys: 'Delete', title: 'Delete the open key or folder', group: 'Page', run: deleteSelected },
  ]);

  const tree = (
    <SearchPane
      field={filter}
      rev={rev}
      selected={url.selectedKey}
      onOpen={url.openKey}
      trailing={<DelimiterSelect value={url.delimiter} onChange={url.setDelimiter} />}
    >
      <TreePanel url={url} first={first} onCreate={setCreateIn} onDelete={remove} />
    </SearchPane>
  );

  const detail =
    url.selectedKey !== null ? (
      <KeyPanel
        isWanted
        key={`${store.id}${wireId(url.selectedKey)}`}
        wire={url.selectedKey}
        delimiter={url.delimiter}
        onBack={url.close}
        onDelete={(key) => remove({ key })}
      />
    ) : url.selectedFolder !== null ? (
      <FolderPanel
        isWanted
        prefix={url.selectedFolder}
        delimiter={url.delimiter}
        onBack={url.close}
        onDelete={(prefix) => remove({ prefix })}
        onCreate={() => setCreateIn(here)}
      />
    ) : (
      <NothingOpen />
    );

  return (
    <>
      <PageHeader title="Keys" meta={rev === null ? undefined : 'as they were, read-only'}>
        {canWrite ? (
          <Button variant="primary" onClick={() => setCreateIn(here)}>
            <Plus aria-hidden="true" />
            New key
          </Button>
        ) : null}
      </PageHeader>
      <Splitter
        label="Resize the key tree"
        storageKey="keys"
        initial={32}
        min={18}
        max={60}
        first={tree}
        second={detail}
        className={cn(ONE_PANE, hasSelection ? DETAIL_ONLY : TREE_ONLY)}
      />
      <KeysDialogs
        isWanted={createIn !== null || deleting !== null}
        createIn={createIn}
        deleting={deleting}
        onCreateEnd={() => setCreateIn(null)}
        onDeleteEnd={() => setDeleting(null)}
        onOpen={url.openKey}
      />
    </>
  );
}

/** Where both panes do not fit, the open key covers the tree; the panel's own button leads back. */
const ONE_PANE = 'max-wide:[&>hr]:hidden';
const DETAIL_ONLY = 'max-wide:[&>:first-child]:hidden';
const TREE_ONLY = 'max-wide:[&>:first-child]:flex-[1_1_100%]! max-wide:[&>:last-child]:hidden';

/** The folder a new key would go to. */
function folderOf(key: WireBytes | null, delimiter: string): WireBytes {
  if (typeof key !== 'string' || delimiter === '') return '';
  return key.slice(0, key.lastIndexOf(delimiter) + (key.includes(delimiter) ? delimiter.length : 0));
}

const DELIMITERS = [
  { value: '/', label: 'a/b' },
  { value: '.', label: 'a.b' },
  { value: ':', label: 'a:b' },
  { value: '-', label: 'a-b' },
  { value: 'none', label: 'flat' },
] as const;

function DelimiterSelect({
  value,
  onChange,
}: {
  readonly value: string;
  readonly onChange: (delimiter: string) => void;
}) {
  const shown = value === '' ? 'none' : value;
  const isListed = DELIMITERS.some((one) => one.value === shown);
  const options: readonly { readonly value: string; readonly label: string }[] = isListed
    ? DELIMITERS
    : [...DELIMITERS, { value: shown, label: `a${shown}b` }];
  return (
    <Select
      label="What separates folders"
      value={shown || DEFAULT_DELIMITER}
      options={options}
      onValueChange={(next) => onChange(next === 'none' ? '' : next)}
      className="mono shrink-0"
    />
  );
}

function NothingOpen() {
  return (
    <div className="min-h-0 flex-1 bg-surface">
      <p className="max-w-prose p-6 text-fg-2">
        Choose a key to see its value, its facts and every retained version of it.
      </p>
    </div>
  );
}
