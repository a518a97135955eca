'use client';

import { Plus } from 'lucide-react';
import { useMemo, useState } from 'react';
import { ApiFailure } from '../../lib/api/call.ts';
import { LEASE_FILTERS, LEASE_SORTS, type LeaseList } from '../../lib/api/lease-types.ts';
import type { WireHexId } from '../../lib/api/types.ts';
import { etcdctl } from '../../lib/format/commands.ts';
import { formatCount, plural } from '../../lib/format/number.ts';
import { LeaseCalendar } from '../charts/lease-calendar.tsx';
import { PanelError } from '../keys/panel/panel-error.tsx';
import { FilterField } from '../shell/filter-field.tsx';
import { listMove } from '../shell/list-move.ts';
import { orderOf, orderParam } from '../shell/order-param.ts';
import { PageHeader } from '../shell/page-header.tsx';
import { PinnedNote } from '../shell/pinned-note.tsx';
import { oneOf, textParam, withFallback } from '../shell/url-params.ts';
import { useBindings } from '../shell/use-bindings.ts';
import { useCanWrite } from '../shell/use-can-write.ts';
import { useStore } from '../shell/use-store.ts';
import { useUrlStates } from '../shell/use-url-state.ts';
import { StatusMark } from '../ui/badge.tsx';
import { Button } from '../ui/button.tsx';
import { DataTable } from '../ui/data-table.tsx';
import { EmptyState } from '../ui/empty-state.tsx';
import { MasterDetail } from '../ui/master-detail.tsx';
import { PanelStates } from '../ui/panel.tsx';
import { rowsOfPage } from '../ui/row-page.ts';
import { SkeletonRows } from '../ui/skeleton.tsx';
import { useRowPage } from '../ui/use-row-page.ts';
import { GrantDialog } from './grant-dialog.tsx';
import { LEASE_COLUMNS, LeaseRowMenu } from './lease-columns.tsx';
import { LeaseDetail } from './lease-detail.tsx';
import { endingOf, endingSentence, FILTER_WORDS, knownText } from './lease-summary.ts';
import { RevokeDialog } from './revoke-dialog.tsx';
import { useLeaseUndo } from './use-lease-undo.ts';
import { useLeases } from './use-leases.ts';

const PARAMS = {
  lease: textParam,
  sort: orderParam(LEASE_SORTS, 'left'),
  only: oneOf(LEASE_FILTERS),
  find: withFallback(textParam, ''),
};

