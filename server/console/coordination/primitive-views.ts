/** The keys of a primitive, put together in the words of the API. Pure. */

import {
  type BarrierView,
  type InstanceView,
  PARTIES_LISTED_MAX,
  type PartyView,
  type PrimitiveView,
  type QueueView,
  type RatesView,
  type RwLockView,
  type SemaphoreView,
  type ServiceView,
} from '../../../lib/api/coordination-types.ts';
import type { WireBytes } from '../../../lib/api/types.ts';
import type { ByteString } from '../../../lib/base/bytes.ts';
import { byteStringToWire } from '../../../lib/keys/wire-bytes.ts';
import { addressIn, believe, isNumber, namedAt, type QueueOrder } from '../../../lib/recognise/primitives.ts';
import { leaseToHex } from '../ids.ts';
import type { Gone, PartKey } from './part-tracker.ts';
import type { PartGroup } from './primitives.ts';

const HELD = 'held';
const GONE_LISTED_MAX = 20;
const NOTHING = { contenders: 0, order: null, hasOurKeys: false, isGoNaming: false };

type RatesOf = (kind: PartGroup['kind'], name: ByteString) => RatesView;

/** Null: what is left of it is not worth a row. */
export function primitiveView(group: PartGroup, ratesOf: RatesOf): PrimitiveView | null {
  switch (group.kind) {
    case 'semaphore':
      return semaphoreView(group);
    case 'rwLock':
      return rwLockView(group);
    case 'barrier':
      return barrierView(group);
    case 'queue':
      return queueView(group, ratesOf(group.kind, group.name));
    case 'counter':
      return counterView(group, ratesOf(group.kind, group.name));
    case 'group': {
      const members = group.keys;
      return {
        kind: 'group',
        ...base(group, NOTHING),
        members: parties(members),
        memberCount: members.length,
      };
    }
    case 'service':
      return null;
  }
}

function base(group: PartGroup, has: Parameters<typeof believe>[1]) {
  return { name: byteStringToWire(group.name), ...believe(group.kind, has) };
}

const withRole = ({ keys }: PartGroup, ...roles: readonly string[]): PartKey[] =>
  keys.filter(({ place }) => roles.includes(place.part.role));

const parties = (keys: readonly PartKey[]): PartyView[] => keys.slice(0, PARTIES_LISTED_MAX).map(partyView);

function partyView({ key, lease, createRevision, since, value }: PartKey): PartyView {
  return {
    key: byteStringToWire(key),
    lease: leaseToHex(lease),
    createRevision: String(createRevision),
    since: namedAt(key) ?? since,
    value,
  };
}

function semaphoreView(group: PartGroup): SemaphoreView | null {
  const [limit] = withRole(group, 'limit');
  const contenders = withRole(group, 'contender');
  const permits = limit !== undefined && isNumber(limit.value) ? Number(limit.value) : null;
  if (contenders.length === 0 && permits === null) return null;
  // Who has been told so has a permit; who has not may have it by its place, and is about to say so.
  const has = (one: PartKey, index: number): boolean => one.value === HELD || (permits !== null && index < permits);
  const holding = contenders.filter(has);
  const waiting = contenders.filter((one, index) => !has(one, index));
  return {
    kind: 'semaphore',
    ...base(group, { ...NOTHING, contenders: contenders.length }),
    permits,
    holding: parties(holding),
    waiting: parties(waiting),
    holdingCount: holding.length,
    waitingCount: waiting.length,
  };
}

/** A writer holds when nobody came before it; readers hold when no writer came before them. */
function rwLockView(group: PartGroup): RwLockView {
  const line = withRole(group, 'reader', 'writer');
  const isWriter = ({ place }: PartKey): boolean => place.part.role === 'writer';
  const firstWriter = line.findIndex(isWriter);
  const holders = firstWriter === 0 ? 1 : firstWriter < 0 ? line.length : firstWriter;
  const waiting = line.slice(holders);
  return {
    kind: 'rwLock',
    ...base(group, NOTHING),
    mode: line.length === 0 ? 'free' : firstWriter === 0 ? 'write' : 'read',
    holding: parties(line.slice(0, holders)),
    waiting: waiting
      .slice(0, PARTIES_LISTED_MAX)
      .map((one) => ({ ...partyView(one), wants: isWriter(one) ? ('write' as const) : ('read' as const) })),
    holdingCount: holders,
    waitingCount: waiting.length,
  };
}

