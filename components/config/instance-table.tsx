'use client';

import type { ConfigTargetDetail, InstanceView } from '../../lib/api/config-types.ts';
import { agoText } from '../../lib/format/time.ts';
import { useNow } from '../shell/use-live.ts';
import { StatusMark } from '../ui/badge.tsx';
import { type Column, DataTable } from '../ui/data-table.tsx';
import { EmptyState } from '../ui/empty-state.tsx';

/** Who reads the target, what each runs, and how it is. */
export function InstanceTable({ detail }: { readonly detail: ConfigTargetDetail }) {
  const versions = new Map(detail.releases.map(({ releaseId, semver }) => [releaseId, semver]));
  if (detail.instances.length === 0) {
    return (
      <EmptyState>
        No live instance reads this target. Programs appear here when they follow it with the configuration client, or
        report over HTTP.
      </EmptyState>
    );
  }
  const columns: readonly Column<InstanceView>[] = [
    {
      id: 'id',
      head: 'Instance',
      width: 'minmax(9rem, 1fr)',
      cell: ({ report }) => <span className="mono">{report.instanceId}</span>,
    },
    {
      id: 'place',
      head: 'Runs as',
      width: 'minmax(9rem, 1fr)',
      hideBelow: 620,
      cell: ({ report }) => `${report.app} / ${report.env} / ${report.service}`,
    },
    {
      id: 'runs',
      head: 'Version',
      width: '5rem',
      cell: ({ runs }) => <span className="mono">{runs === null ? '' : (versions.get(runs) ?? runs.slice(0, 8))}</span>,
    },
    { id: 'state', head: 'State', width: 'minmax(9rem, 1.4fr)', cell: ({ report }) => <ReportMark report={report} /> },
    {
      id: 'cohort',
      head: 'Cohort',
      width: '8rem',
      hideBelow: 520,
      cell: ({ cohort, cohortReason }) => <span title={cohortReason}>{cohort}</span>,
    },
    {
      id: 'bucket',
      head: 'Bucket',
      unit: '‱',
      width: '5rem',
      align: 'right',
      hideBelow: 760,
      cell: ({ bucket }) => <span className="mono">{bucket}</span>,
    },
    {
      id: 'seen',
      head: 'Reported',
      width: '6rem',
      align: 'right',
      hideBelow: 440,
      cell: ({ seenAt }) => <Ago at={seenAt} />,
    },
  ];
  return <DataTable label="Instances" columns={columns} rows={detail.instances} rowKey={({ key }) => key} />;
}

function ReportMark({ report }: { readonly report: InstanceView['report'] }) {
  const { state, health, error } = report;
  if (state === 'REJECTED') {
    return (
      <StatusMark tone="bad">
        rejected{error === null ? '' : `${error.path === '' ? '' : ` at ${error.path}`}: ${error.message}`}
      </StatusMark>
    );
  }
  if (health !== 'UP') return <StatusMark tone="risk">{health.toLowerCase()}</StatusMark>;
  if (state === 'APPLIED') return <StatusMark tone="good">applied, up</StatusMark>;
  return <StatusMark tone="stale">{state.toLowerCase()}</StatusMark>;
}

function Ago({ at }: { readonly at: number }) {
  const now = useNow(1_000);
  return (
    <span className="mono" suppressHydrationWarning>
      {now === 0 ? '' : agoText(at, now)}
    </span>
  );
}
