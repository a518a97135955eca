/**
 * Which place a key has among the layouts that locks and elections have in the wild (etcd's clientv3 concurrency package, which
 * `etcdctl lock` and `elect` use too; the etcd3 package of npm; Patroni).
 */
import type { ByteString } from '../base/bytes.ts';

export interface KeyFacts {
  readonly key: ByteString;
  /** Signed 64 bits; 0n: none. */
  readonly lease: bigint;
  readonly valueBytes: number;
  /** 1: never written again since it was created. */
  readonly version: number;
}

/**
 * - leaseQueue: `<name>/<lease in hex>`, one key per contender, the oldest holds.
 * - etcd3Election: `election/<name>/<lease in decimal>`, likewise.
 * - patroniLeader: `/service/<scope>/leader`, one key, its value names the leader.
 * - leasedMarker: one key without a value on a lease, written once.
 */
export type Layout = 'leaseQueue' | 'etcd3Election' | 'patroniLeader' | 'leasedMarker';
export type CoordinationKind = 'lock' | 'election';
export type Confidence = 'certain' | 'likely' | 'possible';

export interface Place {
  readonly layout: Layout;
  /** What all contenders have in common: the prefix with its slash, or the key itself where there is only one. */
  readonly group: ByteString;
}

export interface Verdict {
  readonly kind: CoordinationKind;
  readonly confidence: Confidence;
  /** Sentences for people. */
  readonly reason: string;
}

/** As etcdctl prints it: the 64 bits, lower case, no leading zeros. */
export const leaseHex = (lease: bigint): string => BigInt.asUintN(64, lease).toString(16);

/** A segment that could be a lease id: used for keys that lost their lease, never alone. */
const LEASE_SHAPED = /^-?[0-9a-f]{8,16}$/;
const COUNTER_SHAPED = /^\d{8,}$/;
const PATRONI_LEADER = /^\/service\/(?:[^/]+\/){1,2}leader$/;

const lastSegment = (key: ByteString): string => key.slice(key.lastIndexOf('/') + 1);

/** The prefix up to and with the last slash; empty when the key has none, or nothing before it. */
export function parentPrefix(key: ByteString): ByteString {
  const slash = key.lastIndexOf('/');
  return (slash < 1 ? '' : key.slice(0, slash + 1)) as ByteString;
}

/** Null: none of the known layouts. A key without a lease has none: what nobody keeps alive coordinates nothing. */
export function placeOf({ key, lease, valueBytes, version }: KeyFacts): Place | null {
  if (lease === 0n) return null;
  const group = parentPrefix(key);
  const segment = lastSegment(key);
  if (group !== '') {
    // Go's %x prints a negative id with a minus sign, others print the 64 bits.
    if (segment === leaseHex(lease) || segment === lease.toString(16)) return { layout: 'leaseQueue', group };
    if (group.startsWith('election/') && segment === lease.toString()) return { layout: 'etcd3Election', group };
  }
  if (valueBytes > 0 && PATRONI_LEADER.test(key)) return { layout: 'patroniLeader', group: key };
  // Recipes of clientv3 name their leased keys by time (barriers, reader-writer locks): those queue by other rules.
  const isMarker = valueBytes === 0 && version === 1 && segment !== '' && !COUNTER_SHAPED.test(segment);
  return isMarker ? { layout: 'leasedMarker', group: key } : null;
}

/** Below a prefix that is known to be a queue: whether a key without a lease stands in it like one that lost its lease. */
export const looksLikeContender = (key: ByteString): boolean => LEASE_SHAPED.test(lastSegment(key));

/** Without the slash that only serves to find the contenders. */
export const nameOfGroup = ({ layout, group }: Place): ByteString =>
  (layout === 'leaseQueue' || layout === 'etcd3Election' ? group.slice(0, -1) : group) as ByteString;

/** What a place with these contenders is, and why that is believed. */
export function judge(
  layout: Layout,
  values: { readonly empty: number; readonly filled: number; readonly leaseless: number },
): Verdict {
  switch (layout) {
    case 'leaseQueue':
      return judgeQueue(values);
    case 'etcd3Election':
      return {
        kind: 'election',
        confidence: 'likely',
        reason:
          'The keys lie under “election/” and end in their own lease’s id in decimal, as the etcd3 package for Node.js writes them.',
      };
    case 'patroniLeader':
      return {
        kind: 'election',
        confidence: 'likely',
        reason:
          'The key is called “/service/…/leader” and hangs on a lease: Patroni keeps its leader there. Who follows, its members decide among themselves.',
      };
    case 'leasedMarker':
      return {
        kind: 'lock',
        confidence: 'possible',
        reason:
          'One key without a value hangs on a lease and was written once: the etcd3 package for Node.js locks like this, but a sign of presence looks the same.',
      };
  }
}

function judgeQueue({
  empty,
  filled,
  leaseless,
}: {
  readonly empty: number;
  readonly filled: number;
  readonly leaseless: number;
}): Verdict {
  const layout = 'Each key ends in the id of its own lease, as clientv3 and etcdctl name them';
  const orphan =
    leaseless === 0 ? '' : ' A key here lost its lease: it stays, and keeps its place, until somebody deletes it.';
  if (filled === 0) {
    return { kind: 'lock', confidence: 'certain', reason: `${layout}; no value, so it is a lock.${orphan}` };
  }
  if (empty === 0) {
    return {
      kind: 'election',
      confidence: 'likely',
      reason: `${layout}; values, so it is an election. A few service registries use the same names.${orphan}`,
    };
  }
  return {
    kind: 'election',
    confidence: 'possible',
    reason: `${layout}; some have values and some have none, so it may be an election.${orphan}`,
  };
}
