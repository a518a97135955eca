'use client';

import { useQuery } from '@tanstack/react-query';
import { useRouter } from 'next/navigation';
import { setBytesParam } from '../../lib/api/bytes-param.ts';
import { api } from '../../lib/api/client.ts';
import { queries } from '../../lib/api/queries.ts';
import type { HeatRow, HeatView } from '../../lib/api/space-types.ts';
import { errorText } from '../../lib/base/error-text.ts';
import { sampleCommand } from '../../lib/format/commands.ts';
import { formatCount, plural } from '../../lib/format/number.ts';
import { durationText, momentText } from '../../lib/format/time.ts';
import { Heatmap } from '../charts/heatmap.tsx';
import { PanelError } from '../keys/panel/panel-error.tsx';
import { useThrottled } from '../keys/use-throttled.ts';
import { keyParams, useHref } from '../shell/use-href.ts';
import { useNow, useOnChanges } from '../shell/use-live.ts';
import { usePinnedRevision } from '../shell/use-pinned-revision.ts';
import { useStore, useStoreId } from '../shell/use-store.ts';
import { EmptyState } from '../ui/empty-state.tsx';
import { PanelStates } from '../ui/panel.tsx';
import { Select } from '../ui/select.tsx';
import { SkeletonRows } from '../ui/skeleton.tsx';
import { toasts } from '../ui/toast-store.ts';
import { SPAN_MS, SPANS, type SpaceUrl } from './use-space-url.ts';

const REFRESH_MS = 2_000;

const SPAN_LABELS = {
  '5m': 'last 5 min',
  '15m': 'last 15 min',
  '1h': 'last hour',
  '6h': 'last 6 hours',
  all: 'all it saw',
};
const OPTIONS = SPANS.map((value) => ({ value, label: SPAN_LABELS[value] }));

/** Where the key space is written, and when, as far as the console saw it. */
export function HeatPanel({ url }: { readonly url: SpaceUrl }) {
  const store = useStoreId();
  const href = useHref();
  const router = useRouter();
  const { rev } = usePinnedRevision();
  const { prefix } = url;
  const heat = useQuery(queries.heat(store, { prefix, span: SPAN_MS[url.span], rev }));
  const refresh = useThrottled(REFRESH_MS, () => void heat.refetch());
  useOnChanges(() => {
    if (rev === null) refresh();
  });
  const open = (row: HeatRow): void => {
    if (row.kind === 'folder') url.enter(row.path);
    else router.push(href('/keys', keyParams(row.path)));
  };
  const openAt = async (row: HeatRow, at: number): Promise<void> => {
    const { revision } = await api.revisionAt(store, at);
    const params = new URLSearchParams();
    setBytesParam(params, row.kind === 'folder' ? 'prefix' : 'key', row.path);
    if (revision !== null) params.set('rev', revision);
    router.push(href('/keys', params));
  };
  return (
    <PanelStates
      isLoading={heat.isPending}
      data={heat.data}
      skeleton={<SkeletonRows rows={12} />}
      error={
        heat.error === null ? undefined : (
          <PanelError title="The picture could not be made" error={heat.error} onRetry={() => void heat.refetch()} />
        )
      }
    >
      {(view) => (
        <>
          <div className="flex shrink-0 flex-wrap items-center gap-3 px-4 pt-2">
            <Sentence view={view} />
            <Select
              label="How far back"
              className="ml-auto"
              value={url.span}
              options={OPTIONS}
              onValueChange={(span) => url.set({ span })}
            />
          </div>
          {view.rows.length === 0 ? (
            <NothingWritten isTop={url.prefix === ''} />
          ) : (
            <Heatmap
              view={view}
              onOpen={open}
              onOpenAt={(row, at) => {
                openAt(row, at).catch((error: unknown) => toasts.add({ tone: 'bad', text: errorText(error) }));
              }}
            />
          )}
        </>
      )}
    </PanelStates>
  );
}

function Sentence({ view }: { readonly view: HeatView }) {
  const now = useNow(10_000);
  const { since, rest } = view;
  return (
    <p className="text-fg-2">
      <b className="font-semibold text-fg">{plural(view.changes, 'change')}</b> up to revision{' '}
      <span className="mono">{formatCount(view.revision)}</span>, a column is {durationText(view.stepMs)}
      {rest.children === 0
        ? ''
        : `; left out are ${plural(rest.children, 'quieter entry', 'quieter entries')} with ${plural(rest.writes, 'change')}`}
      .{' '}
      {since === null
        ? 'The console remembers nothing yet.'
        : now === 0
          ? ''
          : `The console saw everything since ${momentText(since.at, now)}, revision ${formatCount(since.revision)}.`}
    </p>
  );
}

function NothingWritten({ isTop }: { readonly isTop: boolean }) {
  const { kind, endpoints } = useStore();
  return (
    <EmptyState {...(isTop && kind === 'bundled' ? { command: sampleCommand(endpoints) } : {})}>
      Nothing {isTop ? '' : 'below this prefix '}was written in this time, as far as the console saw.
    </EmptyState>
  );
}
