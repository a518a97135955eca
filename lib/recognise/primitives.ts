/**
 * Which part a key plays in a semaphore, a reader-writer lock, a barrier, a queue, a counter, a group or a service: the layouts of Go's
 * recipes and of lib/client (its README has the table). Locks and elections are in `layout.ts`.
 *
 * Nothing is believed for a folder's name alone: contenders must hang on a lease and be named by the clock, items be named by clock or
 * number as their queues name them, instances be leased and say an address.
 */
import type { WireBytes } from '../api/types.ts';
import type { ByteString } from '../base/bytes.ts';
import { type Confidence, type KeyFacts, placeOf } from './layout.ts';

export type PrimitiveKind = 'semaphore' | 'rwLock' | 'barrier' | 'queue' | 'counter' | 'group' | 'service';
export type QueueOrder = 'fifo' | 'priority' | 'delayed';

export type Part =
  | { readonly kind: 'semaphore'; readonly role: 'limit' | 'contender' }
  | { readonly kind: 'rwLock'; readonly role: 'reader' | 'writer' }
  | { readonly kind: 'barrier'; readonly role: 'waiter' | 'ready' }
  | { readonly kind: 'queue'; readonly role: 'item' | 'taken' | 'claim' | 'taker'; readonly order: QueueOrder | null }
  | { readonly kind: 'counter'; readonly role: 'number' | 'shard' | 'ticket' }
  | { readonly kind: 'group'; readonly role: 'member' }
  | { readonly kind: 'service'; readonly role: 'instance' };

export interface PartPlace {
  /** What all its keys have in common, without the slash. */
  readonly name: ByteString;
  readonly part: Part;
}

/** Nanoseconds since 1970, from 2014 to 2065. */
const NANOS = String.raw`(?:1[4-9]|2\d)\d{17}`;
type Shape = readonly [pattern: RegExp, isLeased: boolean, part: Part];

/** The first that fits counts. Group 1 is the name. */
const SHAPES: readonly Shape[] = [
  [new RegExp(`^(.+)/permits/${NANOS}$`), true, { kind: 'semaphore', role: 'contender' }],
  [/^(.+)\/permits$/, false, { kind: 'semaphore', role: 'limit' }],
  [new RegExp(`^(.+)/read/${NANOS}$`), true, { kind: 'rwLock', role: 'reader' }],
  [new RegExp(`^(.+)/write/${NANOS}$`), true, { kind: 'rwLock', role: 'writer' }],
  [new RegExp(`^(.+)/waiters/${NANOS}$`), true, { kind: 'barrier', role: 'waiter' }],
  [/^(.+)\/ready$/, false, { kind: 'barrier', role: 'ready' }],
  [new RegExp(`^__(.+)/taken/${NANOS}/.+$`), false, { kind: 'queue', role: 'taken', order: null }],
  [new RegExp(`^__(.+)/claims/${NANOS}/.+$`), true, { kind: 'queue', role: 'claim', order: null }],
  [new RegExp(`^__(.+)/takers/${NANOS}$`), true, { kind: 'queue', role: 'taker', order: null }],
  [new RegExp(`^(.+)/due/\\d{15}-${NANOS}$`), false, { kind: 'queue', role: 'item', order: 'delayed' }],
  [/^((?!__).+)\/\d{5}\/\d{16}$/, false, { kind: 'queue', role: 'item', order: 'priority' }],
  [new RegExp(`^((?!__).+)/${NANOS}$`), false, { kind: 'queue', role: 'item', order: 'fifo' }],
  [/^(.+)\/shards\/\d{3}$/, false, { kind: 'counter', role: 'shard' }],
  [/^(.+)\/tickets\/session-[0-9a-f]+$/, true, { kind: 'counter', role: 'ticket' }],
  [/^(.+)\/members\/[^/]+$/, true, { kind: 'group', role: 'member' }],
];

/** A number of permits has few digits; what is longer is no limit. */
const LIMIT_BYTES_MAX = 7;

/** Null: it plays no part that its name and lease would show. Cheap for what is none: most keys of most stores. */
export function partOf(facts: KeyFacts): PartPlace | null {
  const { key, lease, valueBytes } = facts;
  if (key.lastIndexOf('/') < 1 || (lease === 0n && !mayPlayUnleased(key))) return null;
  for (const [pattern, isLeased, part] of SHAPES) {
    if (isLeased !== (lease !== 0n)) continue;
    const name = pattern.exec(key)?.[1];
    if (name === undefined) continue;
    if (part.role === 'limit' && (valueBytes === 0 || valueBytes > LIMIT_BYTES_MAX)) continue;
    if (part.role === 'ready' && valueBytes > 0) continue;
    return { name: name as ByteString, part };
  }
  if (lease === 0n || valueBytes === 0 || placeOf(facts) !== null) return null;
  const name = key.slice(0, key.lastIndexOf('/')) as ByteString;
  return { name, part: { kind: 'service', role: 'instance' } };
}

