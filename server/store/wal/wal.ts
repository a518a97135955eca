/**
 * The write-ahead log of one member: append, group-committed flush, segments. Callback style, driven by one loop.
 *
 * Invariants: at most one flush is in flight, and what is appended meanwhile goes out with the next one; callbacks run in
 * the order of flush() calls, never inside one; a segment is flushed before its successor exists; after a failed write or flush
 * nothing is written any more, and every callback gets the error (a flush that failed is never retried).
 */
import { assert } from '../../../lib/base/assert.ts';
import { type LogIndex, logIndex } from '../../../lib/base/brand.ts';
import { WalRecordType } from '../../../lib/base/etcdpb/raft.ts';
import { type Disk, DiskError, type DiskFile, type FlushCallback } from '../ports/disk.ts';
import type { Entry, HardState, SnapshotMetadata } from '../raft/types.ts';
import { encodeEntry, encodeHardState, encodeIdentity, encodeSnapshotMarker, type WalIdentity } from './payloads.ts';
import { FrameBuffer } from './record.ts';
import { NO_HARD_STATE, replay, type WalContents } from './replay.ts';
import { type SegmentName, segmentName, segmentsAmong } from './segment-name.ts';

const SEGMENT_BYTES = 64 * 1024 * 1024;
/** Zeros written ahead of the tail, so that most flushes change no metadata (measured: 30-70 µs each). */
const ZERO_AHEAD_BYTES = 1024 * 1024;
const TEMPORARY_SUFFIX = '.tmp';

/** The durable parts of one Ready. */
export interface WalPart {
  readonly entries: readonly Entry[];
  readonly hardState: HardState | undefined;
  readonly snapshot: SnapshotMetadata | undefined;
}

interface WalOptions {
  readonly disk: Disk;
  /** The folder of the segments. */
  readonly dir: string;
  /** A segment that has grown to this size is followed by a new one. Default 64 MiB. */
  readonly segmentBytes?: number;
}

export class Wal {
  readonly #disk: Disk;
  readonly #dir: string;
  readonly #segmentBytes: number;
  readonly #identity: WalIdentity;
  readonly #frames: FrameBuffer;
  #segments: SegmentName[];
  #file: DiskFile;
  #tail: number;
  #zeroedTo: number;
  /** Offset in the current segment before which all is durable. */
  #durable: number;
  #hardState: HardState;
  #nextIndex: LogIndex;
  #queue: WalPart[] = [];
  #waiting: FlushCallback[] = [];
  #isFlushing = false;
  #isClosed = false;
  #failure: DiskError | undefined;

  private constructor(
    options: WalOptions,
    state: {
      readonly identity: WalIdentity;
      readonly segments: SegmentName[];
      readonly file: DiskFile;
      readonly tail: number;
      readonly crc: number;
      readonly hardState: HardState;
      readonly nextIndex: LogIndex;
    },
  ) {
    this.#disk = options.disk;
    this.#dir = options.dir;
    this.#segmentBytes = options.segmentBytes ?? SEGMENT_BYTES;
    this.#identity = state.identity;
    this.#segments = state.segments;
    this.#file = state.file;
    this.#tail = state.tail;
    this.#zeroedTo = state.tail;
    this.#durable = state.tail;
    this.#hardState = state.hardState;
    this.#nextIndex = state.nextIndex;
    this.#frames = new FrameBuffer(state.crc);
  }

  /** True when `dir` holds a log. */
  static exists(disk: Disk, dir: string): boolean {
    return disk.exists(dir) && segmentsAmong(disk.list(dir)).length > 0;
  }

