/**
 * What a snapshot file gives a new state machine: every retained revision with its bytes as they are, leases, alarms, users.
 *
 * The file is read twice: once to check all of it, once to hand it on. Memory: a page, the leases, a key for each revision
 * whose lease is gone and that nothing has superseded yet.
 */

import { BoltReader } from '../../../lib/base/bbolt/reader.ts';
import { type ByteString, equalBytes } from '../../../lib/base/bytes.ts';
import type { AlarmMember } from '../../../lib/base/etcdpb/cluster.ts';
import type { AuthRecord } from '../auth/types.ts';
import type { LeaseRecord } from '../lease/lease-store.ts';
import { decodeRevision, encodeRevision } from '../mvcc/revision-codec.ts';
import { Database } from './read-database.ts';
import { hashOf, type ReadableFile, splitTrailer, TRAILER_BYTES } from './trailer.ts';

const FIRST_REVISION = 1;

/** The file is sound, but not to be used like this. `message` says what to do. */
export class SnapshotRefusedError extends Error {
  override readonly name = 'SnapshotRefusedError';
}

export interface SnapshotSummary {
  /** How many are stored, deletions included. */
  readonly revisions: number;
  readonly revision: number;
  /** 0 when never compacted. */
  readonly compactRevision: number;
  readonly leases: number;
  /** Keys whose lease does not exist any more: they stay, without a lease, as a real etcd keeps them. */
  readonly orphans: number;
  readonly alarms: number;
  readonly users: number;
  readonly roles: number;
  readonly isAuthEnabled: boolean;
}

export class SnapshotContent {
  readonly summary: SnapshotSummary;
  /** SHA-256 of the database: what tells one snapshot from another. */
  readonly hash: Uint8Array;
  readonly leases: readonly LeaseRecord[];
  readonly alarms: readonly AlarmMember[];
  readonly auth: AuthRecord;
  readonly #database: Database;
  /** By key: the living revision whose lease is gone. */
  readonly #orphans = new Map<ByteString, number>();

  /** Reads and checks the whole database. @throws DamagedFileError */
  constructor(database: Database, hash: Uint8Array) {
    this.#database = database;
    this.hash = hash;
    this.leases = database.leases();
    this.alarms = database.alarms();
    this.auth = database.auth();
    const known = new Set(this.leases.map(({ id }) => id));
    let revisions = 0;
    let last = FIRST_REVISION;
    database.checkRevisions(({ key, main, lease }) => {
      revisions++;
      last = main;
      if (lease !== 0n && !known.has(lease)) this.#orphans.set(key, main);
      else if (this.#orphans.size > 0) this.#orphans.delete(key);
    });
    const { compactRevision } = database;
    this.summary = {
      revisions,
      // Compaction may have taken the newest revision with it, a deletion.
      revision: Math.max(last, compactRevision),
      compactRevision,
      leases: this.leases.length,
      orphans: this.#orphans.size,
      alarms: this.alarms.length,
      users: this.auth.users.length,
      roles: this.auth.roles.length,
      isAuthEnabled: this.auth.isEnabled,
    };
  }

  /** Stored revisions (mvcc/revision-codec.ts) in rising order, some at a time. What compaction made dead may be among them. */
  *revisions(): Generator<readonly Uint8Array[]> {
    for (const payloads of this.#database.revisions())
      yield this.#orphans.size === 0 ? payloads : payloads.map((payload) => this.#adopted(payload));
  }

  /** As it is, but for an orphan, which loses its lease. */
  #adopted(payload: Uint8Array): Uint8Array {
    const stored = decodeRevision(payload);
    return this.#orphans.get(stored.key) === stored.main ? encodeRevision({ ...stored, lease: 0n }) : payload;
  }
}

/**
 * Opens, hashes and checks a snapshot file. `skipHashCheck`: accept one without SHA-256 trailer (a copy of a member's own
 * database file), or with a wrong one.
 * @throws DamagedFileError, SnapshotRefusedError (no trailer)
 */
export function openSnapshotFile(
  file: ReadableFile,
  { skipHashCheck = false }: { readonly skipHashCheck?: boolean } = {},
): SnapshotContent {
  const { databaseBytes, hasTrailer } = splitTrailer(file);
  const hash = hashOf(file, databaseBytes);
  if (!skipHashCheck) {
    if (!hasTrailer)
      throw new SnapshotRefusedError(
        `${file.path} has no checksum at its end, as a copied database file has none: take a snapshot with ` +
          '"etcdctl snapshot save", or skip the check',
      );
    if (!equalBytes(hash, file.read(databaseBytes, TRAILER_BYTES)))
      throw new SnapshotRefusedError(`${file.path} does not match the checksum at its end: it is damaged`);
  }
  return new SnapshotContent(new Database(new BoltReader(file, databaseBytes)), hash);
}