/** Every lease with its countdown, what is attached to it, and what ends soon in words. */
export function LeasesPage() {
  const store = useStore();
  const [{ lease: selectedId, sort, only, find }, setUrl] = useUrlStates(PARAMS);
  const { page, onWindow } = useRowPage();
  const leases = useLeases(store.id, { sort: sort.column, descending: sort.descending, only, find, ...page });
  const [isGranting, setGranting] = useState(false);
  const [revoking, setRevoking] = useState<WireHexId | null>(null);
  const undo = useLeaseUndo();
  const rows = useMemo(
    () => rowsOfPage(leases.data?.matching ?? 0, leases.data?.offset ?? 0, leases.data?.leases ?? []),
    [leases.data],
  );
  const canWrite = useCanWrite();
  const select = (id: WireHexId | null): void => void setUrl({ lease: id }, { history: 'push' });
  useBindings([
    {
      id: 'leases.grant',
      keys: 'n',
      title: 'Grant a lease',
      group: 'Page',
      run: () => (canWrite ? setGranting(true) : undefined),
    },
    {
      id: 'leases.revoke',
      keys: 'Delete',
      title: 'Revoke the chosen lease',
      group: 'Page',
      run: () => (canWrite && selectedId !== null ? setRevoking(selectedId) : undefined),
    },
    listMove('leases.move', 'Next and previous lease'),
  ]);

  const table = (
    <PanelStates
      isLoading={leases.isPending}
      data={leases.data}
      skeleton={<SkeletonRows rows={10} />}
      error={
        leases.error === null ? undefined : (
          <PanelError title="The leases could not be read" error={leases.error} onRetry={() => void leases.refetch()} />
        )
      }
      isEmpty={(data) => data.total === 0}
      empty={
        <EmptyState
          command={`${etcdctl(store.endpoints, ['lease'])} grant 60`}
          actions={
            canWrite ? (
              <Button size="small" onClick={() => setGranting(true)}>
                Grant a lease
              </Button>
            ) : undefined
          }
        >
          No lease is granted. A lease lets keys disappear with the client that holds them: locks, elections and service
          registrations use one each.
        </EmptyState>
      }
    >
      {(data) => (
        <>
          <DataTable
            label="Leases"
            columns={LEASE_COLUMNS}
            rows={rows}
            rowKey={(lease) => lease.id}
            selected={selectedId}
            onSelect={(lease) => select(lease.id)}
            sort={sort}
            onSort={(next) => void setUrl({ sort: orderOf(LEASE_SORTS, next) })}
            onWindow={onWindow}
            empty={<span className="block p-3 text-fg-3">No lease fits the filter.</span>}
            wrapRow={(lease, element) => (
              <LeaseRowMenu key={lease.id} lease={lease} onRevoke={canWrite ? () => setRevoking(lease.id) : null}>
                {element}
              </LeaseRowMenu>
            )}
          />
          <p role="status" className="flex shrink-0 flex-wrap gap-x-3 border-t px-3 py-1 text-fg-3 text-meta">
            <span>
              {data.matching === data.total ? '' : `${formatCount(data.matching)} shown of `}
              {plural(data.total, 'lease')}, complete at revision {formatCount(data.revision)}
            </span>
            <span>{knownText(data)}</span>
            {leases.error === null ? null : <span className="text-bad">not refreshed: {codeOf(leases.error)}</span>}
          </p>
        </>
      )}
    </PanelStates>
  );

  return (
    <>
      <PageHeader title="Leases" meta={<Summary list={leases.data} />}>
        <FilterField
          id="leases.filter"
          title="Filter by id or key"
          by="id or key"
          label="Filter by id or key"
          value={find}
          onChange={(text) => void setUrl({ find: text })}
        />
        <fieldset className="flex flex-wrap">
          <legend className="sr-only">Show only</legend>
          {LEASE_FILTERS.map((filter) => (
            <Button
              key={filter}
              size="small"
              variant="ghost"
              aria-pressed={only === filter}
              onClick={() => void setUrl({ only: only === filter ? null : filter })}
            >
              {FILTER_WORDS[filter]}
            </Button>
          ))}
        </fieldset>
        {canWrite ? (
          <Button variant="primary" onClick={() => setGranting(true)}>
            <Plus aria-hidden="true" />
            Grant lease
          </Button>
        ) : null}
      </PageHeader>
      <PinnedNote shows="The list of leases" />
      <Calendar list={leases.data} />
      <MasterDetail
        title="Leases"
        initial={60}
        list={table}
        detail={
          selectedId === null ? null : (
            <LeaseDetail
              key={selectedId}
              id={selectedId}
              onBack={() => select(null)}
              onRevoke={canWrite ? () => setRevoking(selectedId) : null}
            />
          )
        }
      />
      <GrantDialog
        isOpen={isGranting}
        onClose={() => setGranting(false)}
        onGranted={(lease) => {
          undo.granted(lease);
          select(lease.id);
        }}
      />
      <RevokeDialog id={revoking} onClose={() => setRevoking(null)} onRevoked={undo.revoked} />
    </>
  );
}

const codeOf = (error: Error): string => (error instanceof ApiFailure ? error.code : error.message);

function Summary({ list }: { readonly list: LeaseList | undefined }) {
  if (list === undefined || list.total === 0) return null;
  return (
    <span className="inline-flex flex-wrap items-center gap-x-3">
      <span>{plural(list.total, 'lease')}</span>
      {list.overdue === 0 ? null : <StatusMark tone="risk">{formatCount(list.overdue)} overdue</StatusMark>}
      {list.keyless === 0 ? null : <span>{formatCount(list.keyless)} without keys</span>}
    </span>
  );
}

/** What disappears in the next minute: the sentence, then the seconds as bars. */
function Calendar({ list }: { readonly list: LeaseList | undefined }) {
  if (list === undefined || list.total === 0) return null;
  const ending = endingOf(list);
  const sentence = endingSentence(ending);
  return (
    <section
      aria-label="What disappears in the next 60 s"
      className="flex shrink-0 flex-wrap items-center gap-x-4 gap-y-1 border-b bg-surface px-3 py-2"
    >
      <p className="w-96 max-w-full shrink-0">
        {ending.unkeptLeases === 0 ? (
          sentence
        ) : (
          <StatusMark tone="risk" className="items-baseline whitespace-normal!">
            {sentence}
          </StatusMark>
        )}
      </p>
      {ending.leases === 0 ? null : <LeaseCalendar seconds={list.calendar} label={sentence} />}
    </section>
  );
}
