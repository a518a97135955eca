'use client';

import type { ReactNode } from 'react';
import type { ClusterView, IndexState } from '../../lib/api/types.ts';
import { formatBytes, formatCount, formatRate, plural } from '../../lib/format/number.ts';
import { useIndexState } from '../shell/use-live.ts';
import { cn } from '../ui/cn.ts';
import { Panel, PanelStates } from '../ui/panel.tsx';

/** How complete the console's picture is, in words. */
function indexInWords(index: IndexState): string {
  const loaded = formatCount(index.keysLoaded);
  switch (index.phase) {
    case 'connecting':
      return 'The key index is not loaded yet.';
    case 'listing':
      return index.keysTotal === null
        ? `Listing keys: ${loaded} so far.`
        : `Listing keys: ${loaded} of ${plural(index.keysTotal, 'key')}.`;
    case 'live':
      return `All ${plural(index.keysLoaded, 'key')} known, complete at revision ${formatCount(index.revision)}.`;
    case 'stale':
      return `${plural(index.keysLoaded, 'key')} known as of revision ${formatCount(index.revision)}${index.reason === null ? '' : `: ${index.reason}`}.`;
    case 'limited':
      return `The first ${plural(index.keysLoaded, 'key')}${index.keysTotal === null ? '' : ` of ${formatCount(index.keysTotal)}`}${index.reason === null ? '' : `: ${index.reason}`}.`;
  }
}

export function CostPanel({
  view,
  isStale,
  className,
}: {
  readonly view: ClusterView | null;
  readonly isStale: boolean;
  readonly className?: string;
}) {
  const index = useIndexState();
  return (
    <Panel title="What this console costs the store" {...(className === undefined ? {} : { className })}>
      <PanelStates isLoading={view === null} data={view}>
        {({ cost }) => (
          <div className={cn('p-3', isStale && 'greyed')}>
            <dl className="flex flex-wrap gap-x-8 gap-y-2">
              <Figure name={cost.watches === 1 ? 'watch' : 'watches'}>{formatCount(cost.watches)}</Figure>
              <Figure name="calls per second">{formatRate(cost.rpcsPerSecond)}</Figure>
              <Figure name="received per second">{formatBytes(Math.round(cost.bytesPerSecond))}</Figure>
            </dl>
            <p className="mt-2 text-fg-2">The same for one browser or a hundred: all are fed from it.</p>
            {index === null ? null : <p className="mt-1 text-fg-2">{indexInWords(index.value)}</p>}
          </div>
        )}
      </PanelStates>
    </Panel>
  );
}

function Figure({ name, children }: { readonly name: string; readonly children: ReactNode }) {
  return (
    <div className="flex flex-col-reverse">
      <dt className="text-fg-3 text-meta">{name}</dt>
      <dd className="mono text-lead">{children}</dd>
    </div>
  );
}
