'use client';

import type { InstanceView, ServiceView } from '../../lib/api/coordination-types.ts';
import { etcdctl } from '../../lib/format/commands.ts';
import { formatCount, plural } from '../../lib/format/number.ts';
import { agoText, durationText, momentText } from '../../lib/format/time.ts';
import { displayBytes, wireId } from '../../lib/keys/wire-bytes.ts';
import { Confidence } from '../coordination/holder.tsx';
import { useMoment } from '../coordination/moment.ts';
import { PeekKeyLink } from '../keys/key-peek.tsx';
import { PeekLeaseLink } from '../leases/lease-peek.tsx';
import { RevisionLink } from '../shell/links.tsx';
import { useStore } from '../shell/use-store.ts';
import { StatusMark } from '../ui/badge.tsx';
import { CopyAsMenu } from '../ui/copy-as.tsx';
import { type Column, DataTable } from '../ui/data-table.tsx';
import { DetailHeader, NameHeading } from '../ui/detail-header.tsx';
import { discoveryCode, FLAPS_MIN, healthText, registrationCode, stateText, versionsText } from './words.ts';

const ROW_PX = 24;
const HEAD_PX = 30;
const ROWS_SHOWN = 14;

/** One service: who is there, with what they say of themselves, and who went. */
export function ServiceDetail({ service, onBack }: { readonly service: ServiceView; readonly onBack: () => void }) {
  const store = useStore();
  const now = useMoment();
  const name = displayBytes(service.name);
  const versions = versionsText(service);
  return (
    <section aria-label={`service ${name}`} className="flex min-h-0 flex-1 flex-col overflow-y-auto bg-surface">
      <DetailHeader list="Services" onBack={onBack}>
        <NameHeading name={name} />
        <CopyAsMenu
          label="Copy discovery"
          forms={{
            etcdctl: () => etcdctl(store.endpoints, ['get', service.name], ['--prefix']),
            json: () => JSON.stringify(service, null, 2),
            more: {
              'TypeScript (quorate/client)': () => discoveryCode(name, store.endpoints),
              'TypeScript: register with a check': () => registrationCode(name, store.endpoints),
              'gRPC target (Go)': () => `etcd:///${name}`,
            },
          }}
        />
      </DetailHeader>
      <p className="shrink-0 px-3 py-2">
        {stateText(service)}
        {versions === '' ? '' : `; version ${versions}`}. Believed to be a service: <Confidence group={service} />
      </p>
      {service.instances.length === 0 ? null : (
        <div
          className="flex shrink-0 border-t"
          style={{ height: HEAD_PX + Math.min(ROWS_SHOWN, service.instances.length) * ROW_PX + 2 }}
        >
          <DataTable
            label={`Instances of ${name}`}
            columns={columns(now)}
            rows={service.instances}
            rowKey={(one) => wireId(one.key)}
          />
        </div>
      )}
      {service.instanceCount > service.instances.length ? (
        <p className="px-3 py-1 text-fg-3 text-meta">
          First {formatCount(service.instances.length)} of {plural(service.instanceCount, 'instance')}
        </p>
      ) : null}
      <GoneList service={service} now={now} />
    </section>
  );
}

function GoneList({ service, now }: { readonly service: ServiceView; readonly now: number }) {
  if (service.gone.length === 0) return null;
  return (
    <section aria-label="Gone lately" className="shrink-0 border-t px-3 py-2">
      <h3 className="font-semibold">Gone lately</h3>
      <ul>
        {service.gone.map((one) => (
          <li key={wireId(one.key)} className="flex h-6 flex-wrap items-center gap-x-3">
            <StatusMark tone="stale" className="mono">
              {one.address}
            </StatusMark>
            <span className="text-fg-3 text-meta" suppressHydrationWarning>
              {momentText(one.at, now)}, {agoText(one.at, now)}, at revision <RevisionLink rev={one.revision} />
            </span>
          </li>
        ))}
      </ul>
    </section>
  );
}

function columns(now: number): readonly Column<InstanceView>[] {
  const since = (at: number | null) => (at === null ? 'not seen' : durationText(Math.max(0, now - at)));
  return [
    {
      id: 'address',
      head: 'Address',
      width: 'minmax(8rem, 1fr)',
      cell: ({ address }) => <span className="mono">{address}</span>,
    },
    { id: 'health', head: 'Health', width: '6.5rem', cell: (one) => <Health one={one} /> },
    {
      id: 'version',
      head: 'Version',
      width: '4.5rem',
      hideBelow: 460,
      cell: ({ version }) => <span className="mono">{version ?? ''}</span>,
    },
    {
      id: 'written',
      head: 'Last word',
      width: '5.5rem',
      align: 'right',
      cell: ({ writtenAt }) => (
        <span className="mono" suppressHydrationWarning>
          {since(writtenAt)}
        </span>
      ),
    },
    {
      id: 'since',
      head: 'There for',
      width: '5.5rem',
      align: 'right',
      hideBelow: 655,
      cell: (one) => (
        <span className="mono" suppressHydrationWarning>
          {since(one.since)}
        </span>
      ),
    },
    {
      id: 'flaps',
      head: 'Came back',
      width: '5.5rem',
      align: 'right',
      hideBelow: 560,
      cell: ({ flaps }) =>
        flaps >= FLAPS_MIN ? (
          <StatusMark tone="risk">{`${formatCount(flaps)} times`}</StatusMark>
        ) : (
          <span className="mono">{formatCount(flaps)}</span>
        ),
    },
    {
      id: 'lease',
      head: 'Lease',
      width: '9.5rem',
      hideBelow: 820,
      cell: ({ lease }) =>
        lease === null ? <StatusMark tone="risk">no lease</StatusMark> : <PeekLeaseLink id={lease} />,
    },
    {
      id: 'key',
      head: 'Key',
      width: 'minmax(8rem, 1fr)',
      hideBelow: 960,
      cell: ({ key }) => <PeekKeyLink value={key} />,
    },
  ];
}

function Health({ one }: { readonly one: InstanceView }) {
  if (one.health === null) return <span className="text-fg-3">{healthText(one)}</span>;
  return <StatusMark tone={one.health === 'passing' ? 'good' : 'bad'}>{healthText(one)}</StatusMark>;
}
