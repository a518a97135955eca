/**
 * The ranges one user may read or write: the permissions of all his roles, merged, so that [a,b) and [b,c) together cover
 * [a,c) as they do in etcd. A range end of "\0" is open; an empty one means the single key, the range from it to key + "\0".
 */
import { type ByteString, toByteString } from '../../../lib/base/bytes.ts';
import { type Permission, PermissionType } from '../../../lib/base/etcdpb/auth.ts';

/** [from, to); `to` undefined: everything from `from` on. */
interface Interval {
  readonly from: ByteString;
  readonly to: ByteString | undefined;
}

const OPEN_END = '\0';

/** A permission etcd takes: a key, and an end behind it, or open, or none. */
export function isValidRange({ key, rangeEnd }: Pick<Permission, 'key' | 'rangeEnd'>): boolean {
  if (key.length === 0) return false;
  const { from, to } = intervalOf(key, rangeEnd);
  return to === undefined || from < to;
}

export class RangePermissions {
  readonly #read: readonly Interval[];
  readonly #write: readonly Interval[];

  constructor(permissions: readonly Permission[]) {
    // Stores that were begun by an older etcd may hold ranges that contain nothing.
    const valid = permissions.filter(isValidRange);
    const ofKind = (kind: number) =>
      merged(
        valid
          .filter(({ permType }) => permType === kind || permType === PermissionType.READWRITE)
          .map(({ key, rangeEnd }) => intervalOf(key, rangeEnd)),
      );
    this.#read = ofKind(PermissionType.READ);
    this.#write = ofKind(PermissionType.WRITE);
  }

  mayRead(key: Uint8Array, rangeEnd: Uint8Array): boolean {
    return covers(this.#read, intervalOf(key, rangeEnd));
  }

  mayWrite(key: Uint8Array, rangeEnd: Uint8Array): boolean {
    return covers(this.#write, intervalOf(key, rangeEnd));
  }
}

function intervalOf(key: Uint8Array, rangeEnd: Uint8Array): Interval {
  const from = toByteString(key);
  const end = toByteString(rangeEnd);
  if (end === OPEN_END) return { from, to: undefined };
  return { from, to: end === '' ? (`${from}\0` as ByteString) : end };
}

/** Disjoint, not even touching, in order. */
function merged(intervals: readonly Interval[]): Interval[] {
  const sorted = [...intervals].sort((a, b) => (a.from < b.from ? -1 : a.from > b.from ? 1 : 0));
  const out: Interval[] = [];
  for (const next of sorted) {
    const last = out.at(-1);
    if (last === undefined || (last.to !== undefined && last.to < next.from)) out.push(next);
    else out[out.length - 1] = { from: last.from, to: laterEnd(last.to, next.to) };
  }
  return out;
}

function laterEnd(a: ByteString | undefined, b: ByteString | undefined): ByteString | undefined {
  if (a === undefined || b === undefined) return undefined;
  return a < b ? b : a;
}

/** A range that ends before it begins holds no key; etcd then asks for its first key alone. */
function covers(intervals: readonly Interval[], { from, to }: Interval): boolean {
  let low = 0;
  let high = intervals.length;
  while (low < high) {
    const middle = (low + high) >>> 1;
    if ((intervals[middle] as Interval).from <= from) low = middle + 1;
    else high = middle;
  }
  const candidate = intervals[low - 1];
  if (candidate === undefined || (candidate.to !== undefined && candidate.to <= from)) return false;
  return candidate.to === undefined || (to !== undefined && candidate.to >= to);
}
