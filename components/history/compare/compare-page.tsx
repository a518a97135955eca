'use client';

import { useQuery } from '@tanstack/react-query';
import { ArrowLeftRight, RotateCcw, RotateCw } from 'lucide-react';
import { useState } from 'react';
import type { PrefixDiff } from '../../../lib/api/bulk-types.ts';
import { queries } from '../../../lib/api/queries.ts';
import type { WireInt } from '../../../lib/api/types.ts';
import { formatCount } from '../../../lib/format/number.ts';
import { displayBytes, wireId } from '../../../lib/keys/wire-bytes.ts';
import { PanelError } from '../../keys/panel/panel-error.tsx';
import { listMove } from '../../shell/list-move.ts';
import { PageHeader } from '../../shell/page-header.tsx';
import { textParam } from '../../shell/url-params.ts';
import { useBindings } from '../../shell/use-bindings.ts';
import { useRevision } from '../../shell/use-live.ts';
import { revisionParam, usePinnedRevision } from '../../shell/use-pinned-revision.ts';
import { useStore } from '../../shell/use-store.ts';
import { useUrlStates } from '../../shell/use-url-state.ts';
import { StatusMark } from '../../ui/badge.tsx';
import { Button, IconButton } from '../../ui/button.tsx';
import { EmptyState } from '../../ui/empty-state.tsx';
import { PanelStates } from '../../ui/panel.tsx';
import { SkeletonRows } from '../../ui/skeleton.tsx';
import { Splitter } from '../../ui/splitter.tsx';
import { BulkDialog, type BulkDraft } from '../bulk/bulk-dialog.tsx';
import { PrefixField } from '../prefix-field.tsx';
import { paramOf, wireParam } from '../wire-param.ts';
import { type ComparedKey, CompareRows } from './compare-rows.tsx';
import { CompareValue } from './compare-value.tsx';
import { RevisionField } from './revision-field.tsx';

const PARAMS = {
  from: revisionParam,
  to: revisionParam,
  prefix: textParam,
  prefix64: textParam,
  key: textParam,
  key64: textParam,
};

/** Two revisions side by side: what came, went and changed under a prefix, and the way back to the older one. */
export function ComparePage() {
  const store = useStore();
  const current = useRevision()?.value ?? null;
  const { rev, unpin } = usePinnedRevision();
  const [url, setUrl] = useUrlStates(PARAMS, { history: 'push' });
  const prefix = wireParam(url.prefix, url.prefix64) ?? '';
  const selected = wireParam(url.key, url.key64);
  // Coming from a pinned page, that revision is what one wants to compare.
  const from = url.from ?? rev ?? oldestOf(current);
  const { to } = url;
  const [draft, setDraft] = useState<BulkDraft | null>(null);
  const canRestore = !store.readOnly && from !== null;
  const swap = (): void => {
    if (from !== null) void setUrl({ from: to ?? current?.current ?? null, to: from });
  };
  const restore = (): void => {
    if (!canRestore) return;
    // Restoring happens in the present.
    if (rev !== null) unpin();
    setDraft({ kind: 'restore', revision: from, prefix });
  };
  useBindings([
    { id: 'compare.swap', keys: 's', title: 'Swap the two revisions', group: 'Page', run: swap },
    { id: 'compare.restore', keys: 'r', title: 'Restore to the first revision', group: 'Page', run: restore },
    listMove('compare.move', 'Next and previous key'),
  ]);
  const choose = (row: ComparedKey | null): void =>
    void setUrl(paramOf('key', row?.key ?? null), { history: 'replace' });
  return (
    <>
      <PageHeader title="Compare" meta={to === null ? 'with the present' : 'two revisions'}>
        <PrefixField
          label="Compared under this prefix"
          value={prefix}
          onChange={(next) => void setUrl({ ...paramOf('prefix', next), key: null, key64: null })}
        />
        <RevisionField label="From revision" value={from} onChange={(next) => void setUrl({ from: next })} />
        <IconButton label="Swap the two revisions" shortcut="s" onClick={swap}>
          <ArrowLeftRight aria-hidden="true" />
        </IconButton>
        <RevisionField label="To revision" value={to} empty="now" onChange={(next) => void setUrl({ to: next })} />
        {canRestore ? (
          <Button onClick={restore}>
            <RotateCcw aria-hidden="true" />
            Restore to {formatCount(from)}…
          </Button>
        ) : null}
      </PageHeader>
      {from === null ? (
        <SkeletonRows rows={8} />
      ) : (
        <Compared key={wireId(prefix)} query={{ prefix, from, to }} selected={selected} onSelect={choose} />
      )}
      <BulkDialog
        draft={draft}
        title={`Restore ${prefix === '' ? 'every key' : displayBytes(prefix)} to revision ${from === null ? '' : formatCount(from)}`}
        verb="Restore"
        onClose={() => setDraft(null)}
      />
    </>
  );
}

