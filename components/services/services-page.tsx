'use client';

import type { ServiceView } from '../../lib/api/coordination-types.ts';
import { displayBytes, wireId } from '../../lib/keys/wire-bytes.ts';
import { FoundPage } from '../coordination/found-page.tsx';
import { Confidence } from '../coordination/holder.tsx';
import { useSelected } from '../coordination/use-selected.ts';
import { useServices } from '../primitives/use-primitives.ts';
import { usePinnedRevision } from '../shell/use-pinned-revision.ts';
import { useStore } from '../shell/use-store.ts';
import { StatusMark, type Tone } from '../ui/badge.tsx';
import type { Column } from '../ui/data-table.tsx';
import { ServiceDetail } from './service-detail.tsx';
import { type Condition, conditionOf, stateText, summary, versionsText } from './words.ts';

/** Services found among the keys: who is registered, in which version and health, and who went. */
export function ServicesPage() {
  const store = useStore();
  const { rev } = usePinnedRevision();
  const list = useServices(store.id, rev);
  const { selected, select } = useSelected();
  const services = list.data?.services;
  return (
    <FoundPage
      title="Services"
      noun="service"
      meta={services === undefined ? null : summary(services)}
      asked={list}
      rows={services}
      received={services?.length ?? 0}
      columns={COLUMNS}
      rowKey={(one) => wireId(one.name)}
      empty="No service is recognised among the keys. One appears as soon as an instance registers under a lease with JSON that names its address, as Go’s naming/endpoints and Quorate’s client do."
      name={selected}
      chosen={selected === null ? undefined : services?.find((one) => wireId(one.name) === wireId(selected))}
      missing="No service is recognised"
      onSelect={(one) => select(one.name)}
      onClose={() => select(null)}
      detail={(one) => <ServiceDetail service={one} onBack={() => select(null)} />}
    />
  );
}

const TONES: Readonly<Record<Condition, Tone>> = { up: 'good', failing: 'bad', flapping: 'risk', down: 'bad' };

const COLUMNS: readonly Column<ServiceView>[] = [
  {
    id: 'name',
    head: 'Service',
    width: 'minmax(9rem, 1fr)',
    cell: (one) => <span className="mono">{displayBytes(one.name)}</span>,
  },
  {
    id: 'state',
    head: 'State',
    width: 'minmax(11rem, 1.4fr)',
    cell: (one) => (
      <StatusMark tone={TONES[conditionOf(one)]} className="max-w-full [&>span]:truncate">
        {stateText(one)}
      </StatusMark>
    ),
  },
  {
    id: 'versions',
    head: 'Versions',
    width: 'minmax(6rem, 1fr)',
    hideBelow: 560,
    cell: (one) => <span className="mono truncate">{versionsText(one)}</span>,
  },
  { id: 'why', head: 'Believed', width: '5rem', hideBelow: 700, cell: (one) => <Confidence group={one} /> },
];