  /** Creates a durable log that holds `first`, or does not exist at all after a crash. @throws DiskError */
  static create(options: WalOptions & { readonly identity: WalIdentity; readonly first?: WalPart }): Wal {
    const { disk, dir, identity, first } = options;
    assert(!Wal.exists(disk, dir), `${dir} already holds a log`);
    disk.makeDirectory(dir);
    const name = segmentName(0, logIndex(0));
    const frames = new FrameBuffer(0);
    pushHead(frames, identity, undefined);
    if (first !== undefined) pushPart(frames, first, 0);
    const file = createSegment(options, name, frames.view());
    disk.flushDirectory(parentOf(dir));
    const state = { identity, segments: [name], file, tail: frames.length, crc: frames.crc };
    const hardState = first?.hardState ?? NO_HARD_STATE;
    return new Wal(options, { ...state, hardState, nextIndex: logIndex((first?.entries.at(-1)?.index ?? 0) + 1) });
  }

  /** Reads everything back, cuts a torn tail and makes the cut durable. @throws WalCorruptError | DiskError */
  static open(options: WalOptions): { readonly wal: Wal; readonly contents: WalContents } {
    const { disk, dir } = options;
    const names = disk.list(dir);
    for (const name of names) if (name.endsWith(TEMPORARY_SUFFIX)) disk.remove(`${dir}/${name}`);
    const segments = segmentsAmong(names);
    const { contents, end, nextIndex } = replay(disk, dir, segments);
    const last = segments.at(-1);
    assert(last !== undefined, `${dir} holds no segment`);
    const file = disk.open(`${dir}/${last.name}`, { create: false });
    if (end.tornBytes > 0) {
      const size = file.size();
      file.truncate(end.tail);
      file.truncate(Math.max(size, end.tail));
    }
    // A process that died without the machine leaves records that can be read and were never flushed: what is reported
    // from here on counts as durable.
    file.flushSync();
    disk.flushDirectory(dir);
    const { identity, hardState } = contents;
    const wal = new Wal(options, { identity, segments, file, tail: end.tail, crc: end.crc, hardState, nextIndex });
    return { wal, contents };
  }

