'use client';

import { Filter } from 'lucide-react';
import { type ReactNode, useMemo, useRef, useState } from 'react';
import {
  COORDINATION_SORTS,
  type CoordinationGroup,
  type CoordinationList,
  type CoordinationSort,
} from '../../lib/api/coordination-types.ts';
import { formatCount, plural } from '../../lib/format/number.ts';
import { wireId } from '../../lib/keys/wire-bytes.ts';
import { PanelError } from '../keys/panel/panel-error.tsx';
import { PageHeader } from '../shell/page-header.tsx';
import { single, textParam, withFallback } from '../shell/url-params.ts';
import { useBindings } from '../shell/use-bindings.ts';
import { usePinnedRevision } from '../shell/use-pinned-revision.ts';
import { useStore } from '../shell/use-store.ts';
import { useUrlStates } from '../shell/use-url-state.ts';
import { type Column, DataTable, type RowWindow } from '../ui/data-table.tsx';
import { EmptyState } from '../ui/empty-state.tsx';
import { Input } from '../ui/input.tsx';
import { Kbd } from '../ui/kbd.tsx';
import { MasterDetail } from '../ui/master-detail.tsx';
import { PanelStates } from '../ui/panel.tsx';
import { FIRST_PAGE, pageAround, rowsOfPage } from '../ui/row-page.ts';
import { SkeletonRows } from '../ui/skeleton.tsx';
import { GroupDetail } from './group-detail.tsx';
import { MomentContext } from './moment.ts';
import { ReleaseDialog } from './release-dialog.tsx';
import { useCoordination, useCoordinationGroup } from './use-coordination.ts';
import { useSelected } from './use-selected.ts';
import { KIND_WORDS, type Kind } from './words.ts';

export interface CoordinationPageProps {
  readonly kind: Kind;
  readonly title: string;
  readonly columns: readonly Column<CoordinationGroup>[];
  /** Beside the title, in words. */
  readonly summary: (list: CoordinationList) => string;
  /** At the right of the title. */
  readonly toolbar?: (list: CoordinationList | undefined) => ReactNode;
  /** One sentence for when there is none, and the command that would make one. */
  readonly empty: { readonly sentence: string; readonly command: string };
}

interface GroupOrder {
  readonly column: CoordinationSort;
  readonly descending: boolean;
}

const isSort = (text: string): text is CoordinationSort => (COORDINATION_SORTS as readonly string[]).includes(text);

const SORT = single<GroupOrder>({
  parse: (text) => {
    const descending = text.startsWith('-');
    const column = text.slice(descending ? 1 : 0);
    return isSort(column) ? { column, descending } : null;
  },
  serialize: (sort) => `${sort.descending ? '-' : ''}${sort.column}`,
});
const PARAMS = {
  sort: withFallback<GroupOrder>(SORT, { column: 'name', descending: false }),
  find: withFallback(textParam, ''),
};

