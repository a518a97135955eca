'use client';

import { Database } from 'lucide-react';
import { useRouter } from 'next/navigation';
import { type ReactNode, useState } from 'react';
import { ApiFailure } from '../../../lib/api/client.ts';
import { setBytesParam } from '../../../lib/api/routes.ts';
import type { WireBytes } from '../../../lib/api/types.ts';
import { etcdctl } from '../../../lib/format/commands.ts';
import { compareInt, formatCount } from '../../../lib/format/number.ts';
import { displayBytes, wireToByteString } from '../../../lib/keys/wire-bytes.ts';
import { watchParams } from '../../../lib/live/subscription.ts';
import { isLimited } from '../../shell/access-words.ts';
import { useKeyForms } from '../../shell/links.tsx';
import { keyParams, useHref } from '../../shell/use-href.ts';
import { useIndexState, useRevision, useStaleSince } from '../../shell/use-live.ts';
import { usePinnedRevision } from '../../shell/use-pinned-revision.ts';
import { useReplaySession } from '../../shell/use-replay.ts';
import { useStore } from '../../shell/use-store.ts';
import { Button } from '../../ui/button.tsx';
import {
  ContextMenu,
  ContextMenuContent,
  ContextMenuItem,
  ContextMenuLabel,
  ContextMenuSeparator,
  ContextMenuTrigger,
} from '../../ui/context-menu.tsx';
import { CopyAsContextItems } from '../../ui/copy-as.tsx';
import { EmptyState } from '../../ui/empty-state.tsx';
import { SkeletonRows } from '../../ui/skeleton.tsx';
import { folderCopyForms } from '../key-copy.ts';
import { PanelError } from '../panel/panel-error.tsx';
import type { KeysUrl } from '../use-keys-url.ts';
import type { TreeRow as Row } from './tree-model.ts';
import { TreeView } from './tree-view.tsx';
import { type Tree, useTree, useTreeVersion } from './use-tree.ts';

export interface TreePanelProps {
  readonly url: KeysUrl;
  readonly onCreate: (prefix: WireBytes) => void;
  readonly onDelete: (target: { readonly key: WireBytes } | { readonly prefix: WireBytes }) => void;
}

/** The tree in its four states, live or at the pinned revision. */
export function TreePanel(props: TreePanelProps) {
  const store = useStore();
  const { rev } = usePinnedRevision();
  const tree = useTree({ storeId: store.id, delimiter: props.url.delimiter, rev, replaying: useReplaySession() });
  if (tree === null) return <SkeletonRows rows={12} />;
  return <Loaded {...props} tree={tree} />;
}

function Loaded({ tree, url, onCreate, onDelete }: TreePanelProps & { readonly tree: Tree }) {
  useTreeVersion(tree);
  const href = useHref();
  const { controller } = tree;
  const { model, failure, isReady } = controller;
  if (!isReady) {
    return failure === null ? (
      <SkeletonRows rows={12} />
    ) : (
      <PanelError
        title="The keys could not be read"
        error={asError(failure.error)}
        onRetry={() => controller.retry()}
      />
    );
  }
  if (model.rowCount === 0) return <NoKeys onCreate={() => onCreate('')} />;
  const selected = selectedOf(url);
  return (
    <>
      {failure === null ? null : (
        <div role="alert" className="flex items-center gap-2 border-b bg-bad/8 px-3 py-1">
          <span className="min-w-0 flex-1 truncate text-bad">
            {asError(failure.error).message} <code className="mono">{codeOf(failure.error)}</code>
          </span>
          <Button size="small" onClick={() => controller.retry()}>
            Try now
          </Button>
        </div>
      )}
      <TreeView
        key={url.delimiter}
        tree={tree}
        selectedId={
          selected === null
            ? null
            : selected.isFolder
              ? withoutDelimiter(selected.path, model.delimiter)
              : selected.path
        }
        selectedPath={selected}
        onOpenKey={url.openKey}
        onOpenFolder={url.openFolder}
        hrefOf={(row) => addressOf(row, href)}
        wrap={(list, rowAt) => (
          <RowMenu rowAt={rowAt} onCreate={onCreate} onDelete={onDelete}>
            {list}
          </RowMenu>
        )}
      />
      <Completeness revision={Math.max(model.root.asOf, model.live.appliedRevision)} />
    </>
  );
}

const asError = (error: unknown): Error => (error instanceof Error ? error : new Error(String(error)));
const codeOf = (error: unknown): string => (error instanceof ApiFailure ? error.code : '');

const withoutDelimiter = <T extends string>(path: T, delimiter: string): T =>
  path.slice(0, path.length - delimiter.length) as T;

function selectedOf(url: KeysUrl) {
  if (url.selectedKey !== null) return { path: wireToByteString(url.selectedKey), isFolder: false };
  if (url.selectedFolder !== null) return { path: wireToByteString(url.selectedFolder), isFolder: true };
  return null;
}

function addressOf(row: Row, href: ReturnType<typeof useHref>): string | undefined {
  if (row.node?.key != null) return href('/keys', keyParams(row.node.key.key));
  if (row.node?.folder == null) return undefined;
  const params = new URLSearchParams();
  setBytesParam(params, 'prefix', row.node.folder.path);
  return href('/keys', params);
}

