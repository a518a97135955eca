'use client';

import type { LeaseView, WireHexId } from '../../lib/api/types.ts';
import { formatCount, plural } from '../../lib/format/number.ts';
import { durationText } from '../../lib/format/time.ts';
import { wireId } from '../../lib/keys/wire-bytes.ts';
import { leaseCommand } from '../keys/key-copy.ts';
import { PeekKeyLink } from '../keys/key-peek.tsx';
import { PanelError } from '../keys/panel/panel-error.tsx';
import { useStore } from '../shell/use-store.ts';
import { Button } from '../ui/button.tsx';
import { CopyAsMenu } from '../ui/copy-as.tsx';
import { CopyButton } from '../ui/copy-button.tsx';
import { type Column, DataTable } from '../ui/data-table.tsx';
import { DetailHeader } from '../ui/detail-header.tsx';
import { GoneDetail } from '../ui/gone-detail.tsx';
import { Mark } from '../ui/marks.tsx';
import { SkeletonRows } from '../ui/skeleton.tsx';
import { LeaseCountdown } from './lease-countdown.tsx';
import { LeaseOffices } from './lease-offices.tsx';
import { LeaseRhythmLine } from './lease-rhythm.tsx';
import { endsWith } from './lease-summary.ts';
import { useLeaseTime } from './use-lease-time.ts';
import { useLeaseView } from './use-leases.ts';

export interface LeaseDetailProps {
  readonly id: WireHexId;
  readonly onBack: () => void;
  /** Null where nothing can be written. */
  readonly onRevoke: (() => void) | null;
}

/** One lease: how long it has, who keeps it alive, and every key that ends with it. */
export function LeaseDetail({ id, onBack, onRevoke }: LeaseDetailProps) {
  const { data, error, refetch } = useLeaseView(useStore().id, id);
  if (data === undefined) {
    return error === null ? (
      <SkeletonRows rows={6} />
    ) : (
      <PanelError title="The lease could not be read" error={error} onRetry={() => void refetch()} />
    );
  }
  if (data.remainingTtlSeconds === '-1') return <Gone id={id} onBack={onBack} />;
  return <Loaded lease={data} onBack={onBack} onRevoke={onRevoke} />;
}

function Gone({ id, onBack }: Pick<LeaseDetailProps, 'id' | 'onBack'>) {
  return (
    <GoneDetail onClose={onBack}>
      Lease <span className="mono">{id}</span> has ended or never existed. Its keys are gone; their history tells when.
    </GoneDetail>
  );
}

function Loaded({
  lease,
  onBack,
  onRevoke,
}: Omit<LeaseDetailProps, 'id'> & {
  readonly lease: LeaseView;
}) {
  const store = useStore();
  const reading = useLeaseTime(lease.id);
  return (
    <section aria-label={`Lease ${lease.id}`} className="flex min-h-0 flex-1 flex-col bg-surface">
      <DetailHeader list="Leases" onBack={onBack}>
        <h2 className="mono flex min-w-0 flex-1 items-center gap-1.5 font-semibold text-lease">
          <Mark shape="hourglass" />
          <span className="truncate">{lease.id}</span>
          <CopyButton text={lease.id} label="Copy id" />
        </h2>
        <CopyAsMenu
          forms={{
            etcdctl: () => leaseCommand(store, 'timetolive', lease.id),
            json: () => JSON.stringify(lease, null, 2),
            more: {
              'etcdctl keep-alive': () => leaseCommand(store, 'keep-alive', lease.id),
              'etcdctl revoke': () => leaseCommand(store, 'revoke', lease.id),
            },
          }}
        />
        {onRevoke === null ? null : (
          <Button size="small" onClick={onRevoke}>
            Revoke…
          </Button>
        )}
      </DetailHeader>
      <dl className="flex flex-wrap gap-x-6 gap-y-2 border-b px-3 py-2">
        <div>
          <dt className="text-fg-3 text-meta">Left</dt>
          <dd>
            <LeaseCountdown lease={reading ?? lease} />
          </dd>
        </div>
        <div>
          <dt className="text-fg-3 text-meta">Granted for</dt>
          <dd>
            <span className="mono">{formatCount(lease.grantedTtlSeconds)} s</span>
            {Number(lease.grantedTtlSeconds) < 60 ? null : (
              <span className="text-fg-3 text-meta">{`, ${durationText(Number(lease.grantedTtlSeconds) * 1000)}`}</span>
            )}
          </dd>
        </div>
        <div>
          <dt className="text-fg-3 text-meta">Id in decimal</dt>
          <dd className="mono">{BigInt.asIntN(64, BigInt(`0x${lease.id}`)).toString()}</dd>
        </div>
      </dl>
      {reading == null ? null : (
        <div className="border-b px-3 py-2">
          <LeaseRhythmLine reading={reading} />
        </div>
      )}
      <p className="shrink-0 px-3 py-2">
        {endsWith(lease)}
        {lease.keyCount === 0 && !lease.hasHidden ? ' It may be left over, or its client attaches keys later.' : ''}
      </p>
      {lease.keyCount === 0 ? null : (
        <div className="shrink-0 px-3 pb-2">
          <LeaseOffices id={lease.id} />
        </div>
      )}
      {lease.keyCount === 0 ? null : (
        <DataTable
          label="Keys of this lease"
          columns={KEY_COLUMNS}
          rows={lease.keys}
          rowKey={wireId}
          className="border-t"
        />
      )}
      {lease.keyCount > lease.keys.length ? (
        <p className="border-t px-3 py-1 text-fg-3 text-meta">
          First {plural(lease.keys.length, 'key')} of {formatCount(lease.keyCount)}
        </p>
      ) : null}
    </section>
  );
}

const KEY_COLUMNS: readonly Column<LeaseView['keys'][number]>[] = [
  { id: 'key', head: 'Key', width: 'minmax(12rem, 1fr)', cell: (key) => <PeekKeyLink value={key} /> },
];
