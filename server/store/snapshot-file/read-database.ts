/**
 * What a real etcd (3.4 or later) left in its database, checked as far as our state machine relies on it. Members belong
 * to the cluster the file came from and are not read: a restore begins a new cluster, as it does with etcd's own tools.
 */

import { DamagedFileError } from '../../../lib/base/bbolt/page.ts';
import type { BoltEntry, BoltReader } from '../../../lib/base/bbolt/reader.ts';
import { equalBytes, toByteString, utf8Decode, utf8Encode } from '../../../lib/base/bytes.ts';
import { AuthKey, Bucket, counterAt, MetaKey, readCounter } from '../../../lib/base/etcd-buckets.ts';
import { Role, User } from '../../../lib/base/etcdpb/auth.ts';
import { AlarmMember } from '../../../lib/base/etcdpb/cluster.ts';
import { WireError } from '../../../lib/base/protobuf/reader.ts';
import { storedRole, storedUser } from '../auth/stored-messages.ts';
import type { AuthRecord } from '../auth/types.ts';
import type { LeaseRecord } from '../lease/lease-store.ts';
import { BACKEND_KEY_BYTES, decodeRevision, isEncodingOf, type StoredRevision } from '../mvcc/revision-codec.ts';
import { LeaseMessage } from './schema.ts';

const SEPARATOR = 0x5f;
const TOMBSTONE_MARK = 0x74;

export class Database {
  readonly #bolt: BoltReader;
  readonly compactRevision: number;
  /** Of the entry the state stands at; 0 when the file does not say. */
  readonly consistentIndex: number;
  readonly term: number;

  /** @throws DamagedFileError */
  constructor(bolt: BoltReader) {
    this.#bolt = bolt;
    const missing = [Bucket.KEY, Bucket.META].filter((name) => !bolt.bucketNames.includes(name));
    if (missing.length > 0)
      throw new DamagedFileError(`this bbolt file is not etcd's: it has no bucket "${missing[0]}"`);
    const meta = this.#small(Bucket.META);
    this.compactRevision = Math.max(
      markOf(meta, MetaKey.FINISHED_COMPACTION),
      // A compaction that was accepted and not carried out counts: reads below it are refused already.
      markOf(meta, MetaKey.SCHEDULED_COMPACTION),
    );
    this.consistentIndex = readCounter(meta.get(MetaKey.CONSISTENT_INDEX)) ?? 0;
    this.term = readCounter(meta.get(MetaKey.TERM)) ?? 0;
  }

  /** Visits all in rising order; each (main, sub) once, each key once per main revision. @throws DamagedFileError */
  checkRevisions(visit: (revision: StoredRevision) => void): void {
    let previous = { main: 0, sub: -1 };
    const keys = new Set<string>();
    const check = (entry: BoltEntry): void => {
      const revision = readRevision(entry);
      const { main, sub, key } = revision;
      if (main !== previous.main) keys.clear();
      else if (sub <= previous.sub) throw new DamagedFileError(`revision ${main}.${sub} is there twice`);
      if (keys.has(key)) throw new DamagedFileError(`revision ${main} changes a key twice`);
      keys.add(key);
      previous = revision;
      visit(revision);
    };
    for (const entries of this.#bolt.leaves(Bucket.KEY)) entries.forEach(check);
  }

  /** What checkRevisions() has found sound, some at a time, as revision-codec.ts stores it: views, the caller's to keep. */
  *revisions(): Generator<Uint8Array[]> {
    for (const entries of this.#bolt.leaves(Bucket.KEY)) yield entries.map(({ pair }) => pair);
  }

  /** @throws DamagedFileError */
  leases(): LeaseRecord[] {
    return Array.from(this.#bolt.entries(Bucket.LEASE), ({ key, value }) => {
      const { id, ttl, remainingTtl } = decoded('lease', () => LeaseMessage.decode(value));
      if (key.length !== 8 || new DataView(key.buffer, key.byteOffset, 8).getBigInt64(0) !== id || id === 0n)
        throw new DamagedFileError(`a lease is filed under another id than its own, ${id}`);
      if (ttl <= 0 || remainingTtl < 0) throw new DamagedFileError(`lease ${id} has a TTL of ${ttl} s`);
      return { id, grantedTtl: ttl, remainingTtl };
    });
  }

  /** @throws DamagedFileError */
  alarms(): AlarmMember[] {
    return Array.from(this.#bolt.entries(Bucket.ALARM), ({ key }) => decoded('alarm', () => AlarmMember.decode(key)));
  }

  /** @throws DamagedFileError */
  auth(): AuthRecord {
    const stored = this.#small(Bucket.AUTH);
    const enabled = stored.get(AuthKey.ENABLED);
    const revision = stored.get(AuthKey.REVISION);
    const counter = revision === undefined ? 0 : readCounter(revision);
    if (counter === undefined) throw new DamagedFileError(`"${AuthKey.REVISION}" is no revision`);
    return {
      isEnabled: enabled?.length === 1 && enabled[0] === 1,
      revision: counter,
      users: Array.from(this.#bolt.entries(Bucket.AUTH_USERS), ({ key, value }) => {
        const user = decoded('a user', () => storedUser(User.decode(value)));
        if (!equalBytes(utf8Encode(user.name), key)) throw new DamagedFileError(`user ${user.name} is filed elsewhere`);
        return user;
      }),
      roles: Array.from(this.#bolt.entries(Bucket.AUTH_ROLES), ({ key, value }) => {
        const role = decoded('a role', () => storedRole(Role.decode(value)));
        if (!equalBytes(utf8Encode(role.name), key)) throw new DamagedFileError(`role ${role.name} is filed elsewhere`);
        return role;
      }),
    };
  }