/** "Complete at revision N", or how much of the keys the console has read so far. */
function Completeness({ revision }: { readonly revision: number }) {
  const index = useIndexState();
  const isStale = useStaleSince() !== null;
  const { rev } = usePinnedRevision();
  const state = index?.value;
  const remembered = useRevision()?.value.remembered ?? null;
  // Older than what the console watched: one bounded read of the store.
  const isFromStore = rev !== null && (remembered === null || compareInt(rev, remembered) < 0);
  const isListing = rev === null && state !== undefined && state.phase !== 'live';
  const scope = isLimited(useStore().access) ? ' for what you may read' : '';
  return (
    <p role="status" className="flex shrink-0 items-center gap-1.5 border-t px-3 py-1 text-fg-3 text-meta">
      <Database aria-hidden="true" className="size-3" />
      {rev !== null
        ? `Complete${scope} at revision ${formatCount(rev)}, read-only${isFromStore ? ', read from the store' : ''}`
        : isListing
          ? `Reading the keys: ${formatCount(state.keysLoaded)} of ${state.keysTotal === null ? '…' : formatCount(state.keysTotal)}${state.reason === null ? '' : `. ${state.reason}`}`
          : `${isStale ? 'As of' : `Complete${scope} at`} revision ${formatCount(Math.max(revision, Number(state?.revision ?? 0)))}${isStale ? ', not live' : ''}`}
    </p>
  );
}

function NoKeys({ onCreate }: { readonly onCreate: () => void }) {
  const store = useStore();
  const { rev } = usePinnedRevision();
  const isScoped = isLimited(store.access);
  if (rev !== null) {
    const whose = isScoped ? ' that you may read' : '';
    return (
      <EmptyState>
        There was no key{whose} at revision {formatCount(rev)}.
      </EmptyState>
    );
  }
  if (isScoped) return <EmptyState>There is no key that you may read.</EmptyState>;
  return (
    <EmptyState
      command={etcdctl(store.endpoints, ['put', '/hello', 'world'])}
      actions={
        store.readOnly ? undefined : (
          <Button size="small" onClick={onCreate}>
            Create a key
          </Button>
        )
      }
    >
      The store has no keys yet. They appear here as soon as something writes one.
    </EmptyState>
  );
}

interface RowMenuProps extends Pick<TreePanelProps, 'onCreate' | 'onDelete'> {
  readonly rowAt: (row: number) => Row | undefined;
  readonly children: ReactNode;
}

/** One right-click menu for all rows: rows come and go as one scrolls. */
function RowMenu({ rowAt, onCreate, onDelete, children }: RowMenuProps) {
  const [row, setRow] = useState<Row | null>(null);
  return (
    <ContextMenu>
      <ContextMenuTrigger
        asChild
        onContextMenu={(event) => {
          const element = (event.target as HTMLElement).closest<HTMLElement>('[data-row]');
          const active = document.getElementById(event.currentTarget.getAttribute('aria-activedescendant') ?? '');
          const chosen = element ?? active;
          setRow(chosen === null ? null : (rowAt(Number(chosen.dataset.row)) ?? null));
        }}
      >
        {children}
      </ContextMenuTrigger>
      {row?.node === undefined ? null : (
        <ContextMenuContent>
          {row.node.key === null ? null : <KeyItems wire={row.node.key.key} onDelete={onDelete} />}
          {row.node.folder === null ? null : (
            <FolderItems prefix={row.node.folder.path} onCreate={onCreate} onDelete={onDelete} />
          )}
        </ContextMenuContent>
      )}
    </ContextMenu>
  );
}

function KeyItems({ wire, onDelete }: { readonly wire: WireBytes } & Pick<TreePanelProps, 'onDelete'>) {
  const href = useHref();
  const router = useRouter();
  const store = useStore();
  const { rev } = usePinnedRevision();
  const forms = useKeyForms(wire, ...(rev === null ? [] : [rev]));
  const address = href('/keys', keyParams(wire));
  return (
    <>
      <ContextMenuLabel className="mono max-w-80 truncate">{displayBytes(wire)}</ContextMenuLabel>
      <ContextMenuItem onSelect={() => router.push(address)}>Open</ContextMenuItem>
      <ContextMenuItem onSelect={() => window.open(address, '_blank', 'noopener')}>Open in a new tab</ContextMenuItem>
      {typeof wire === 'string' ? (
        <ContextMenuItem onSelect={() => router.push(href('/watch', watchParams({ text: wire })))}>
          Watch this key
        </ContextMenuItem>
      ) : null}
      <ContextMenuSeparator />
      <CopyAsContextItems forms={forms} />
      {rev !== null || store.readOnly ? null : (
        <>
          <ContextMenuSeparator />
          <ContextMenuItem danger onSelect={() => onDelete({ key: wire })}>
            Delete key…
          </ContextMenuItem>
        </>
      )}
    </>
  );
}

function FolderItems({
  prefix,
  onCreate,
  onDelete,
}: { readonly prefix: WireBytes } & Pick<TreePanelProps, 'onCreate' | 'onDelete'>) {
  const store = useStore();
  const { rev } = usePinnedRevision();
  const canWrite = rev === null && !store.readOnly;
  return (
    <>
      <ContextMenuLabel className="mono max-w-80 truncate">{displayBytes(prefix)}</ContextMenuLabel>
      {canWrite ? <ContextMenuItem onSelect={() => onCreate(prefix)}>New key here…</ContextMenuItem> : null}
      <CopyAsContextItems forms={folderCopyForms(store, prefix, rev)} />
      {canWrite ? (
        <>
          <ContextMenuSeparator />
          <ContextMenuItem danger onSelect={() => onDelete({ prefix })}>
            Delete folder…
          </ContextMenuItem>
        </>
      ) : null}
    </>
  );
}
