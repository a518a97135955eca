'use client';

import { Database } from 'lucide-react';
import { type ReactNode, useCallback, useState } from 'react';
import { setBytesParam } from '../../../lib/api/bytes-param.ts';
import type { TreeNode, WireBytes } from '../../../lib/api/types.ts';
import { compareInt, formatCount } from '../../../lib/format/number.ts';
import { wireToByteString } from '../../../lib/keys/wire-bytes.ts';
import { isLimited } from '../../shell/access-words.ts';
import { aheadOfTrouble, later } from '../../shell/later.tsx';
import { keyParams, useHref } from '../../shell/use-href.ts';
import { useIndexState, useRevision, useStaleSince } from '../../shell/use-live.ts';
import { usePinnedRevision } from '../../shell/use-pinned-revision.ts';
import { useReplaySession } from '../../shell/use-replay.ts';
import { useStore } from '../../shell/use-store.ts';
import { ContextMenuTrigger, Menu } from '../../ui/menu-trigger.tsx';
import { SkeletonRows } from '../../ui/skeleton.tsx';
import type { KeysUrl } from '../use-keys-url.ts';
import type { FirstPage } from './first-page.ts';
import type { TreeRow as Row } from './tree-model.ts';
import { TreeView } from './tree-view.tsx';
import { type Tree, useTree, useTreeVersion } from './use-tree.ts';

const RowItems = later(() => import('./row-items.tsx').then((module) => module.RowItems));
const PanelError = aheadOfTrouble(() => import('../panel/panel-error.tsx').then((module) => module.PanelError));
const FailureLine = aheadOfTrouble(() => import('./tree-notes.tsx').then((module) => module.FailureLine));
const NoKeys = later(() => import('./no-keys.tsx').then((module) => module.NoKeys));

export interface TreePanelProps {
  readonly url: KeysUrl;
  /** Null: nothing was sent along. */
  readonly first: FirstPage | null;
  readonly onCreate: (prefix: WireBytes) => void;
  readonly onDelete: (target: { readonly key: WireBytes } | { readonly prefix: WireBytes }) => void;
}

/** The tree in its four states, live or at the pinned revision. */
export function TreePanel(props: TreePanelProps) {
  const store = useStore();
  const { rev } = usePinnedRevision();
  const { first, url } = props;
  const { delimiter } = url;
  const tree = useTree(
    { storeId: store.id, access: store.access, delimiter, rev, replaying: useReplaySession() },
    first,
  );
  if (tree === null) return <SkeletonRows rows={12} />;
  return <Loaded {...props} tree={tree} />;
}

function Loaded({ tree, url, onCreate, onDelete }: Omit<TreePanelProps, 'first'> & { readonly tree: Tree }) {
  useTreeVersion(tree);
  const href = useHref();
  const linkOf = useCallback((node: TreeNode) => addressOf(node, href), [href]);
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
  if (model.rowCount === 0) return <NoKeys isWanted onCreate={() => onCreate('')} />;
  const selected = selectedOf(url);
  return (
    <>
      {failure === null ? null : <FailureLine error={asError(failure.error)} onRetry={() => controller.retry()} />}
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
        linkOf={linkOf}
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

const withoutDelimiter = <T extends string>(path: T, delimiter: string): T =>
  path.slice(0, path.length - delimiter.length) as T;

function selectedOf(url: KeysUrl) {
  if (url.selectedKey !== null) return { path: wireToByteString(url.selectedKey), isFolder: false };
  if (url.selectedFolder !== null) return { path: wireToByteString(url.selectedFolder), isFolder: true };
  return null;
}

function addressOf({ key, folder }: TreeNode, href: ReturnType<typeof useHref>): string | undefined {
  if (key !== null) return href('/keys', keyParams(key.key));
  if (folder === null) return undefined;
  const params = new URLSearchParams();
  setBytesParam(params, 'prefix', folder.path);
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
        : state?.phase === 'stale'
          ? `As of revision ${formatCount(state.revision)}, not live${state.reason === null ? '' : `: ${state.reason}`}`
          : isListing
            ? `Reading the keys: ${formatCount(state.keysLoaded)} of ${state.keysTotal === null ? '…' : formatCount(state.keysTotal)}${state.reason === null ? '' : `. ${state.reason}`}`
            : `${isStale ? 'As of' : `Complete${scope} at`} revision ${formatCount(Math.max(revision, Number(state?.revision ?? 0)))}${isStale ? ', not live' : ''}`}
    </p>
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
    <Menu>
      <ContextMenuTrigger
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
        <RowItems
          isWanted
          wire={row.node.key?.key ?? null}
          prefix={row.node.folder?.path ?? null}
          onCreate={onCreate}
          onDelete={onDelete}
        />
      )}
    </Menu>
  );
}