  #small(bucket: string): Map<string, Uint8Array> {
    const pair = ({ key, value }: BoltEntry) => [utf8Decode(key) ?? toByteString(key), value] as const;
    return new Map(Array.from(this.#bolt.entries(bucket), pair));
  }
}

function markOf(meta: ReadonlyMap<string, Uint8Array>, name: string): number {
  const mark = meta.get(name);
  if (mark === undefined) return 0;
  const main = mark.length === BACKEND_KEY_BYTES ? readCounter(mark.subarray(0, 8)) : undefined;
  if (main === undefined) throw new DamagedFileError(`"${name}" is no revision`);
  return main;
}

/** @throws DamagedFileError */
function readRevision(entry: BoltEntry): StoredRevision {
  const { keyBytes, pair } = entry;
  const isTombstone = keyBytes === BACKEND_KEY_BYTES + 1 && pair[BACKEND_KEY_BYTES] === TOMBSTONE_MARK;
  const isKey = keyBytes === BACKEND_KEY_BYTES || isTombstone;
  const isShaped = isKey && pair.length > keyBytes && pair[8] === SEPARATOR;
  const main = isShaped ? counterAt(pair, 0) : undefined;
  const sub = isShaped ? counterAt(pair, 9) : undefined;
  if (main === undefined || sub === undefined || sub > 0xffff_ffff || main === 0)
    throw new DamagedFileError(`the key bucket holds ${keyBytes} bytes that are no revision`);
  const stored = decodedRevision(pair, main, sub);
  if (stored.key === '') throw new DamagedFileError(`revision ${main}.${sub} has no key`);
  // The same bytes again: no field is unknown, given twice or at odds with the revision it is filed under.
  if (stored.tombstone !== isTombstone || !isEncodingOf(pair, stored))
    throw new DamagedFileError(`revision ${main}.${sub} is not as etcd writes it`);
  const { createRevision, version } = stored;
  if (!isTombstone && (createRevision < 1 || createRevision > main || version < 1))
    throw new DamagedFileError(`revision ${main}.${sub} was created at ${createRevision}, version ${version}`);
  return stored;
}

function decodedRevision(pair: Uint8Array, main: number, sub: number): StoredRevision {
  try {
    return decodeRevision(pair);
  } catch (cause) {
    throw unreadable(`revision ${main}.${sub}`, cause);
  }
}

/** Turns what decoders throw at malformed bytes into the one error of this folder. */
function decoded<T>(what: string, decode: () => T): T {
  try {
    return decode();
  } catch (cause) {
    throw unreadable(what, cause);
  }
}

function unreadable(what: string, cause: unknown): unknown {
  const isMalformed = cause instanceof WireError || cause instanceof RangeError;
  return isMalformed ? new DamagedFileError(`${what} cannot be read: ${cause.message}`) : cause;
}