function barrierView(group: PartGroup): BarrierView | null {
  const present = withRole(group, 'waiter');
  const [ready] = withRole(group, 'ready');
  // An empty key called “ready” alone is anybody’s.
  if (present.length === 0) return null;
  const last = present.at(-1);
  const isOpen = ready !== undefined && last !== undefined && ready.modRevision > last.createRevision;
  return {
    kind: 'barrier',
    ...base(group, NOTHING),
    present: parties(present),
    presentCount: present.length,
    openedAt: isOpen ? String(ready.modRevision) : null,
  };
}

function queueView(group: PartGroup, rates: RatesView): QueueView {
  const items = withRole(group, 'item');
  const taken = withRole(group, 'taken');
  const claims = withRole(group, 'claim');
  const takers = withRole(group, 'taker');
  const order = orderOf(items);
  // By revision for first in, first out; the others are taken in the order of their names.
  if (order !== 'fifo') items.sort((a, b) => (a.key < b.key ? -1 : 1));
  const hand = ({ key }: PartKey): string => key.replace(/^__.*?\/(?:taken|claims)\//, '');
  const claimed = new Set(claims.map(hand));
  const times = items.flatMap(({ key, since }) => namedAt(key) ?? since ?? []);
  return {
    kind: 'queue',
    ...base(group, { ...NOTHING, order, hasOurKeys: taken.length + claims.length + takers.length > 0 }),
    order,
    items: parties(items),
    depth: items.length,
    oldestAt: times.length === 0 ? null : Math.min(...times),
    inHand: taken.length,
    orphans: taken.filter((one) => !claimed.has(hand(one))).length,
    idleConsumers: takers.length,
    rates,
  };
}

function orderOf(items: readonly PartKey[]): QueueOrder | null {
  const part = items[0]?.place.part;
  return part?.kind === 'queue' ? part.order : null;
}

function counterView(group: PartGroup, rates: RatesView): PrimitiveView | null {
  const shards = withRole(group, 'shard');
  const [number] = withRole(group, 'number');
  const counted = shards.length > 0 ? shards : number === undefined ? [] : [number];
  const hasOurKeys = shards.length > 0 || withRole(group, 'ticket').length > 0;
  if (counted.length === 0) return null;
  const values = counted.map(({ value }) => value);
  return {
    kind: 'counter',
    ...base(group, { ...NOTHING, hasOurKeys }),
    value: values.every(isNumber) ? String(values.reduce((sum, value) => sum + BigInt(value as string), 0n)) : null,
    shards: shards.length,
    rates,
  };
}

/** Null: no instance says an address, so it is no service. */
export function serviceView(
  group: PartGroup,
  history: { readonly gone: readonly Gone[]; readonly returns: (key: ByteString) => number },
): ServiceView | null {
  const instances = group.keys.flatMap((one) => instanceView(one, history.returns(one.key)) ?? []);
  const left = history.gone.filter(({ value }) => says(value) !== null);
  if (instances.length === 0 && left.length === 0) return null;
  const isGoNaming = [...group.keys, ...left].every(({ value }) => says(value)?.isGoNaming === true);
  return {
    ...base(group, { ...NOTHING, isGoNaming }),
    instances: instances.slice(0, PARTIES_LISTED_MAX),
    instanceCount: instances.length,
    gone: left.slice(0, GONE_LISTED_MAX).flatMap(({ key, value, at, revision }) => {
      const address = says(value)?.address;
      return address === undefined ? [] : [{ key: byteStringToWire(key), address, at, revision: String(revision) }];
    }),
  };
}

const says = (value: WireBytes | null) => (typeof value === 'string' ? addressIn(value) : null);

function instanceView(one: PartKey, flaps: number): InstanceView | null {
  const { key, lease, since, writtenAt, modRevision, value } = one;
  const said = says(value);
  if (said === null) return null;
  const { address, id, version, health } = said;
  return {
    key: byteStringToWire(key),
    lease: leaseToHex(lease),
    address,
    id,
    version,
    health,
    since,
    writtenAt,
    modRevision: String(modRevision),
    value,
    flaps,
  };
}
