/**
 * What is in a snapshot file, without a store: etcd's database read page by page. Pure; in a browser it runs in a
 * worker (inspect.worker.ts), on a file that never leaves the machine.
 *
 * Bounds: one page of the file at a time; PREFIXES_MAX prefixes, deeper ones count for the prefix above them; KEYS_MAX living keys, beyond
 * which they are not told apart from their history (`living` is null) and everything else still is.
 */
import { DamagedFileError } from '../base/bbolt/page.ts';
import { BoltReader, type ReadableFile } from '../base/bbolt/reader.ts';
import { type ByteString, equalBytes, toByteString, utf8Decode } from '../base/bytes.ts';
import { AuthKey, Bucket, CLUSTER_VERSION_KEY, MetaKey, readCounter } from '../base/etcd-buckets.ts';
import { KeyValue } from '../base/etcdpb/mvcc.ts';
import { WireError } from '../base/protobuf/reader.ts';
import { Sha256 } from '../base/sha256.ts';
import { PrefixSizes } from './prefix-sizes.ts';
import { type InspectProgress, KEYS_MAX, type SnapshotReport } from './report.ts';

const CHECKSUM_BYTES = 32;
const ALIGNMENT = 512;
const PIECE_BYTES = 1024 * 1024;
/** Steps between two looks of the caller. */
const STEP_ENTRIES = 2_000;
/** main u64, "_", sub u64; and "t" for a tombstone. */
const REVISION_BYTES = 17;

/** Yields how far it is, now and then; returns the report. @throws DamagedFileError when it is no snapshot, or damaged */
export function* inspectSnapshot(file: ReadableFile): Generator<InspectProgress, SnapshotReport> {
  const bytes = file.size();
  const rest = bytes % ALIGNMENT;
  if (bytes === 0 || (rest !== 0 && rest !== CHECKSUM_BYTES))
    throw new DamagedFileError(`it is cut short or no snapshot: its length of ${bytes} bytes fits neither form`);
  const databaseBytes = bytes - rest;
  const counted = new CountedFile(file);
  const totalBytes = databaseBytes * (rest === 0 ? 1 : 2);
  const progress = (): InspectProgress => ({ doneBytes: Math.min(counted.readBytes, totalBytes), totalBytes });

  // What it is, before what it weighs: a stranger's file is told at once.
  const bolt = new BoltReader(counted, databaseBytes);
  const missing = [Bucket.KEY, Bucket.META].filter((name) => !bolt.bucketNames.includes(name));
  if (missing.length > 0) throw new DamagedFileError(`it is not etcd's: it has no bucket "${missing[0]}"`);
  let checksum: SnapshotReport['checksum'] = 'none';
  if (rest === CHECKSUM_BYTES) {
    const hash = new Sha256();
    for (let at = 0; at < databaseBytes; at += PIECE_BYTES) {
      hash.add(counted.read(at, Math.min(PIECE_BYTES, databaseBytes - at)));
      yield progress();
    }
    checksum = equalBytes(hash.digest(), file.read(databaseBytes, CHECKSUM_BYTES)) ? 'fits' : 'differs';
  }

  const history = new History();
  let entries = 0;
  for (const { key, value } of bolt.entries(Bucket.KEY)) {
    history.add(key, value);
    if (++entries % STEP_ENTRIES === 0) yield progress();
  }
  return { bytes, checksum, ...history.report(compactRevisionOf(bolt)), ...othersIn(bolt) };
}

class CountedFile implements ReadableFile {
  readonly #file: ReadableFile;
  readBytes = 0;

  constructor(file: ReadableFile) {
    this.#file = file;
  }
  size(): number {
    return this.#file.size();
  }
  read(at: number, length: number): Uint8Array {
    const bytes = this.#file.read(at, length);
    this.readBytes += bytes.length;
    return bytes;
  }
}

/** The stored changes in their order, and what is left of them at the end. */
class History {
  readonly #prefixes = new PrefixSizes();
  /** Bytes of the last change of each key; a deleted one is not there. Undefined beyond KEYS_MAX. */
  #living: Map<ByteString, number> | undefined = new Map();
  #revisions = 0;
  #tombstones = 0;
  #revision = 1;

  add(key: Uint8Array, value: Uint8Array): void {
    const main = key.length >= REVISION_BYTES ? readCounter(key.subarray(0, 8)) : undefined;
    if (main === undefined || main < this.#revision - 1 || key.length > REVISION_BYTES + 1)
      throw new DamagedFileError(`the bucket "${Bucket.KEY}" holds ${key.length} bytes that are no revision`);
    const isTombstone = key.length === REVISION_BYTES + 1;
    const kv = decoded(main, value);
    const name = toByteString(kv.key);
    this.#revision = Math.max(this.#revision, main);
    this.#revisions++;
    this.#prefixes.addStored(name, value.length);
    if (isTombstone) {
      this.#tombstones++;
      this.#living?.delete(name);
    } else {
      this.#living?.set(name, kv.key.length + kv.value.length);
      if (this.#living !== undefined && this.#living.size > KEYS_MAX) this.#living = undefined;
    }
  }

  report(compactRevision: number) {
    let living: { keys: number; bytes: number } | null = null;
    if (this.#living !== undefined) {
      living = { keys: this.#living.size, bytes: 0 };
      for (const [key, bytes] of this.#living) {
        living.bytes += bytes;
        this.#prefixes.addLiving(key, bytes);
      }
    }
    return {
      // A deletion that a compaction took with it still counts.
      revision: Math.max(this.#revision, compactRevision),
      ...{ compactRevision, revisions: this.#revisions, tombstones: this.#tombstones, living },
      prefixes: this.#prefixes.biggest(),
    };
  }
}

function decoded(main: number, value: Uint8Array) {
  try {
    return KeyValue.decode(value);
  } catch (cause) {
    if (cause instanceof WireError || cause instanceof RangeError)
      throw new DamagedFileError(`revision ${main} cannot be read: ${cause.message}`);
    throw cause;
  }
}

/** A compaction that was accepted and not carried out counts, too. */
function compactRevisionOf(bolt: BoltReader): number {
  let found = 0;
  for (const { key, value } of bolt.entries(Bucket.META)) {
    const name = utf8Decode(key);
    if (name === MetaKey.FINISHED_COMPACTION || name === MetaKey.SCHEDULED_COMPACTION)
      found = Math.max(found, readCounter(value.subarray(0, 8)) ?? 0);
  }
  return found;
}

function othersIn(bolt: BoltReader) {
  const names = (bucket: string) => Array.from(bolt.entries(bucket), ({ key }) => utf8Decode(key) ?? toByteString(key));
  const lookUp = (bucket: string, wanted: string) =>
    [...bolt.entries(bucket)].find(({ key }) => utf8Decode(key) === wanted)?.value;
  let leases = 0;
  for (const _ of bolt.entries(Bucket.LEASE)) leases++;
  const enabled = lookUp(Bucket.AUTH, AuthKey.ENABLED);
  return {
    ...{ leases, users: names(Bucket.AUTH_USERS), roles: names(Bucket.AUTH_ROLES) },
    isAuthEnabled: enabled?.length === 1 && enabled[0] === 1,
    alarms: names(Bucket.ALARM).length,
    clusterVersion: utf8Decode(lookUp(Bucket.CLUSTER, CLUSTER_VERSION_KEY) ?? new Uint8Array(0)) ?? '',
  };
}