/** Every part without a lease ends in a number, or is one of two names: a look that spares most keys all the patterns. */
function mayPlayUnleased(key: ByteString): boolean {
  const last = key.charCodeAt(key.length - 1);
  return (last >= DIGIT_ZERO && last <= DIGIT_NINE) || key.endsWith('/permits') || key.endsWith('/ready');
}

const DIGIT_ZERO = 48;
const DIGIT_NINE = 57;

/** When an item or contender was named, in milliseconds since 1970; null where its name holds no time. */
export function namedAt(key: ByteString): number | null {
  const nanos = new RegExp(`(${NANOS})$`).exec(key)?.[1];
  return nanos === undefined ? null : Math.floor(Number(nanos.slice(0, -6)));
}

/** When a delayed item may be taken. */
export function dueAt(key: ByteString): number | null {
  const due = /\/due\/(\d{15})-/.exec(key)?.[1];
  return due === undefined ? null : Number(due);
}

export interface Address {
  readonly address: string;
  readonly id: string | null;
  readonly version: string | null;
  readonly health: 'passing' | 'failing' | null;
  /** How it says so: Go's naming/endpoints, or JSON with an address in it. */
  readonly isGoNaming: boolean;
}

/** What a service instance says of itself; null: no address in it, so it is none. */
export function addressIn(text: string): Address | null {
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch {
    return null; // no JSON, no instance
  }
  if (!isRecord(value)) return null;
  const address = textOf(value.Addr) ?? textOf(value.address) ?? textOf(value.addr) ?? hostAndPort(value);
  if (address === null) return null;
  const more = isRecord(value.Metadata) ? value.Metadata : value;
  const health = textOf(more.health);
  return {
    address,
    id: textOf(more.id),
    version: textOf(more.version),
    health: health === 'passing' || health === 'failing' ? health : null,
    isGoNaming: typeof value.Addr === 'string',
  };
}

function hostAndPort({ host, port }: Record<string, unknown>): string | null {
  if (typeof host !== 'string' || host === '') return null;
  return typeof port === 'number' ? `${host}:${port}` : host;
}

const textOf = (value: unknown): string | null => (typeof value === 'string' && value !== '' ? value : null);
const isRecord = (value: unknown): value is Record<string, unknown> =>
  typeof value === 'object' && value !== null && !Array.isArray(value);

const INTEGER = /^-?\d{1,30}$/;
export const isNumber = (value: WireBytes | null): value is string => typeof value === 'string' && INTEGER.test(value);

export interface Belief {
  readonly confidence: Confidence;
  /** Sentences for people. */
  readonly reason: string;
}

/** Why a set of parts is believed to be what it is. */
export function believe(
  kind: PrimitiveKind,
  has: {
    readonly contenders: number;
    readonly order: QueueOrder | null;
    readonly hasOurKeys: boolean;
    readonly isGoNaming: boolean;
  },
): Belief {
  switch (kind) {
    case 'semaphore':
      return has.contenders > 0
        ? certain('Leased keys named by the clock lie under “permits”: the semaphore of Quorate’s client.')
        : possible(
            'A short value is called “permits” and nobody stands below it: an idle semaphore, or plain configuration.',
          );
    case 'rwLock':
      return certain('Leased keys named by the clock lie under “read” and “write”, as Go’s recipes name them.');
    case 'barrier':
      return certain('Leased keys named by the clock lie under “waiters”, as Go’s recipes name them.');
    case 'queue':
      if (has.hasOurKeys)
        return certain(
          'Items named by order, and items in hand or consumers beside them, as Quorate’s client names them.',
        );
      return has.order === 'fifo'
        ? possible(
            'The keys are named by nanoseconds, as the queue of Go’s recipes names its items; a log named by time looks the same.',
          )
        : likely('The keys are named by priority or due time and number, as queues name their items.');
    case 'counter':
      return has.hasOurKeys
        ? certain('Numbers with the tickets or shards of Quorate’s client beside them.')
        : possible('A whole number without a lease that was seen changing from number to number.');
    case 'group':
      return likely('Leased keys lie under “members”: the group of Quorate’s client, or Patroni’s members.');
    case 'service':
      return has.isGoNaming
        ? certain('Leased values with “Op” and “Addr”, as Go’s naming/endpoints writes them.')
        : likely('Leased values in JSON that name an address.');
  }
}

const certain = (reason: string): Belief => ({ confidence: 'certain', reason });
const likely = (reason: string): Belief => ({ confidence: 'likely', reason });
const possible = (reason: string): Belief => ({ confidence: 'possible', reason });
