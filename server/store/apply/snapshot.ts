/**
 * A state image as a stream of chunks: the frames of a segment file (server/docs/formats.md, "State machine segments"),
 * cut anywhere.
 *
 *   SNAPSHOT | every revision known to the index, in order | state beside them | COMMIT
 */
import type { ClusterId } from '../../../lib/base/brand.ts';
import { concatBytes } from '../../../lib/base/bytes.ts';
import type { KvStore } from '../mvcc/kv-store.ts';
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
import type { SnapshotMetadata } from '../raft/types.ts';
import type { SnapshotReader } from './types.ts';

export const SNAPSHOT_CHUNK_BYTES_MAX = 1024 * 1024;
/** A chunk is handed out once it is at least this large. */
const CHUNK_BYTES_TARGET = 256 * 1024;
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
  readonly #commit: Commit;
  /** Frames still to come after the revisions. */
  readonly #closing: Uint8Array[];
  /** Bytes of frames already read, not handed out yet. */
  #ready: Uint8Array[];
  #readyBytes = 0;
  #next = { main: 0, sub: 0 };
  #revisionsDone = false;
  #isOpen = true;

  constructor({ kv, store, clusterId, commit, metadata, image }: ImageOptions) {
    this.metadata = metadata;
    this.#kv = kv;
    this.#store = store;
    this.#commit = commit;
    const end = encodeFrame({
      type: RecordType.COMMIT,
      payload: encodeCommit(commit, { segment: 0, offset: 0 }),
    });
    this.#closing = [...image.map(encodeFrame), end].reverse();
    this.#ready = [];
    this.#push(encodeFrame({ type: RecordType.SNAPSHOT, payload: encodeSnapshotStart(clusterId) }));
    kv.pin();
  }

  next(): Uint8Array | undefined {
    while (this.#readyBytes < CHUNK_BYTES_TARGET && this.#readMore());
    if (this.#readyBytes === 0) return undefined;
    const joined = concatBytes(this.#ready);
    const chunk = joined.subarray(0, SNAPSHOT_CHUNK_BYTES_MAX);
    this.#ready = [];
    this.#readyBytes = 0;
    if (chunk.length < joined.length) this.#push(joined.subarray(chunk.length));
    return chunk;
  }

  close(): void {
    if (this.#isOpen) this.#kv.unpin();
    this.#isOpen = false;
  }

  #push(bytes: Uint8Array): void {
    this.#ready.push(bytes);
    this.#readyBytes += bytes.length;
  }

  /** False at the end. */
  #readMore(): boolean {
    if (!this.#revisionsDone) {
      this.#readRevisions();
      return true;
    }
    const frame = this.#closing.pop();
    if (frame === undefined) return false;
    this.#push(frame);
    return true;
  }

  #readRevisions(): void {
    const { rows } = this.#kv.index;
    this.#revisionsDone = true;
    rows.forEachFrom(this.#next, (row) => {
      const main = rows.main(row);
      if (main > this.#commit.revision) return false;
      if (this.#readyBytes >= CHUNK_BYTES_TARGET) {
        this.#next = { main, sub: rows.sub(row) };
        this.#revisionsDone = false;
        return false;
      }
      if (this.#store.files.length === 0) throw new SnapshotError('the state was replaced while its image was read');
      this.#push(this.#store.readFrame(rows.location(row), rows.length(row)));
      return true;
    });
  }
}

/** The frames of a chunk stream, each whole and checked. @throws SnapshotError */
export function* framesOf(next: () => Uint8Array | undefined): Iterable<Frame> {
  let rest: Uint8Array = new Uint8Array(0);
  for (let chunk = next(); chunk !== undefined; chunk = next()) {
    const bytes = rest.length === 0 ? chunk : concatBytes([rest, chunk]);
    let at = 0;
    while (at + FRAME_HEADER_BYTES <= bytes.length) {
      const length = frameBytes(claimedLength(bytes, at));
      if (length > FRAME_BYTES_MAX) throw new SnapshotError(`the snapshot claims a record of ${length} bytes`);
      if (at + length > bytes.length) break;
      const frame = readFrame(bytes, at);
      if (frame === undefined) throw new SnapshotError('a record of the snapshot fails its checksum');
      yield frame;
      at += length;
    }
    rest = bytes.subarray(at);
  }
  if (rest.length > 0) throw new SnapshotError(`the snapshot ends within a record (${rest.length} bytes left over)`);
}
