'use client';

import type { PrimitiveView } from '../../lib/api/coordination-types.ts';
import { displayBytes, wireId } from '../../lib/keys/wire-bytes.ts';
import { FoundPage } from '../coordination/found-page.tsx';
import { Confidence } from '../coordination/holder.tsx';
import { useMoment } from '../coordination/moment.ts';
import { useSelected } from '../coordination/use-selected.ts';
import { oneOf } from '../shell/url-params.ts';
import { usePinnedRevision } from '../shell/use-pinned-revision.ts';
import { useStore } from '../shell/use-store.ts';
import { useUrlState } from '../shell/use-url-state.ts';
import { StatusMark } from '../ui/badge.tsx';
import { Button } from '../ui/button.tsx';
import type { Column } from '../ui/data-table.tsx';
import { PrimitiveDetail } from './primitive-detail.tsx';
import { usePrimitives } from './use-primitives.ts';
import { concern, KIND_NAMES, KINDS, kindName, stateText, summary, waitingText } from './words.ts';

const KIND = oneOf(KINDS);

/** Semaphores, reader-writer locks, barriers, queues, counters and groups found among the keys. */
export function PrimitivesPage() {
  const store = useStore();
  const { rev } = usePinnedRevision();
  const list = usePrimitives(store.id, rev);
  const [kind, setKind] = useUrlState('kind', KIND);
  const { selected, select } = useSelected();
  // Two kinds may go by the same name.
  const [as, setAs] = useUrlState('as', KIND);
  const all = list.data?.primitives;
  const isChosen = (one: PrimitiveView): boolean =>
    selected !== null && wireId(one.name) === wireId(selected) && (as === null || one.kind === as);
  return (
    <FoundPage
      title="Primitives"
      noun="primitive"
      meta={all === undefined ? null : summary(all)}
      toolbar={
        <fieldset className="flex flex-wrap">
          <legend className="sr-only">Show</legend>
          <Button size="small" variant="ghost" aria-pressed={kind === null} onClick={() => setKind(null)}>
            All
          </Button>
          {KINDS.map((one) => (
            <Button key={one} size="small" variant="ghost" aria-pressed={kind === one} onClick={() => setKind(one)}>
              {KIND_PLURALS[one]}
            </Button>
          ))}
        </fieldset>
      }
      asked={list}
      rows={all?.filter((one) => kind === null || one.kind === kind)}
      received={all?.length ?? 0}
      columns={COLUMNS}
      rowKey={(one) => `${one.kind} ${wireId(one.name)}`}
      empty={
        kind === null
          ? 'No semaphore, barrier, queue, counter or group is recognised among the keys. They appear as soon as a program uses one with the key layout of Go’s recipes or of Quorate’s client.'
          : `No ${KIND_NAMES[kind]} is recognised among the keys.`
      }
      name={selected}
      chosen={all?.find(isChosen)}
      missing="Nothing of the kind is recognised"
      onSelect={(one) => {
        select(one.name);
        setAs(one.kind);
      }}
      onClose={() => select(null)}
      detail={(one) => <PrimitiveDetail one={one} onBack={() => select(null)} />}
    />
  );
}

const KIND_PLURALS = {
  semaphore: 'Semaphores',
  rwLock: 'Reader-writer locks',
  barrier: 'Barriers',
  queue: 'Queues',
  counter: 'Counters',
  group: 'Groups',
} as const;

const COLUMNS: readonly Column<PrimitiveView>[] = [
  {
    id: 'name',
    head: 'Name',
    width: 'minmax(9rem, 1.2fr)',
    cell: (one) => <span className="mono">{displayBytes(one.name)}</span>,
  },
  { id: 'kind', head: 'Kind', width: '9rem', cell: kindName },
  { id: 'state', head: 'State', width: 'minmax(10rem, 1.4fr)', cell: (one) => <State one={one} /> },
  {
    id: 'waiting',
    head: 'Waiting',
    width: '4.5rem',
    align: 'right',
    hideBelow: 520,
    cell: (one) => <span className="mono">{waitingText(one)}</span>,
  },
  { id: 'why', head: 'Believed', width: '5rem', hideBelow: 700, cell: (one) => <Confidence group={one} /> },
];

function State({ one }: { readonly one: PrimitiveView }) {
  const now = useMoment();
  const text = stateText(one, now);
  const worry = concern(one);
  return worry === null ? (
    <span className="truncate" suppressHydrationWarning>
      {text}
    </span>
  ) : (
    <StatusMark tone="risk" className="max-w-full [&>span]:truncate" title={worry} suppressHydrationWarning>
      {text}
    </StatusMark>
  );
}
