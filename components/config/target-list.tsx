'use client';

import type { ReactNode } from 'react';
import type { ConfigOverview, ConfigTargetRow } from '../../lib/api/config-types.ts';
import { formatCount, plural } from '../../lib/format/number.ts';
import { PanelError } from '../keys/panel/panel-error.tsx';
import { type Column, DataTable } from '../ui/data-table.tsx';
import { PanelStates } from '../ui/panel.tsx';
import { SkeletonRows } from '../ui/skeleton.tsx';
import type { useConfigOverview } from './use-config.ts';

export interface TargetListProps {
  /** Of what the list is: "Targets", "Flag sets". */
  readonly label: string;
  readonly overview: ReturnType<typeof useConfigOverview>;
  /** Those of the overview that belong here. */
  readonly rows: readonly ConfigTargetRow[] | undefined;
  readonly columns: readonly Column<ConfigTargetRow>[];
  readonly selected: string | null;
  readonly onSelect: (target: string) => void;
  readonly empty: ReactNode;
}

/** Targets in their four states, with how complete the list is. */
export function TargetList({ label, overview, rows, columns, selected, onSelect, empty }: TargetListProps) {
  return (
    <PanelStates
      isLoading={overview.isPending}
      data={rows}
      skeleton={<SkeletonRows rows={8} />}
      error={
        overview.error === null ? undefined : (
          <PanelError
            title={`${label} could not be read`}
            error={overview.error}
            onRetry={() => void overview.refetch()}
          />
        )
      }
      isEmpty={(all) => all.length === 0}
      empty={empty}
    >
      {(all) => (
        <>
          <DataTable
            label={label}
            columns={columns}
            rows={all}
            rowKey={(row) => row.target}
            selected={selected}
            onSelect={(row) => onSelect(row.target)}
          />
          <ConfigFoot overview={overview.data} error={overview.error} />
        </>
      )}
    </PanelStates>
  );
}

/** How complete and how fresh a list of configuration is, and what of it cannot be read. */
export function ConfigFoot({
  overview,
  error,
}: {
  readonly overview: ConfigOverview | undefined;
  readonly error: Error | null;
}) {
  if (overview === undefined) return null;
  return (
    <p role="status" className="flex shrink-0 flex-wrap gap-x-3 border-t px-3 py-1 text-fg-3 text-meta">
      <span>complete at revision {formatCount(overview.revision)}</span>
      {overview.broken.length === 0 ? null : (
        <span className="text-bad" title={overview.broken.map(({ key, problem }) => `${key} ${problem}`).join('\n')}>
          {plural(overview.broken.length, 'key')} cannot be read: {overview.broken[0]?.key}
        </span>
      )}
      {error === null && overview.problem === null ? null : (
        <span className="text-bad">not refreshed: {error?.message ?? overview.problem}</span>
      )}
    </p>
  );
}
