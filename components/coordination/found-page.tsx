'use client';

import type { ReactNode } from 'react';
import type { WireBytes, WireInt } from '../../lib/api/types.ts';
import { formatCount, plural } from '../../lib/format/number.ts';
import { displayBytes } from '../../lib/keys/wire-bytes.ts';
import { PanelError } from '../keys/panel/panel-error.tsx';
import { listMove } from '../shell/list-move.ts';
import { PageHeader } from '../shell/page-header.tsx';
import { useBindings } from '../shell/use-bindings.ts';
import { usePinnedRevision } from '../shell/use-pinned-revision.ts';
import { type Column, DataTable } from '../ui/data-table.tsx';
import { EmptyState } from '../ui/empty-state.tsx';
import { GoneDetail } from '../ui/gone-detail.tsx';
import { MasterDetail } from '../ui/master-detail.tsx';
import { PanelStates } from '../ui/panel.tsx';
import { SkeletonRows } from '../ui/skeleton.tsx';
import { MomentContext } from './moment.ts';

/** What was asked of the console, as far as the page needs it. */
interface Asked {
  readonly isPending: boolean;
  readonly error: Error | null;
  readonly refetch: () => unknown;
  readonly data: { readonly total: number; readonly revision: WireInt; readonly at: number | null } | undefined;
}

export interface FoundPageProps<Row> {
  /** "Services". */
  readonly title: string;
  /** One of them, for counting. */
  readonly noun: string;
  /** Beside the title. */
  readonly meta: string | null;
  /** At the right of the title. */
  readonly toolbar?: ReactNode;
  readonly asked: Asked;
  /** Those shown, and how many there are besides what is filtered out here. */
  readonly rows: readonly Row[] | undefined;
  readonly received: number;
  readonly columns: readonly Column<Row>[];
  readonly rowKey: (row: Row) => string;
  /** What is said when nothing is recognised. */
  readonly empty: string;
  /** The chosen name, and what goes by it. */
  readonly name: WireBytes | null;
  readonly chosen: Row | undefined;
  /** Where nothing goes by it now: "No service is recognised". */
  readonly missing: string;
  readonly onSelect: (row: Row) => void;
  readonly onClose: () => void;
  readonly detail: (row: Row) => ReactNode;
}

/** What is recognised among the keys, in its four states, with how complete the list is; the chosen one beside. */
export function FoundPage<Row>({ title, noun, asked, rows, received, name, chosen, ...props }: FoundPageProps<Row>) {
  const { rev } = usePinnedRevision();
  useBindings([listMove(`${noun}s.move`, `Next and previous ${noun}`)]);
  const list = (
    <PanelStates
      isLoading={asked.isPending}
      data={rows}
      skeleton={<SkeletonRows rows={8} />}
      error={
        asked.error === null ? undefined : (
          <PanelError title={`${title} could not be read`} error={asked.error} onRetry={() => void asked.refetch()} />
        )
      }
      isEmpty={(found) => found.length === 0}
      empty={<EmptyState command="npm run sample">{props.empty}</EmptyState>}
    >
      {(found) => (
        <>
          <DataTable
            label={title}
            columns={props.columns}
            rows={found}
            rowKey={props.rowKey}
            selected={chosen === undefined ? null : props.rowKey(chosen)}
            onSelect={props.onSelect}
          />
          <p role="status" className="shrink-0 border-t px-3 py-1 text-fg-3 text-meta">
            {asked.data === undefined ? '' : reach({ ...asked.data, received, noun })}
          </p>
        </>
      )}
    </PanelStates>
  );
  return (
    <MomentContext value={rev === null ? null : (asked.data?.at ?? 0)}>
      <PageHeader title={title} meta={props.meta}>
        {props.toolbar}
      </PageHeader>
      <MasterDetail
        title={title}
        list={list}
        detail={
          name === null ? null : chosen === undefined ? (
            <GoneDetail onClose={props.onClose}>
              {props.missing} at <span className="mono">{displayBytes(name)}</span> now.
            </GoneDetail>
          ) : (
            props.detail(chosen)
          )
        }
      />
    </MomentContext>
  );
}

interface Reach {
  readonly total: number;
  readonly received: number;
  readonly revision: WireInt;
  readonly noun: string;
}

const reach = ({ total, received, revision, noun }: Reach): string =>
  received === total
    ? `${plural(total, noun)}, complete at revision ${formatCount(revision)}`
    : `First ${formatCount(received)} of ${plural(total, noun)}`;
