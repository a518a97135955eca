'use client';

import { type ReactNode, useState } from 'react';
import type { CoordinationGroup, CoordinationList } from '../../lib/api/coordination-types.ts';
import { formatCount, plural } from '../../lib/format/number.ts';
import { wireId } from '../../lib/keys/wire-bytes.ts';
import { PanelError } from '../keys/panel/panel-error.tsx';
import { PageHeader } from '../shell/page-header.tsx';
import { useBindings } from '../shell/use-bindings.ts';
import { useNow } from '../shell/use-live.ts';
import { usePinnedRevision } from '../shell/use-pinned-revision.ts';
import { useStore } from '../shell/use-store.ts';
import { type Column, DataTable } from '../ui/data-table.tsx';
import { EmptyState } from '../ui/empty-state.tsx';
import { PanelStates } from '../ui/panel.tsx';
import { SkeletonRows } from '../ui/skeleton.tsx';
import { GroupDetail } from './group-detail.tsx';
import { MasterDetail } from './master-detail.tsx';
import { MomentContext } from './moment.ts';
import { ReleaseDialog } from './release-dialog.tsx';
import { useCoordination, useKind } from './use-coordination.ts';
import { useSelected } from './use-selected.ts';
import { KIND_WORDS, type Kind } from './words.ts';

export interface CoordinationPageProps {
  readonly kind: Kind;
  readonly title: string;
  readonly columns: readonly Column<CoordinationGroup>[];
  /** Beside the title, in words. */
  readonly summary: (groups: readonly CoordinationGroup[], now: number) => string;
  /** At the right of the title. */
  readonly toolbar?: ReactNode;
  /** One sentence for when there is none, and the command that would make one. */
  readonly empty: { readonly sentence: string; readonly command: string };
}

/** Locks or elections: the list, and the chosen one beside it. */
export function CoordinationPage({ kind, title, columns, summary, toolbar, empty }: CoordinationPageProps) {
  const store = useStore();
  const { rev } = usePinnedRevision();
  const list = useCoordination(store.id, rev);
  const groups = useKind(list.data, kind);
  const { selected, select } = useSelected();
  const [isReleasing, setReleasing] = useState(false);
  const chosen = selected === null ? undefined : groups?.find((group) => wireId(group.id) === wireId(selected));
  const canWrite = !store.readOnly && rev === null;
  const words = KIND_WORDS[kind];
  const now = useNow(1_000);
  useBindings([
    {
      id: `${kind}.release`,
      keys: 'Delete',
      title: `${words.act} the holder of the chosen ${words.one}`,
      group: 'Page',
      run: () => (canWrite && chosen?.holder != null ? setReleasing(true) : undefined),
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
      data={groups}
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
      isEmpty={(rows) => rows.length === 0}
      empty={
        <EmptyState command={empty.command}>
          {empty.sentence}
          {rev === null ? '' : ` This is how it was at revision ${formatCount(rev)}.`}
        </EmptyState>
      }
    >
      {(rows) => (
        <>
          <DataTable
            label={title}
            columns={columns}
            rows={rows}
            rowKey={(group) => wireId(group.id)}
            selected={selected === null ? null : wireId(selected)}
            onSelect={(group) => select(group.id)}
          />
          <Completeness list={list.data} shown={rows.length} kind={kind} error={list.error} />
        </>
      )}
    </PanelStates>
  );
  return (
    <MomentContext value={rev === null ? null : (list.data?.at ?? 0)}>
      <PageHeader title={title} meta={groups === undefined || now === 0 ? null : summary(groups, now)}>
        {toolbar}
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
  shown,
  kind,
  error,
}: {
  readonly list: CoordinationList | undefined;
  readonly shown: number;
  readonly kind: Kind;
  readonly error: Error | null;
}) {
  if (list === undefined) return null;
  const isAll = list.groups.length === list.total;
  return (
    <p role="status" className="flex shrink-0 flex-wrap gap-x-3 border-t px-3 py-1 text-fg-3 text-meta">
      {isAll
        ? `${plural(shown, KIND_WORDS[kind].one)}, complete at revision ${formatCount(list.revision)}`
        : `${plural(shown, KIND_WORDS[kind].one)} among the first ${formatCount(list.groups.length)} of ${formatCount(list.total)} locks and elections`}
      {error === null ? null : <span className="text-bad">not refreshed: {error.message}</span>}
    </p>
  );
}