const oldestOf = (view: { readonly compacted: WireInt; readonly remembered: WireInt | null } | null): WireInt | null =>
  view === null ? null : (view.remembered ?? (view.compacted === '0' ? '1' : view.compacted));

interface ComparedProps {
  readonly query: { readonly prefix: PrefixDiff['prefix']; readonly from: WireInt; readonly to: WireInt | null };
  readonly selected: PrefixDiff['prefix'] | null;
  readonly onSelect: (row: ComparedKey | null) => void;
}

const ROWS_PER_PAGE = 500;

function Compared({ query, selected, onSelect }: ComparedProps) {
  const store = useStore();
  const diff = useQuery(queries.diff(store.id, { ...query, offset: 0, limit: ROWS_PER_PAGE }));
  return (
    <PanelStates
      isLoading={diff.isPending}
      data={diff.data}
      skeleton={<SkeletonRows rows={10} />}
      error={
        diff.error === null ? undefined : (
          <PanelError title="They could not be compared" error={diff.error} onRetry={() => void diff.refetch()} />
        )
      }
    >
      {(data) => {
        const chosen = data.rows.find((row) => selected !== null && wireId(keyOf(row)) === wireId(selected));
        const list = (
          <section aria-label="Differences" className="flex min-h-0 flex-1 flex-col bg-surface">
            <Counts data={data} isWithNow={query.to === null} onRefresh={() => void diff.refetch()} />
            {data.rows.length === 0 ? (
              <EmptyState>
                Nothing differs{query.prefix === '' ? '' : ` under ${displayBytes(query.prefix)}`} between the two
                revisions.
              </EmptyState>
            ) : (
              <CompareRows data={data} selected={selected} onSelect={onSelect} />
            )}
          </section>
        );
        return (
          <Splitter
            label="Resize the difference"
            storageKey="compare"
            initial={48}
            first={list}
            second={
              chosen === undefined ? null : (
                <CompareValue
                  key={wireId(keyOf(chosen))}
                  row={chosen}
                  from={data.from}
                  to={data.to}
                  onClose={() => onSelect(null)}
                />
              )
            }
          />
        );
      }}
    </PanelStates>
  );
}

export const keyOf = (row: PrefixDiff['rows'][number]): PrefixDiff['prefix'] => row.before?.key ?? row.after?.key ?? '';

function Counts({
  data,
  isWithNow,
  onRefresh,
}: {
  readonly data: PrefixDiff;
  readonly isWithNow: boolean;
  readonly onRefresh: () => void;
}) {
  return (
    <p role="status" className="flex min-h-9 shrink-0 flex-wrap items-center gap-x-4 gap-y-1 border-b px-3 py-1">
      <StatusMark tone="good" shape="plus">
        {formatCount(data.added)} added
      </StatusMark>
      <StatusMark tone="bad" shape="minus">
        {formatCount(data.removed)} removed
      </StatusMark>
      <StatusMark tone="accent" shape="dot">
        {formatCount(data.changed)} written
      </StatusMark>
      <span className="text-fg-3">{formatCount(data.unchanged)} unchanged</span>
      <span className="ml-auto inline-flex items-center gap-2 text-fg-3 text-meta">
        <span>
          complete from <span className="mono">{formatCount(data.from)}</span> to{' '}
          <span className="mono">{formatCount(data.to)}</span>
        </span>
        {isWithNow ? (
          <IconButton size="small" label="Compare with the present again" onClick={onRefresh}>
            <RotateCw aria-hidden="true" />
          </IconButton>
        ) : null}
      </span>
    </p>
  );
}
