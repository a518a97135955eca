/**
 * A state image as a stream of chunks: the frames of a segment file (server/docs/formats.md, "State machine segments"),
 * cut anywhere.
 *
 *   SNAPSHOT | every revision known to the index, in order | state beside them | COMMIT
 */
import type { ClusterId } from '../../../lib/base/brand.ts';
import { concatBytes } from '../../../lib/base/bytes.ts';
import type { KvStore } from '../mvcc/kv-store.ts';
import type { Location } from '../mvcc/revision-store.ts';
import {
  claimedLength,
  encodeFrame,
  FRAME_HEADER_BYTES,
  type Frame,
  frameBytes,
  RecordType,
  readFrame,
} from '../mvcc/segments/frame.ts';
import { type Commit, encodeCommit, encodeSnapshotStart } from '../mvcc/segments/records.ts';
import type { SegmentStore } from '../mvcc/segments/segment-store.ts';
import { SequentialReader } from '../mvcc/segments/sequential-reader.ts';
import type { SnapshotMetadata } from '../raft/types.ts';
import type { SnapshotReader } from './types.ts';

export const SNAPSHOT_CHUNK_BYTES_MAX = 1024 * 1024;
/** A chunk is handed out once it is at least this large. */
const CHUNK_BYTES_TARGET = 256 * 1024;
/** Records are handed out about so many bytes at a time: a millisecond of work, in a member that serves meanwhile. */
const FRAMES_BYTES_TARGET = 64 * 1024;
/** Larger frames do not exist: a request is bounded far below. */
const FRAME_BYTES_MAX = 1024 * 1024 * 1024;

/** A received image is incomplete, damaged or not for this cluster. The state it was to replace is untouched. */
export class SnapshotError extends Error {
  override readonly name = 'SnapshotError';
}

interface ImageOptions {
  readonly kv: KvStore;
  readonly store: SegmentStore;
  readonly clusterId: ClusterId;
  readonly commit: Commit;
  readonly metadata: SnapshotMetadata;
  /** State beside the revisions, as of `commit`. */
  readonly image: readonly Frame[];
}

/** Reads a consistent image while requests go on being applied: the index is pinned, later revisions are left out. */
export class ImageReader implements SnapshotReader {
  readonly metadata: SnapshotMetadata;
  readonly #kv: KvStore;
  readonly #store: SegmentStore;
  readonly #revisions: SequentialReader;
  readonly #commit: Commit;
  readonly #opening: Frame;
  /** Records after the revisions. */
  readonly #closing: readonly Frame[];
  /** What is left of frames read for a chunk that took no more. */
  #left: Uint8Array = new Uint8Array(0);
  /** Undefined before the first record was read, and after the last revision. */
  #next: { readonly main: number; readonly sub: number } | undefined;
  #stage: 'opening' | 'revisions' | 'done' = 'opening';
  #isOpen = true;

  constructor({ kv, store, clusterId, commit, metadata, image }: ImageOptions) {
    this.metadata = metadata;
    this.#kv = kv;
    this.#store = store;
    this.#revisions = new SequentialReader(store);
    this.#commit = commit;
    this.#opening = { type: RecordType.SNAPSHOT, payload: encodeSnapshotStart(clusterId) };
    const end = { type: RecordType.COMMIT, payload: encodeCommit(commit, { segment: 0, offset: 0 }) };
    this.#closing = [...image, end];
    kv.pin();
  }

  next(): Uint8Array | undefined {
    const ready = [this.#left];
    let bytes = this.#left.length;
    while (bytes < CHUNK_BYTES_TARGET && this.#stage !== 'done') {
      this.#read(CHUNK_BYTES_TARGET - bytes, {
        // As it lies, its checksum included.
        revision: (location, length) => ready.push(this.#revisions.frame(location, length)),
        other: (frame) => ready.push(encodeFrame(frame)),
      });
      bytes = ready.reduce((sum, { length }) => sum + length, 0);
    }
    if (bytes === 0) return undefined;
    const joined = ready.length === 1 ? this.#left : concatBytes(ready);
    this.#left = joined.subarray(SNAPSHOT_CHUNK_BYTES_MAX);
    return joined.subarray(0, SNAPSHOT_CHUNK_BYTES_MAX);
  }

  nextFrames(): readonly Frame[] | undefined {
    if (this.#stage === 'done') return undefined;
    const frames: Frame[] = [];
    this.#read(FRAMES_BYTES_TARGET, {
      revision: (location, length) => {
        frames.push({ type: RecordType.REVISION, payload: this.#revisions.payload(location, length) });
      },
      other: (frame) => frames.push(frame),
    });
    return frames;
  }

  close(): void {
    if (this.#isOpen) this.#kv.unpin();
    this.#isOpen = false;
  }

  /** Hands out what comes next: of the revisions a little more than `bytes`. */
  #read(bytes: number, take: RecordTaker): void {
    if (this.#stage === 'opening') take.other(this.#opening);
    this.#stage = 'revisions';
    if (this.#readRevisions(bytes, take)) return;
    for (const frame of this.#closing) take.other(frame);
    this.#stage = 'done';
  }

  /** True when there are more. */
  #readRevisions(bytesTarget: number, take: RecordTaker): boolean {
    const { rows } = this.#kv.index;
    let bytes = 0;
    const from = this.#next ?? { main: 0, sub: 0 };
    this.#next = undefined;
    rows.forEachFrom(from, (row) => {
      const main = rows.main(row);
      if (main > this.#commit.revision) return false;
      if (bytes >= bytesTarget) {
        this.#next = { main, sub: rows.sub(row) };
        return false;
      }
      if (this.#store.files.length === 0) throw new SnapshotError('the state was replaced while its image was read');
      const length = rows.length(row);
      take.revision(rows.location(row), length);
      bytes += frameBytes(length);
      return true;
    });
    return this.#next !== undefined;
  }
}

interface RecordTaker {
  readonly revision: (location: Location, length: number) => void;
  readonly other: (frame: Frame) => void;
}

/** SnapshotSource.nextFrames over a stream of chunks. It throws SnapshotError. */
export function cutFrames(next: () => Uint8Array | undefined): () => readonly Frame[] | undefined {
  let rest: Uint8Array = new Uint8Array(0);
  return () => {
    const chunk = next();
    if (chunk === undefined) {
      if (rest.length > 0)
        throw new SnapshotError(`the snapshot ends within a record (${rest.length} bytes left over)`);
      return undefined;
    }
    const bytes = rest.length === 0 ? chunk : concatBytes([rest, chunk]);
    const frames: Frame[] = [];
    let at = 0;
    while (at + FRAME_HEADER_BYTES <= bytes.length) {
      const length = frameBytes(claimedLength(bytes, at));
      if (length > FRAME_BYTES_MAX) throw new SnapshotError(`the snapshot claims a record of ${length} bytes`);
      if (at + length > bytes.length) break;
      const frame = readFrame(bytes, at);
      if (frame === undefined) throw new SnapshotError('a record of the snapshot fails its checksum');
      frames.push(frame);
      at += length;
    }
    rest = bytes.subarray(at);
    return frames;
  };
}
