'use client';

import { useQuery } from '@tanstack/react-query';
import { useRouter } from 'next/navigation';
import { useState } from 'react';
import { queries } from '../../lib/api/queries.ts';
import type { SpaceFolder, SpaceView } from '../../lib/api/space-types.ts';
import { etcdctl } from '../../lib/format/commands.ts';
import { formatBytes, formatCount, plural } from '../../lib/format/number.ts';
import { Treemap } from '../charts/treemap.tsx';
import { PanelError } from '../keys/panel/panel-error.tsx';
import { useThrottled } from '../keys/use-throttled.ts';
import { keyParams, useHref } from '../shell/use-href.ts';
import { useOnChanges } from '../shell/use-live.ts';
import { usePinnedRevision } from '../shell/use-pinned-revision.ts';
import { useStore, useStoreId } from '../shell/use-store.ts';
import { Button } from '../ui/button.tsx';
import { EmptyState } from '../ui/empty-state.tsx';
import { PanelStates } from '../ui/panel.tsx';
import { SkeletonRows } from '../ui/skeleton.tsx';
import { SpaceTable } from './space-table.tsx';
import type { SpaceUrl } from './use-space-url.ts';

/** Nothing jumps under the pointer: the picture follows the store at this pace. */
const REFRESH_MS = 3_000;
const PICTURE_PX = 420;

/** What takes the room: the picture, and the same in numbers. */
export function SpacePanel({ url }: { readonly url: SpaceUrl }) {
  const store = useStoreId();
  const href = useHref();
  const router = useRouter();
  const { rev } = usePinnedRevision();
  const { prefix, by } = url;
  const space = useQuery(queries.space(store, { prefix, by, rev }));
  const refresh = useThrottled(REFRESH_MS, () => void space.refetch());
  useOnChanges(() => {
    if (rev === null) refresh();
  });
  const [chosen, setChosen] = useState<number | null>(null);
  const open = (node: SpaceFolder): void => {
    if (node.kind === 'folder') url.enter(node.path);
    else router.push(href('/keys', keyParams(node.path)));
  };
  return (
    <PanelStates
      isLoading={space.isPending}
      data={space.data}
      skeleton={<SkeletonRows rows={12} />}
      error={
        space.error === null ? undefined : (
          <PanelError title="The picture could not be made" error={space.error} onRetry={() => void space.refetch()} />
        )
      }
      isEmpty={(view) => view.keys === 0}
      empty={<NoSpace isTop={url.prefix === ''} />}
    >
      {(view) => (
        <>
          <div className="flex shrink-0 flex-wrap items-center gap-3 px-4 py-2">
            <Sentence view={view} />
            <fieldset className="ml-auto inline-flex gap-1">
              <legend className="sr-only">Measure by</legend>
              <Button size="small" aria-pressed={by === 'bytes'} onClick={() => url.set({ by: 'bytes' })}>
                by bytes
              </Button>
              <Button size="small" aria-pressed={by === 'keys'} onClick={() => url.set({ by: 'keys' })}>
                by keys
              </Button>
            </fieldset>
          </div>
          <div className="shrink-0 px-4 pb-3">
            {view[by] === 0 ? (
              <p className="text-fg-2">Every value here is empty: there is nothing to draw by bytes.</p>
            ) : (
              <Treemap view={view} height={PICTURE_PX} chosen={chosen} onChoose={setChosen} onOpen={open} />
            )}
          </div>
          <SpaceTable view={view} chosen={chosen} onChoose={setChosen} onOpen={open} />
        </>
      )}
    </PanelStates>
  );
}

function Sentence({ view }: { readonly view: SpaceView }) {
  const shown = view.nodes.length;
  return (
    <p className="text-fg-2">
      <b className="font-semibold text-fg">{plural(view.keys, 'key')}</b> with {formatBytes(view.bytes)} of values in{' '}
      {plural(view.children, 'entry', 'entries')}
      {shown < view.children ? `, the ${formatCount(shown)} largest of them shown apart` : ''}; complete at revision{' '}
      <span className="mono">{formatCount(view.revision)}</span>
      {view.source === 'store' ? ', read from the store’s history' : ''}.
    </p>
  );
}

function NoSpace({ isTop }: { readonly isTop: boolean }) {
  const { endpoints } = useStore();
  if (!isTop) return <EmptyState>No key lies below this prefix.</EmptyState>;
  return (
    <EmptyState command={etcdctl(endpoints, ['put', '/hello', 'world'])}>
      There is no key yet, so nothing takes room.
    </EmptyState>
  );
}
