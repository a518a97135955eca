'use client';

import type { ReactNode } from 'react';
import type { WireBytes, WireInt } from '../../lib/api/types.ts';
import { formatCount, plural } from '../../lib/format/number.ts';
import { displayBytes } from '../../lib/keys/wire-bytes.ts';
import { PanelError } from '../keys/panel/panel-error.tsx';
import { Button } from '../ui/button.tsx';
import { type Column, DataTable } from '../ui/data-table.tsx';
import { EmptyState } from '../ui/empty-state.tsx';
import { PanelStates } from '../ui/panel.tsx';
import { SkeletonRows } from '../ui/skeleton.tsx';

/** What was asked of the console, as far as the list needs it. */
interface Asked {
  readonly isPending: boolean;
  readonly error: Error | null;
  readonly refetch: () => unknown;
  readonly data: { readonly total: number; readonly revision: WireInt } | undefined;
}

export interface FoundListProps<Row> {
  /** Names the grid: "Services". */
  readonly label: string;
  /** One of them, for counting. */
  readonly noun: string;
  readonly asked: Asked;
  /** Those shown, and how many there are besides what is filtered out here. */
  readonly rows: readonly Row[] | undefined;
  readonly received: number;
  readonly columns: readonly Column<Row>[];
  readonly rowKey: (row: Row) => string;
  readonly selected: string | null;
  readonly onSelect: (row: Row) => void;
  /** What is said when nothing is recognised. */
  readonly empty: ReactNode;
}

/** What is recognised among the keys, in its four states, with how complete the list is. */
export function FoundList<Row>({ label, noun, asked, rows, received, empty, ...table }: FoundListProps<Row>) {
  return (
    <PanelStates
      isLoading={asked.isPending}
      data={rows}
      skeleton={<SkeletonRows rows={8} />}
      error={
        asked.error === null ? undefined : (
          <PanelError title={`${label} could not be read`} error={asked.error} onRetry={() => void asked.refetch()} />
        )
      }
      isEmpty={(found) => found.length === 0}
      empty={<EmptyState command="npm run sample">{empty}</EmptyState>}
    >
      {(found) => (
        <>
          <DataTable label={label} rows={found} {...table} />
          <p role="status" className="shrink-0 border-t px-3 py-1 text-fg-3 text-meta">
            {asked.data === undefined ? '' : reach({ ...asked.data, received, noun })}
          </p>
        </>
      )}
    </PanelStates>
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

export interface NotFoundProps {
  /** "No service is recognised". */
  readonly what: string;
  readonly name: WireBytes;
  readonly onClose: () => void;
}

/** In place of the detail of something that is not there now. */
export const NotFound = ({ what, name, onClose }: NotFoundProps) => (
  <EmptyState
    className="flex-1 bg-surface"
    actions={
      <Button size="small" onClick={onClose}>
        Close
      </Button>
    }
  >
    {what} at <span className="mono">{displayBytes(name)}</span> now.
  </EmptyState>
);
