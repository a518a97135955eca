'use client';

import { useQuery } from '@tanstack/react-query';
import { useRouter } from 'next/navigation';
import { useState } from 'react';
import { queries } from '../../lib/api/queries.ts';
import type { StoreOverview } from '../../lib/api/store-overview.ts';
import { PanelError } from '../keys/panel/panel-error.tsx';
import { listMove } from '../shell/list-move.ts';
import { PageHeader } from '../shell/page-header.tsx';
import { StoreSwatch } from '../shell/store-swatch.tsx';
import { useBindings } from '../shell/use-bindings.ts';
import { StatusMark } from '../ui/badge.tsx';
import { type Column, DataTable } from '../ui/data-table.tsx';
import { Link } from '../ui/link.tsx';
import { PanelStates } from '../ui/panel.tsx';
import { SkeletonRows } from '../ui/skeleton.tsx';
import { Tooltip } from '../ui/tooltip.tsx';
import { membersWord, storesHeadline, storeWord } from './store-words.ts';

/** The overview of a store; one that demands users asks for them there. */
const overviewOf = (id: string): string => `/?store=${encodeURIComponent(id)}`;

/** How each store of this console is, a line each. */
export function StoresPage() {
  const query = useQuery(queries.storesHealth());
  const router = useRouter();
  const [selected, select] = useState<string | null>(null);
  useBindings([listMove('stores.move', 'Next and previous store')]);
  return (
    <>
      <PageHeader
        title="Stores"
        meta={query.data === undefined ? null : <span role="status">{storesHeadline(query.data)}</span>}
      />
      <div className="flex min-h-0 flex-1 flex-col bg-surface">
        <PanelStates
          isLoading={query.isPending}
          data={query.data}
          skeleton={<SkeletonRows rows={3} />}
          error={
            query.error === null ? undefined : (
              <PanelError
                title="The stores could not be read"
                error={query.error}
                onRetry={() => void query.refetch()}
              />
            )
          }
        >
          {(stores) => (
            <>
              {query.error === null ? null : (
                <p className="border-b px-3 py-1 text-risk text-meta">
                  The console does not answer: what stands here is old.
                </p>
              )}
              <DataTable
                label="Stores"
                columns={COLUMNS}
                rows={stores}
                rowKey={({ store }) => store.id}
                selected={selected}
                onSelect={({ store }) => select(store.id)}
                onOpen={({ store }) => router.push(overviewOf(store.id))}
                className={query.error === null ? '' : 'greyed'}
              />
            </>
          )}
        </PanelStates>
      </div>
    </>
  );
}

const COLUMNS: readonly Column<StoreOverview>[] = [
  {
    id: 'store',
    head: 'Store',
    width: 'minmax(7rem, 1fr)',
    cell: ({ store }) => (
      <Link
        href={overviewOf(store.id)}
        className="flex min-w-0 items-center gap-2 rounded-mark font-medium hover:underline"
        title={store.endpoints.join(', ')}
      >
        <StoreSwatch colour={store.colour} />
        <span className="truncate">{store.label}</span>
      </Link>
    ),
  },
  {
    id: 'state',
    head: 'State',
    width: 'minmax(9rem, 3fr)',
    cell: (row) => <State row={row} />,
  },
  {
    id: 'leader',
    head: 'Leader',
    width: '5rem',
    cell: ({ detail, state }) =>
      state !== 'answers' || detail === null ? (
        ''
      ) : detail.leader === null ? (
        <StatusMark tone="bad">none</StatusMark>
      ) : (
        <StatusMark tone="leader">{detail.leader}</StatusMark>
      ),
  },
  {
    id: 'members',
    head: 'Answer',
    unit: 'members',
    width: '7.5rem',
    align: 'right',
    cell: (row) => <span className="mono">{membersWord(row)}</span>,
  },
  {
    id: 'survives',
    head: 'Survives',
    unit: 'failures',
    width: '8rem',
    align: 'right',
    hideBelow: 1000,
    cell: ({ detail, state }) => (
      <span className="mono">
        {state !== 'answers' || detail === null ? '' : detail.quorum.survives < 0 ? 'lost' : detail.quorum.survives}
      </span>
    ),
  },
  {
    id: 'version',
    head: 'Version',
    width: '5.5rem',
    hideBelow: 1100,
    cell: ({ detail }) => <span className="mono truncate">{detail?.versions.join(', ')}</span>,
  },
  {
    id: 'access',
    head: 'You',
    width: '7rem',
    hideBelow: 750,
    cell: ({ store, state }) =>
      store.access.mode === 'signIn' ? (
        <Link
          href={overviewOf(store.id)}
          aria-label={`Sign in to ${store.label}`}
          className="text-accent hover:underline"
        >
          Sign in
        </Link>
      ) : (
        <span className="truncate text-fg-2">
          {store.access.mode === 'user' ? store.access.user : state === 'answers' ? 'no sign-in' : ''}
        </span>
      ),
  },
  {
    id: 'writes',
    head: 'Writes',
    width: '6rem',
    hideBelow: 640,
    cell: ({ store }) => <span className="text-fg-2">{store.readOnly ? 'read-only' : 'allowed'}</span>,
  },
];

function State({ row }: { readonly row: StoreOverview }) {
  const { tone, text, more } = storeWord(row);
  const mark = (
    <StatusMark tone={tone} className="min-w-0 max-w-full [&>span]:truncate">
      {text}
    </StatusMark>
  );
  return more === null ? mark : <Tooltip content={more}>{mark}</Tooltip>;
}
