'use client';

import { Plus } from 'lucide-react';
import { createParser, parseAsString, parseAsStringLiteral, useQueryStates } from 'nuqs';
import { useMemo, useState } from 'react';
import { ApiFailure } from '../../lib/api/client.ts';
import type { LeaseList, WireHexId } from '../../lib/api/types.ts';
import { etcdctl } from '../../lib/format/commands.ts';
import { formatCount, plural } from '../../lib/format/number.ts';
import { PanelError } from '../keys/panel/panel-error.tsx';
import { PageHeader } from '../shell/page-header.tsx';
import { PinnedNote } from '../shell/pinned-note.tsx';
import { useBindings } from '../shell/use-bindings.ts';
import { useNow } from '../shell/use-live.ts';
import { usePinnedRevision } from '../shell/use-pinned-revision.ts';
import { useStore } from '../shell/use-store.ts';
import { StatusMark } from '../ui/badge.tsx';
import { Button } from '../ui/button.tsx';
import { cn } from '../ui/cn.ts';
import { DataTable, type Sort } from '../ui/data-table.tsx';
import { EmptyState } from '../ui/empty-state.tsx';
import { PanelStates } from '../ui/panel.tsx';
import { SkeletonRows } from '../ui/skeleton.tsx';
import { Splitter } from '../ui/splitter.tsx';
import { GrantDialog } from './grant-dialog.tsx';
import { LEASE_COLUMNS, LeaseRowMenu } from './lease-columns.tsx';
import { LeaseDetail } from './lease-detail.tsx';
import {
  endingSentence,
  filterLeases,
  LEASE_FILTERS,
  type LeaseFilter,
  type LeaseSort,
  sortLeases,
  summarise,
} from './lease-summary.ts';
import { RevokeDialog } from './revoke-dialog.tsx';
import { useLeaseUndo } from './use-lease-undo.ts';
import { useLeases } from './use-leases.ts';

const FILTERS = Object.keys(LEASE_FILTERS) as LeaseFilter[];

const sortParser = createParser<Sort>({
  parse: (text) => {
    const match = /^(-?)(left|granted|keys|id)$/.exec(text);
    return match?.[2] === undefined ? null : { column: match[2], descending: match[1] === '-' };
  },
  serialize: (sort) => `${sort.descending ? '-' : ''}${sort.column}`,
  eq: (a, b) => a.column === b.column && a.descending === b.descending,
}).withDefault({ column: 'left', descending: false });

/** Every lease with its countdown, what is attached to it, and what ends soon in words. */
export function LeasesPage() {
  const store = useStore();
  const { rev } = usePinnedRevision();
  const leases = useLeases(store.id);
  const [{ lease: selectedId, sort, only }, setUrl] = useQueryStates({
    lease: parseAsString,
    sort: sortParser,
    only: parseAsStringLiteral(FILTERS),
  });
  const [isGranting, setGranting] = useState(false);
  const [revoking, setRevoking] = useState<WireHexId | null>(null);
  const undo = useLeaseUndo();
  const rows = useMemo(
    () =>
      sortLeases(filterLeases(leases.data?.leases ?? [], only), {
        column: sort.column as LeaseSort,
        descending: sort.descending,
      }),
    [leases.data, sort, only],
  );
  const selected = leases.data?.leases.find((one) => one.id === selectedId);
  const canWrite = !store.readOnly && rev === null;
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
      run: () => (canWrite && selected !== undefined ? setRevoking(selected.id) : undefined),
    },
    {
      id: 'leases.move',
      keys: ['j', 'k'],
      title: 'Next and previous lease',
      group: 'List',
      run: null,
      inPalette: false,
    },
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
      isEmpty={(data) => data.leases.length === 0}
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
            onSort={(next) => void setUrl({ sort: next })}
            wrapRow={(lease, element) => (
              <LeaseRowMenu key={lease.id} lease={lease} onRevoke={canWrite ? () => setRevoking(lease.id) : null}>
                {element}
              </LeaseRowMenu>
            )}
          />
          <p role="status" className="flex shrink-0 flex-wrap gap-x-3 border-t px-3 py-1 text-fg-3 text-meta">
            {only === null ? null : <span>{plural(rows.length, 'row')} shown of</span>}
            {data.leases.length === data.total
              ? `${plural(data.total, 'lease')}, complete at revision ${formatCount(data.revision)}`
              : `First ${formatCount(data.leases.length)} of ${plural(data.total, 'lease')}`}
            {leases.error === null ? null : <span className="text-bad">not refreshed: {codeOf(leases.error)}</span>}
          </p>
        </>
      )}
    </PanelStates>
  );

  return (
    <>
      <PageHeader title="Leases" meta={<Summary list={leases.data} />}>
        <fieldset className="flex flex-wrap">
          <legend className="sr-only">Show only</legend>
          {FILTERS.map((filter) => (
            <Button
              key={filter}
              size="small"
              variant="ghost"
              aria-pressed={only === filter}
              onClick={() => void setUrl({ only: only === filter ? null : filter })}
            >
              {LEASE_FILTERS[filter]}
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
      {selectedId === null ? (
        <div className="flex min-h-0 flex-1 flex-col bg-surface">{table}</div>
      ) : (
        <Splitter
          label="Resize the list of leases"
          storageKey="leases"
          initial={60}
          className={cn('max-wide:[&>:first-child]:hidden max-wide:[&>[role=separator]]:hidden')}
          first={<div className="flex min-h-0 flex-1 flex-col bg-surface">{table}</div>}
          second={
            selected === undefined ? (
              <Gone id={selectedId} isKnown={leases.data !== undefined} onBack={() => select(null)} />
            ) : (
              <LeaseDetail lease={selected} onBack={() => select(null)} onRevoke={() => setRevoking(selected.id)} />
            )
          }
        />
      )}
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
  const now = useNow(1_000);
  if (list === undefined || now === 0 || list.leases.length === 0) return null;
  const summary = summarise(list.leases, now);
  return (
    <span className="inline-flex flex-wrap items-center gap-x-3">
      {summary.endingLeases === 0 ? (
        <span>{endingSentence(summary)}</span>
      ) : (
        <StatusMark tone="risk" className="whitespace-normal">
          {endingSentence(summary)}
        </StatusMark>
      )}
      {summary.orphans === 0 ? null : <span>{plural(summary.orphans, 'lease')} without keys</span>}
      {summary.total < list.total ? (
        <span>
          counted over {formatCount(summary.total)} of {plural(list.total, 'lease')}
        </span>
      ) : null}
    </span>
  );
}

function Gone({
  id,
  isKnown,
  onBack,
}: {
  readonly id: WireHexId;
  readonly isKnown: boolean;
  readonly onBack: () => void;
}) {
  if (!isKnown) return <SkeletonRows rows={6} />;
  return (
    <EmptyState
      className="bg-surface"
      actions={
        <Button size="small" onClick={onBack}>
          Close
        </Button>
      }
    >
      Lease <span className="mono">{id}</span> has ended or never existed. Its keys are gone; their history tells when.
    </EmptyState>
  );
}
