'use client';

import { useQuery } from '@tanstack/react-query';
import { queries } from '../../../lib/api/queries.ts';
import type { KeyMeta, WireBytes } from '../../../lib/api/types.ts';
import { formatBytes, formatCount, plural } from '../../../lib/format/number.ts';
import { displayBytes, wireId } from '../../../lib/keys/wire-bytes.ts';
import { useOnChanges } from '../../shell/use-live.ts';
import { useStore } from '../../shell/use-store.ts';
import { type Column, DataTable } from '../../ui/data-table.tsx';
import { Mark } from '../../ui/marks.tsx';
import { PanelStates } from '../../ui/panel.tsx';
import { SkeletonRows } from '../../ui/skeleton.tsx';
import { PanelError } from '../panel/panel-error.tsx';
import { useThrottled } from '../use-throttled.ts';

/** Matches shown at once; the sentence above says when there are more. */
export const MATCHES_MAX = 500;
const REFRESH_MS = 1_000;

export interface SearchListProps {
  readonly query: string;
  readonly selected: WireBytes | null;
  readonly onOpen: (key: WireBytes) => void;
}

/** Every key that contains the text, in key order, with how much was searched. */
export function SearchList({ query, selected, onOpen }: SearchListProps) {
  const store = useStore();
  const { data, error, isPending, isPlaceholderData, refetch } = useQuery(queries.search(store.id, query, MATCHES_MAX));
  const refresh = useThrottled(REFRESH_MS, () => void refetch());
  useOnChanges((rows) => {
    if (rows.some((row) => row.kind === 'gap' || (row.event.type === 'put') === (row.event.version === '1'))) refresh();
  });
  return (
    <PanelStates
      isLoading={isPending}
      data={data}
      skeleton={<SkeletonRows rows={8} />}
      error={
        error === null ? undefined : (
          <PanelError title="The search failed" error={error} onRetry={() => void refetch()} />
        )
      }
    >
      {(page) => (
        <div className={isPlaceholderData ? 'flex min-h-0 flex-1 flex-col opacity-70' : 'flex min-h-0 flex-1 flex-col'}>
          <p role="status" className="shrink-0 border-b px-3 py-1 text-fg-2 text-meta">
            {page.keys.length < MATCHES_MAX
              ? plural(page.keys.length, 'match', 'matches')
              : `First ${formatCount(MATCHES_MAX)} matches`}
            , searched {formatCount(page.searchedKeys)} of {plural(page.totalKeys, 'key')}
            {page.complete ? ` at revision ${formatCount(page.revision)}` : ', not complete'}
          </p>
          <DataTable
            label="Matching keys"
            columns={columnsFor(page.query)}
            rows={page.keys}
            rowKey={(meta) => wireId(meta.key)}
            selected={selected === null ? null : wireId(selected)}
            onSelect={(meta) => onOpen(meta.key)}
            empty={<p className="px-3 py-2 text-fg-3">No key contains “{page.query}”.</p>}
          />
        </div>
      )}
    </PanelStates>
  );
}

const columnsFor = (query: string): readonly Column<KeyMeta>[] => [
  {
    id: 'key',
    head: 'Key',
    width: 'minmax(8rem, 1fr)',
    cell: (meta) => <Matched text={displayBytes(meta.key)} query={query} />,
  },
  {
    id: 'lease',
    head: <span className="sr-only">Lease</span>,
    width: '0.75rem',
    cell: (meta) => (meta.lease === null ? null : <Mark shape="hourglass" className="size-3 text-lease" />),
  },
  {
    id: 'size',
    head: 'Size',
    width: '3.75rem',
    align: 'right',
    cell: (meta) => <span className="nums text-fg-3 text-meta">{formatBytes(meta.valueBytes)}</span>,
  },
];

/** The end of a long key matters more than its beginning, so what comes before the match gives way first. */
function Matched({ text, query }: { readonly text: string; readonly query: string }) {
  const at = text.toLowerCase().indexOf(query.toLowerCase());
  if (at < 0) return <span className="mono">{text}</span>;
  return (
    <span className="mono" title={text}>
      {text.slice(0, at)}
      <mark className="rounded-mark bg-[color-mix(in_oklab,var(--leader-mark)_35%,transparent)] text-fg">
        {text.slice(at, at + query.length)}
      </mark>
      {text.slice(at + query.length)}
    </span>
  );
}
