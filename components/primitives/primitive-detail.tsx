'use client';

import type { ReactNode } from 'react';
import type { PrimitiveView, RwLockView } from '../../lib/api/coordination-types.ts';
import { etcdctl } from '../../lib/format/commands.ts';
import { formatCount } from '../../lib/format/number.ts';
import { displayBytes } from '../../lib/keys/wire-bytes.ts';
import { Confidence } from '../coordination/holder.tsx';
import { useMoment } from '../coordination/moment.ts';
import { useStore } from '../shell/use-store.ts';
import { StatusMark } from '../ui/badge.tsx';
import { CopyAsMenu } from '../ui/copy-as.tsx';
import { DetailHeader, NameHeading } from '../ui/detail-header.tsx';
import { PartyList } from './party-list.tsx';
import { concern, kindName, ratesText, stateText } from './words.ts';

/** One of them: how it stands in words, then who takes part. */
export function PrimitiveDetail({ one, onBack }: { readonly one: PrimitiveView; readonly onBack: () => void }) {
  const store = useStore();
  const now = useMoment();
  const name = displayBytes(one.name);
  const worry = concern(one);
  return (
    <section
      aria-label={`${kindName(one)} ${name}`}
      className="flex min-h-0 flex-1 flex-col overflow-y-auto bg-surface"
    >
      <DetailHeader list="Primitives" onBack={onBack}>
        <NameHeading name={name} />
        <CopyAsMenu
          forms={{
            etcdctl: () => etcdctl(store.endpoints, ['get', one.name], ['--prefix']),
            json: () => JSON.stringify(one, null, 2),
          }}
        />
      </DetailHeader>
      <div className="shrink-0 px-3 py-2">
        <p suppressHydrationWarning>
          {firstUpper(kindName(one))}: {stateText(one, now)}.
        </p>
        {worry === null ? null : <StatusMark tone="risk">{worry}</StatusMark>}
      </div>
      <dl className="flex shrink-0 flex-wrap gap-x-6 gap-y-2 border-t px-3 py-2">
        <Facts one={one} />
        <Fact name={`Believed to be a ${kindName(one)}`}>
          <Confidence group={one} />
        </Fact>
      </dl>
      <Parties one={one} />
    </section>
  );
}

const firstUpper = (text: string): string => text.charAt(0).toUpperCase() + text.slice(1);

function Facts({ one }: { readonly one: PrimitiveView }) {
  switch (one.kind) {
    case 'semaphore':
      return (
        <Fact name="Permits">
          <span className="mono">{one.permits === null ? 'not read' : formatCount(one.permits)}</span>
        </Fact>
      );
    case 'queue':
      return (
        <>
          <Fact name="In hand">
            <span className="mono">{formatCount(one.inHand)}</span>
          </Fact>
          <Fact name="Idle consumers">
            <span className="mono">{formatCount(one.idleConsumers)}</span>
          </Fact>
          <Fact name="Traffic">{ratesText(one.rates, { in: 'put', out: 'taken' })}</Fact>
        </>
      );
    case 'counter':
      return (
        <>
          {one.shards === 0 ? null : (
            <Fact name="Shards">
              <span className="mono">{formatCount(one.shards)}</span>
            </Fact>
          )}
          <Fact name="Changes">{ratesText(one.rates, { in: 'changes', out: null })}</Fact>
        </>
      );
    case 'rwLock':
    case 'barrier':
    case 'group':
      return null;
  }
}

function Fact({ name, children }: { readonly name: string; readonly children: ReactNode }) {
  return (
    <div>
      <dt className="text-fg-3 text-meta">{name}</dt>
      <dd>{children}</dd>
    </div>
  );
}

function Parties({ one }: { readonly one: PrimitiveView }) {
  switch (one.kind) {
    case 'semaphore':
    case 'rwLock':
      return (
        <>
          <PartyList title={holdingTitle(one)} parties={one.holding} total={one.holdingCount} forHow="Since arrival" />
          <PartyList
            title="Waiting, next first"
            parties={one.waiting}
            total={one.waitingCount}
            forHow="Waits for"
            {...(one.kind === 'rwLock' ? { mark: (_, index) => <Wants lock={one} index={index} /> } : {})}
          />
        </>
      );
    case 'barrier':
      return (
        <PartyList
          title={one.openedAt === null ? 'There, waiting for the rest' : 'Not yet left'}
          parties={one.present}
          total={one.presentCount}
          forHow="There for"
        />
      );
    case 'queue':
      return <PartyList title="Items, next first" parties={one.items} total={one.depth} forHow="Age" />;
    case 'group':
      return <PartyList title="Members" parties={one.members} total={one.memberCount} forHow="Member for" />;
    case 'counter':
      return null;
  }
}

function holdingTitle(one: PrimitiveView): string {
  if (one.kind !== 'rwLock') return 'Hold a permit';
  return one.mode === 'write' ? 'Writes' : 'Read';
}

function Wants({ lock, index }: { readonly lock: RwLockView; readonly index: number }) {
  return <span className="shrink-0 text-fg-3 text-meta">wants to {lock.waiting[index]?.wants}</span>;
}
