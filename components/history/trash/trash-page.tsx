'use client';

import { useInfiniteQuery, useQueryClient } from '@tanstack/react-query';
import { useState } from 'react';
import type { TrashGroup } from '../../../lib/api/bulk-types.ts';
import { api } from '../../../lib/api/client.ts';
import { queryKeys } from '../../../lib/api/queries.ts';
import type { WireBytes, WireInt } from '../../../lib/api/types.ts';
import { formatCount, plural } from '../../../lib/format/number.ts';
import { displayBytes } from '../../../lib/keys/wire-bytes.ts';
import { PanelError } from '../../keys/panel/panel-error.tsx';
import { useThrottled } from '../../keys/use-throttled.ts';
import { listMove } from '../../shell/list-move.ts';
import { PageHeader } from '../../shell/page-header.tsx';
import { PinnedNote } from '../../shell/pinned-note.tsx';
import { textParam } from '../../shell/url-params.ts';
import { useBindings } from '../../shell/use-bindings.ts';
import { useOnChanges } from '../../shell/use-live.ts';
import { useStore } from '../../shell/use-store.ts';
import { useUrlStates } from '../../shell/use-url-state.ts';
import { Button } from '../../ui/button.tsx';
import { DataTable } from '../../ui/data-table.tsx';
import { EmptyState } from '../../ui/empty-state.tsx';
import { PanelStates } from '../../ui/panel.tsx';
import { SkeletonRows } from '../../ui/skeleton.tsx';
import { Splitter } from '../../ui/splitter.tsx';
import { BulkDialog, type BulkDraft } from '../bulk/bulk-dialog.tsx';
import { PrefixField } from '../prefix-field.tsx';
import { paramOf, wireParam } from '../wire-param.ts';
import { TRASH_COLUMNS } from './trash-columns.tsx';
import { TrashGroupPanel } from './trash-group.tsx';

const GROUPS_PER_PAGE = 50;
const PARAMS = { prefix: textParam, prefix64: textParam, at: textParam };
const REFRESH_MS = 1_000;

/** What was deleted and is not there now, by the transaction that deleted it, with the way back. */
export function TrashPage() {
  const store = useStore();
  const client = useQueryClient();
  const [url, setUrl] = useUrlStates(PARAMS);
  const prefix = wireParam(url.prefix, url.prefix64) ?? '';
  const pages = useInfiniteQuery({
    queryKey: [...queryKeys.trash(store.id), prefix],
    queryFn: ({ pageParam, signal }) =>
      api.trash(store.id, { prefix, limit: GROUPS_PER_PAGE, before: pageParam }, signal),
    initialPageParam: null as WireInt | null,
    getNextPageParam: (last) => last.nextBefore,
  });
  const refresh = useThrottled(
    REFRESH_MS,
    () => void client.invalidateQueries({ queryKey: queryKeys.trash(store.id) }),
  );
  useOnChanges((rows) => {
    const matters = rows.some((row) => row.kind === 'gap' || row.event.type === 'delete' || row.event.version === '1');
    if (matters) refresh();
  });
  const [draft, setDraft] = useState<BulkDraft | null>(null);
  const groups = pages.data?.pages.flatMap((page) => page.groups) ?? [];
  const selected = groups.find((group) => group.revision === url.at);
  const choose = (group: TrashGroup | null): void =>
    void setUrl({ at: group?.revision ?? null }, { history: 'replace' });
  const restore = (group: TrashGroup, keys?: readonly WireBytes[]): void => {
    if (store.readOnly) return;
    setDraft({ kind: 'undelete', revision: group.revision, prefix, ...(keys === undefined ? {} : { keys }) });
  };
  useBindings([
    listMove('trash.move', 'Next and previous deletion'),
    {
      id: 'trash.restore',
      keys: 'r',
      title: 'Restore the chosen deletion',
      group: 'Page',
      run: () => (selected === undefined ? undefined : restore(selected)),
    },
    ...(selected === undefined
      ? []
      : [
          {
            id: 'trash.close',
            keys: 'Escape',
            title: 'Close the deletion',
            group: 'Page' as const,
            run: () => choose(null),
          },
        ]),
  ]);
  const last = pages.data?.pages.at(-1);
  const first = pages.data?.pages[0];

  const list = (
    <section aria-label="Deletions" className="flex min-h-0 flex-1 flex-col bg-surface">
      <PanelStates
        isLoading={pages.isPending}
        data={pages.data}
        skeleton={<SkeletonRows rows={8} />}
        error={
          pages.error === null ? undefined : (
            <PanelError title="The trash could not be read" error={pages.error} onRetry={() => void pages.refetch()} />
          )
        }
      >
        {() => (
          <>
            <DataTable
              label="Deletions, newest first"
              columns={TRASH_COLUMNS}
              rows={groups}
              rowKey={(group) => group.revision}
              selected={url.at}
              onSelect={choose}
              onOpen={(group) => restore(group)}
              empty={<NothingDeleted prefix={prefix} />}
            />
            <footer className="flex min-h-8 shrink-0 flex-wrap items-center gap-x-3 gap-y-1 border-t px-3 py-1 text-fg-3 text-meta">
              {first === undefined || last === undefined ? null : (
                <span>
                  Searched revisions <span className="mono">{formatCount(last.searchedFrom)}</span> to{' '}
                  <span className="mono">{formatCount(first.searchedTo)}</span>,{' '}
                  {pages.data?.pages.every((page) => page.complete) === true
                    ? 'complete. '
                    : 'as far as the store tells: this version of it does not confirm that it told everything. '}
                  {last.reachesCompaction ? 'Nothing older is retained. ' : ''}
                  {prefix === '' ? 'Left out: the console’s own records under /quorate/.' : ''}
                </span>
              )}
              {pages.hasNextPage ? (
                <Button size="small" disabled={pages.isFetchingNextPage} onClick={() => void pages.fetchNextPage()}>
                  {pages.isFetchingNextPage ? 'Searching…' : 'Search further back'}
                </Button>
              ) : null}
            </footer>
          </>
        )}
      </PanelStates>
    </section>
  );
  return (
    <>
      <PageHeader
        title="Trash"
        meta={
          groups.length === 0
            ? undefined
            : `${plural(
                groups.reduce((sum, one) => sum + one.keys, 0),
                'key',
              )} can come back`
        }
      >
        <PrefixField
          label="Deleted under this prefix"
          value={prefix}
          onChange={(next) => void setUrl({ ...paramOf('prefix', next), at: null }, { history: 'push' })}
        />
      </PageHeader>
      <PinnedNote shows="The trash" />
      <Splitter
        label="Resize the deletion"
        storageKey="trash"
        initial={46}
        first={list}
        second={
          selected === undefined ? null : (
            <TrashGroupPanel
              key={selected.revision}
              group={selected}
              prefix={prefix}
              canRestore={!store.readOnly}
              onRestore={(keys) => restore(selected, keys)}
              onClose={() => choose(null)}
            />
          )
        }
      />
      <BulkDialog draft={draft} title="Restore deleted keys" verb="Restore" onClose={() => setDraft(null)} />
    </>
  );
}

function NothingDeleted({ prefix }: { readonly prefix: WireBytes }) {
  return (
    <EmptyState>
      {prefix === '' ? 'No key' : `No key under ${displayBytes(prefix)}`} was deleted in the stretch searched, or all of
      them exist again.
    </EmptyState>
  );
}
