'use client';

import { useQuery } from '@tanstack/react-query';
import { useState } from 'react';
import { configApi, configQueries } from '../../lib/api/config-client.ts';
import type { ConfigTargetDetail, ReleaseSummary } from '../../lib/api/config-types.ts';
import { semanticDiff } from '../../lib/config/diff.ts';
import { formatBytes } from '../../lib/format/number.ts';
import { momentText } from '../../lib/format/time.ts';
import { FailureLine } from '../keys/edit/edit-view.tsx';
import { newId } from '../keys/edit/new-id.ts';
import { PanelError } from '../keys/panel/panel-error.tsx';
import { useNow } from '../shell/use-live.ts';
import { useStore } from '../shell/use-store.ts';
import { Badge } from '../ui/badge.tsx';
import { Button } from '../ui/button.tsx';
import { type Column, DataTable } from '../ui/data-table.tsx';
import { EmptyState } from '../ui/empty-state.tsx';
import { SkeletonRows } from '../ui/skeleton.tsx';
import { toasts } from '../ui/toast-store.ts';
import { ChangeList } from './change-list.tsx';
import { RolloutDialog } from './rollout-dialog.tsx';
import { byOf, useAuthor } from './use-config.ts';

/** Every release there was; the chosen one compared with what is live, rolled out, or served again at once. */
export function ReleaseTable({
  detail,
  canWrite,
}: {
  readonly detail: ConfigTargetDetail;
  readonly canWrite: boolean;
}) {
  const [chosen, setChosen] = useState<string | null>(null);
  const [rolling, setRolling] = useState<string | null>(null);
  const { stable, candidate, previous } = detail.assignment;
  if (detail.releases.length === 0) return <EmptyState>Nothing has been published yet.</EmptyState>;
  const columns: readonly Column<ReleaseSummary>[] = [
    { id: 'semver', head: 'Version', width: '5.5rem', cell: ({ semver }) => <span className="mono">{semver}</span> },
    {
      id: 'is',
      head: 'Is',
      width: '7rem',
      cell: ({ releaseId }) =>
        releaseId === stable ? (
          <Badge tone="good">live</Badge>
        ) : releaseId === candidate ? (
          <Badge tone="accent">canary</Badge>
        ) : releaseId === previous ? (
          <Badge>before</Badge>
        ) : null,
    },
    { id: 'author', head: 'By', width: '7rem', hideBelow: 420, cell: ({ author }) => author },
    { id: 'at', head: 'Published', width: '9rem', hideBelow: 520, cell: ({ createdAt }) => <Moment at={createdAt} /> },
    {
      id: 'size',
      head: 'Size',
      width: '5rem',
      align: 'right',
      hideBelow: 640,
      cell: ({ bytes }) => <span className="mono">{formatBytes(bytes)}</span>,
    },
    {
      id: 'note',
      head: 'Why',
      width: 'minmax(8rem, 1fr)',
      cell: ({ note }) => <span className="text-fg-2">{note}</span>,
    },
  ];
  return (
    <div className="flex min-h-0 flex-1 flex-col">
      <DataTable
        label="Releases"
        columns={columns}
        rows={detail.releases}
        rowKey={({ releaseId }) => releaseId}
        selected={chosen}
        onSelect={({ releaseId }) => setChosen(releaseId)}
      />
      {chosen === null ? (
        <p className="shrink-0 border-t px-3 py-1 text-fg-3 text-meta">
          Choose a release to compare it with what is live.
        </p>
      ) : (
        <Compare
          key={chosen}
          detail={detail}
          releaseId={chosen}
          canWrite={canWrite}
          onRoll={() => setRolling(chosen)}
        />
      )}
      <RolloutDialog detail={detail} releaseId={rolling} onClose={() => setRolling(null)} />
    </div>
  );
}

function Moment({ at }: { readonly at: number }) {
  const now = useNow(60_000);
  return (
    <span className="mono" suppressHydrationWarning>
      {now === 0 ? '' : momentText(at, now)}
    </span>
  );
}

interface CompareProps {
  readonly detail: ConfigTargetDetail;
  readonly releaseId: string;
  readonly canWrite: boolean;
  readonly onRoll: () => void;
}

function Compare({ detail, releaseId, canWrite, onRoll }: CompareProps) {
  const store = useStore();
  const author = useAuthor();
  const { target } = detail.document;
  const [failure, setFailure] = useState<unknown>(null);
  const query = useQuery(configQueries.release(store.id, target, releaseId));
  const isLive = detail.assignment.stable === releaseId;
  const isFree = detail.assignment.candidate === null;
  const serve = async (): Promise<void> => {
    setFailure(null);
    try {
      await configApi.point(store.id, {
        target,
        releaseId,
        expectGeneration: detail.assignment.generation,
        idempotencyKey: newId(),
        ...byOf(author.by),
      });
      toasts.add({ tone: 'good', text: `${query.data?.semver ?? 'It'} is served to everybody.` });
    } catch (error) {
      setFailure(error);
    }
  };
  if (query.data === undefined)
    return query.error === null ? (
      <SkeletonRows rows={3} />
    ) : (
      <PanelError title="The release could not be read" error={query.error} onRetry={() => void query.refetch()} />
    );
  return (
    <section
      aria-label={`Release ${query.data.semver}`}
      className="flex max-h-[50%] shrink-0 flex-col gap-2 overflow-auto border-t p-3"
    >
      <div className="flex flex-wrap items-center gap-2">
        <h3 className="flex-1 font-semibold">
          {isLive ? `${query.data.semver} is live` : `From what is live to ${query.data.semver}`}{' '}
          <span className="mono font-normal text-fg-3 text-meta">{releaseId}</span>
        </h3>
        {canWrite && !isLive && isFree ? (
          <>
            <Button size="small" onClick={() => void serve()}>
              Serve to everybody now
            </Button>
            <Button variant="primary" size="small" onClick={onRoll}>
              Roll out…
            </Button>
          </>
        ) : null}
      </div>
      {failure === null ? null : <FailureLine failure={failure} />}
      {isLive ? null : (
        <ChangeList
          changes={semanticDiff(detail.live?.content ?? {}, query.data.content)}
          label="Changes to what is live"
        />
      )}
    </section>
  );
}
