'use client';

import { type ReactNode, useMemo, useState } from 'react';
import { COORDINATION_SORTS, type CoordinationGroup, type CoordinationList } from '../../lib/api/coordination-types.ts';
import { formatCount, plural } from '../../lib/format/number.ts';
import { wireId } from '../../lib/keys/wire-bytes.ts';
import { PanelError } from '../keys/panel/panel-error.tsx';
import { FilterField } from '../shell/filter-field.tsx';
import { listMove } from '../shell/list-move.ts';
import { orderOf, orderParam } from '../shell/order-param.ts';
import { PageHeader } from '../shell/page-header.tsx';
import { textParam, withFallback } from '../shell/url-params.ts';
import { useBindings } from '../shell/use-bindings.ts';
import { useCanWrite } from '../shell/use-can-write.ts';
import { usePinnedRevision } from '../shell/use-pinned-revision.ts';
import { useStore } from '../shell/use-store.ts';
import { useUrlStates } from '../shell/use-url-state.ts';
import { type Column, DataTable } from '../ui/data-table.tsx';
import { EmptyState } from '../ui/empty-state.tsx';
import { MasterDetail } from '../ui/master-detail.tsx';
import { PanelStates } from '../ui/panel.tsx';
import { rowsOfPage } from '../ui/row-page.ts';
import { SkeletonRows } from '../ui/skeleton.tsx';
import { useRowPage } from '../ui/use-row-page.ts';
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

const PARAMS = {
  sort: orderParam(COORDINATION_SORTS, 'name'),
  find: withFallback(textParam, ''),
};

/** Locks or elections: the list, and the chosen one beside it. */
export function CoordinationPage({ kind, title, columns, summary, toolbar, empty }: CoordinationPageProps) {
  const store = useStore();
  const { rev } = usePinnedRevision();
  const [{ sort, find }, setUrl] = useUrlStates(PARAMS);
  const { page, onWindow } = useRowPage();
  const query = { kind, sort: sort.column, descending: sort.descending, find, lease: null, ...page };
  const list = useCoordination(store.id, query, rev);
  const rows = useMemo(
    () => rowsOfPage(list.data?.matching ?? 0, list.data?.offset ?? 0, list.data?.groups ?? []),
    [list.data],
  );
  const { selected, select } = useSelected();
  const [isReleasing, setReleasing] = useState(false);
  const chosen = useCoordinationGroup(store.id, { key: selected, rev }).data?.group;
  const canWrite = useCanWrite();
  const words = KIND_WORDS[kind];
  useBindings([
    {
      id: `${kind}.release`,
      keys: 'Delete',
      title: `${words.act} the holder of the chosen ${words.one}`,
      group: 'Page',
      run: () => (canWrite && chosen?.holder != null ? setReleasing(true) : undefined),
    },
    listMove(`${kind}.move`, `Next and previous ${words.one}`),
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
            onSort={(next) => void setUrl({ sort: orderOf(COORDINATION_SORTS, next) })}
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
        <FilterField
          id={`${kind}.filter`}
          title={`Filter the ${words.one}s`}
          by="name or key"
          label={`Filter the ${words.one}s by name or key`}
          value={find}
          onChange={(text) => void setUrl({ find: text })}
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