  /** Queues one Ready's parts, in their order. Nothing is durable before flush(). */
  append(part: WalPart): void {
    assert(!this.#isClosed, 'append to a closed WAL');
    this.#queue.push(part);
  }

  /** Calls `done` once everything appended so far is durable, or with the error that stopped the log for good. */
  flush(done: FlushCallback): void {
    this.#waiting.push(done);
    if (!this.#isFlushing) this.#startFlush();
  }

  #startFlush(): void {
    const callbacks = this.#waiting;
    this.#waiting = [];
    this.#isFlushing = true;
    const finish = (error: DiskError | undefined) => {
      this.#isFlushing = false;
      this.#failure ??= error;
      if (this.#failure === undefined) this.#durable = this.#tail;
      for (const callback of callbacks) callback(this.#failure);
      if (this.#waiting.length > 0 && !this.#isFlushing) this.#startFlush();
    };
    if (this.#failure === undefined) {
      try {
        this.#write();
      } catch (cause) {
        if (!(cause instanceof DiskError)) throw cause;
        this.#failure = cause;
      }
    }
    // After a failure the callbacks still must not run inside flush(): the fdatasync only carries them to a later turn.
    this.#file.flush(finish);
  }

  /** Everything queued, in one write at the tail. All before the tail is durable here: no flush is in flight. */
  #write(): void {
    if (this.#tail >= this.#segmentBytes) this.#roll();
    const frames = this.#frames;
    for (const part of this.#queue) this.#push(part);
    this.#queue = [];
    this.#file.write(this.#tail, frames.view());
    this.#tail += frames.length;
    frames.clear();
    if (this.#tail + ZERO_AHEAD_BYTES / 2 > this.#zeroedTo && this.#tail < this.#segmentBytes) {
      const from = Math.max(this.#zeroedTo, this.#tail);
      const to = Math.min(this.#tail + ZERO_AHEAD_BYTES, this.#segmentBytes);
      if (to > from) this.#file.write(from, new Uint8Array(to - from));
      this.#zeroedTo = to;
    }
  }

  #push(part: WalPart): void {
    pushPart(this.#frames, part, this.#durable);
    this.#hardState = part.hardState ?? this.#hardState;
    const snapshotNext = Math.max(this.#nextIndex, (part.snapshot?.index ?? 0) + 1);
    this.#nextIndex = logIndex((part.entries.at(-1)?.index ?? snapshotNext - 1) + 1);
  }

  #roll(): void {
    const before = this.#segments.at(-1);
    assert(before !== undefined, 'a WAL has at least one segment');
    const name = segmentName(before.sequence + 1, this.#nextIndex);
    const frames = this.#frames;
    pushHead(frames, this.#identity, this.#hardState);
    const options = { disk: this.#disk, dir: this.#dir, segmentBytes: this.#segmentBytes };
    const file = createSegment(options, name, frames.view());
    this.#file.close();
    this.#file = file;
    this.#segments.push(name);
    this.#tail = frames.length;
    this.#durable = frames.length;
    this.#zeroedTo = frames.length;
    frames.clear();
  }

  /**
   * Removes segments that hold only entries up to and including `index`. The caller has a durable snapshot marker or state
   * machine at or after `index`.
   */
  release(index: LogIndex): void {
    if (this.#failure !== undefined) return;
    let removed = 0;
    while (this.#segments.length > 1) {
      const second = this.#segments[1];
      if (second === undefined || second.firstIndex > index + 1) break;
      this.#disk.remove(`${this.#dir}/${this.#segments[0]?.name ?? ''}`);
      this.#segments.shift();
      removed++;
    }
    if (removed > 0) this.#disk.flushDirectory(this.#dir);
  }

  /** Bytes of log on disk that hold records. */
  size(): number {
    return (this.#segments.length - 1) * this.#segmentBytes + this.#tail;
  }

  /** What was not flushed is lost: flush first. */
  close(): void {
    this.#isClosed = true;
    this.#file.close();
  }
}

function pushHead(frames: FrameBuffer, identity: WalIdentity, hardState: HardState | undefined): void {
  const durableBefore = 0;
  frames.push({ type: WalRecordType.CRC, data: undefined, durableBefore });
  frames.push({ type: WalRecordType.METADATA, data: encodeIdentity(identity), durableBefore });
  if (hardState === undefined) {
    const empty = { voters: [], learners: [], votersOutgoing: [], learnersNext: [], autoLeave: false };
    const data = encodeSnapshotMarker({ index: logIndex(0), term: NO_HARD_STATE.term, confState: empty });
    frames.push({ type: WalRecordType.SNAPSHOT, data, durableBefore });
  } else {
    frames.push({ type: WalRecordType.STATE, data: encodeHardState(hardState), durableBefore });
  }
}

/** Snapshot first, then entries, then the hard state that may point at either. */
function pushPart(frames: FrameBuffer, part: WalPart, durableBefore: number): void {
  if (part.snapshot !== undefined) {
    const data = encodeSnapshotMarker(part.snapshot);
    frames.push({ type: WalRecordType.SNAPSHOT, data, durableBefore });
  }
  for (const entry of part.entries) frames.push({ type: WalRecordType.ENTRY, data: encodeEntry(entry), durableBefore });
  if (part.hardState !== undefined)
    frames.push({ type: WalRecordType.STATE, data: encodeHardState(part.hardState), durableBefore });
}

function createSegment(options: WalOptions, name: SegmentName, head: Uint8Array): DiskFile {
  const { disk, dir } = options;
  const target = `${dir}/${name.name}`;
  const file = disk.open(`${target}${TEMPORARY_SUFFIX}`, { create: true });
  file.truncate(options.segmentBytes ?? SEGMENT_BYTES);
  file.write(0, head);
  file.flushSync();
  disk.rename(file.path, target);
  disk.flushDirectory(dir);
  return file;
}

const parentOf = (dir: string): string => dir.slice(0, dir.lastIndexOf('/')) || '/';