/** Locks or elections: the list, and the chosen one beside it. */
export function CoordinationPage({ kind, title, columns, summary, toolbar, empty }: CoordinationPageProps) {
  const store = useStore();
  const { rev } = usePinnedRevision();
  const [{ sort, find }, setUrl] = useUrlStates(PARAMS);
  const [page, setPage] = useState(FIRST_PAGE);
  const query = { kind, sort: sort.column, descending: sort.descending, find, lease: null, ...page };
  const list = useCoordination(store.id, query, rev);
  const rows = useMemo(
    () => rowsOfPage(list.data?.matching ?? 0, list.data?.offset ?? 0, list.data?.groups ?? []),
    [list.data],
  );
  const onWindow = (window: RowWindow): void => {
    const next = pageAround(window);
    if (next.offset !== page.offset || next.limit !== page.limit) setPage(next);
  };
  const { selected, select } = useSelected();
  const [isReleasing, setReleasing] = useState(false);
  const chosen = useCoordinationGroup(store.id, { key: selected, rev }).data?.group;
  const field = useRef<HTMLInputElement>(null);
  const canWrite = !store.readOnly && rev === null;
  const words = KIND_WORDS[kind];
  useBindings([
    {
      id: `${kind}.release`,
      keys: 'Delete',
      title: `${words.act} the holder of the chosen ${words.one}`,
      group: 'Page',
      run: () => (canWrite && chosen?.holder != null ? setReleasing(true) : undefined),
    },
    {
      id: `${kind}.filter`,
      keys: '/',
      title: `Filter the ${words.one}s`,
      group: 'Page',
      run: () => field.current?.focus(),
    },
    {
      id: `${kind}.move`,
      keys: ['j', 'k'],
      title: `Next and previous ${words.one}`,
      group: 'List',
      run: null,
      inPalette: false,
    },
  ]);
  const table = (
    <PanelStates
      isLoading={list.isPending || (list.error !== null && list.isListing)}
      data={list.data}
      skeleton={<SkeletonRows rows={8} />}
      error={
        list.error === null ? undefined : (
          <PanelError
            title={`The ${title.toLowerCase()} could not be read`}
            error={list.error}
            onRetry={() => void list.refetch()}
          />
        )
      }
      isEmpty={({ total }) => total === 0}
      empty={
        <EmptyState command={empty.command}>
          {empty.sentence}
          {rev === null ? '' : ` This is how it was at revision ${formatCount(rev)}.`}
        </EmptyState>
      }
    >
      {(data) => (
        <>
          <DataTable
            label={title}
            columns={columns}
            rows={rows}
            rowKey={(group) => wireId(group.id)}
            selected={selected === null ? null : wireId(selected)}
            onSelect={(group) => select(group.id)}
            sort={sort}
            onSort={({ column, descending }) =>
              isSort(column) ? void setUrl({ sort: { column, descending } }) : undefined
            }
            onWindow={onWindow}
            empty={<span className="block p-3 text-fg-3">No {words.one} fits the filter.</span>}
          />
          <Completeness list={data} kind={kind} error={list.error} />
        </>
      )}
    </PanelStates>
  );
  return (
    <MomentContext value={rev === null ? null : (list.data?.at ?? 0)}>
      <PageHeader title={title} meta={list.data === undefined ? null : summary(list.data)}>
        <Input
          ref={field}
          mono
          className="w-44!"
          aria-label={`Filter the ${words.one}s by name or key`}
          placeholder="name or key"
          icon={<Filter aria-hidden="true" />}
          trailing={<Kbd keys="/" />}
          value={find}
          onChange={(event) => void setUrl({ find: event.target.value === '' ? null : event.target.value })}
          onKeyDown={(event) => {
            if (event.key === 'Escape') event.currentTarget.blur();
          }}
        />
        {toolbar?.(list.data)}
      </PageHeader>
      <MasterDetail
        title={title}
        list={table}
        detail={
          selected === null ? null : (
            <GroupDetail
              key={wireId(selected)}
              id={selected}
              kind={kind}
              onBack={() => select(null)}
              onRelease={canWrite ? () => setReleasing(true) : null}
            />
          )
        }
      />
      <ReleaseDialog group={isReleasing && chosen !== undefined ? chosen : null} onClose={() => setReleasing(false)} />
    </MomentContext>
  );
}

function Completeness({
  list,
  kind,
  error,
}: {
  readonly list: CoordinationList;
  readonly kind: Kind;
  readonly error: Error | null;
}) {
  const all = plural(list.total, KIND_WORDS[kind].one);
  return (
    <p role="status" className="flex shrink-0 flex-wrap gap-x-3 border-t px-3 py-1 text-fg-3 text-meta">
      {list.matching === list.total ? '' : `${formatCount(list.matching)} shown of `}
      {all}, complete at revision {formatCount(list.revision)}
      {error === null ? null : <span className="text-bad">not refreshed: {error.message}</span>}
    </p>
  );
}
