'use client';

import type { ReactNode } from 'react';
import type { KeyDetail, KeyMeta, WireBytes } from '../../../lib/api/types.ts';
import { formatBytes, formatCount } from '../../../lib/format/number.ts';
import { agoText, momentText } from '../../../lib/format/time.ts';
import { RevisionHere } from '../../history/revision-here.tsx';
import { LeaseCountdown } from '../../leases/lease-countdown.tsx';
import { PeekLeaseLink } from '../../leases/lease-peek.tsx';
import { useNow } from '../../shell/use-live.ts';
import { Tooltip } from '../../ui/tooltip.tsx';
import { useWatchers, watchersText } from './watched-by.tsx';

export interface FactsProps {
  readonly kv: KeyMeta & { readonly value: WireBytes };
  readonly lease: KeyDetail['lease'];
  /** Where this answer came from, and the revision it stands at. */
  readonly read: Pick<KeyDetail, 'source' | 'revision'>;
  /** When the console saw the last change; null when it happened before it looked. */
  readonly changedAt: number | null;
}

const SOURCE: Readonly<Record<KeyDetail['source'], { readonly word: string; readonly meaning: string }>> = {
  linearizable: { word: 'linearizable', meaning: 'Asked of the store: a quorum confirmed that nothing newer exists' },
  history: { word: 'history', meaning: 'Read from the store’s history at this revision' },
  memory: { word: 'memory', meaning: 'From what the console saw as it watched; a version of a value never changes' },
};

/** The strip of facts under the path. Each word says on hover what it means. */
export function Facts({ kv, lease, read, changedAt }: FactsProps) {
  const watchers = useWatchers({ key: kv.key }, read.source === 'linearizable');
  const watched = watchers === undefined ? null : watchersText(watchers);
  const now = useNow(1_000);
  return (
    <dl className="flex shrink-0 flex-wrap items-start gap-x-6 gap-y-2 border-b px-3 py-2">
      <Fact name="Changed" meaning="The revision of the last write to this key (etcd: mod_revision)">
        <RevisionHere revision={kv.modRevision} at={changedAt} />
        {changedAt === null || now === 0 ? null : (
          <span className="ml-1.5 text-fg-3 text-meta" title={momentText(changedAt, now)}>
            {agoText(changedAt, now)}
          </span>
        )}
      </Fact>
      <Fact name="Created" meaning="The revision at which this life of the key began (etcd: create_revision)">
        <RevisionHere revision={kv.createRevision} />
      </Fact>
      <Fact name="Version" meaning="Writes since it was created; a delete starts again at 1">
        <span className="mono">{formatCount(kv.version)}</span>
      </Fact>
      <Fact name="Size" meaning="Bytes of the value">
        <span className="mono">{formatBytes(kv.valueBytes)}</span>
      </Fact>
      <Fact name="Lease" meaning="The key disappears when its lease ends. Without one it stays until it is deleted.">
        {kv.lease === null ? (
          <span className="text-fg-3">none</span>
        ) : (
          <span className="inline-flex flex-wrap items-center gap-x-3">
            <PeekLeaseLink id={kv.lease} />
            {lease === null ? null : <LeaseCountdown lease={lease} />}
          </span>
        )}
      </Fact>
      {watched == null ? null : (
        <Fact
          name="Watched by"
          meaning="Watchers of the store’s members that see a change of this key: programs, and one for each console"
        >
          {watched}
        </Fact>
      )}
      <Fact name="Read" meaning={SOURCE[read.source].meaning}>
        {SOURCE[read.source].word} <span className="text-fg-3">at</span>{' '}
        <span className="mono">{formatCount(read.revision)}</span>
      </Fact>
    </dl>
  );
}

function Fact({
  name,
  meaning,
  children,
}: {
  readonly name: string;
  readonly meaning: string;
  readonly children: ReactNode;
}) {
  return (
    <div className="min-w-0">
      <Tooltip content={meaning} side="top">
        <dt className="w-fit cursor-help text-fg-3 text-meta">{name}</dt>
      </Tooltip>
      <dd className="min-w-0 leading-5">{children}</dd>
    </div>
  );
}
