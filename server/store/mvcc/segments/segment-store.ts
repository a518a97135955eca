/**
 * The durable RevisionStore: revisions and the state beside them in one stream of append-only, checksummed files
 * (server/docs/formats.md, "State machine segments").
 *
 * Invariants (segments.test.ts and the crash test in apply/):
 * - append() buffers; only flush() promises anything: after its callback everything before it survives any crash;
 * - a batch ends with a COMMIT; what follows the last COMMIT of the last file never becomes state;
 * - every file but the last is sealed, whole and durable; the first batch of every file holds a full image of the state
 *   beside the revisions, so that older files matter for their revisions only;
 * - a location read back gives the bytes appended there or throws DamagedSegmentError.
 */
import { AssertionError, assert, defined } from '../../../../lib/base/assert.ts';
import type { ClusterId } from '../../../../lib/base/brand.ts';
import type { Disk, FlushCallback } from '../../ports/disk.ts';
import type { Location, RevisionStore } from '../revision-store.ts';
import { BlockCache } from './block-cache.ts';
import { DamagedSegmentError } from './damage.ts';
import { FRAME_HEADER_BYTES, type Frame, frameBytes, isFrameAt, RecordType, writeFrame } from './frame.ts';
import { type Commit, type DurableMark, encodeCommit, encodeHeader, FORMAT_VERSION } from './records.ts';
import { formatName, SegmentFile, type SegmentName } from './segment-file.ts';

/** A file is sealed by the first flush that finds it at least this large. */
export const SEGMENT_BYTES_DEFAULT = 64 * 1024 * 1024;
export const CACHE_BYTES_DEFAULT = 32 * 1024 * 1024;
/** Buffered appends are handed to the file (not flushed) beyond this. */
const PENDING_BYTES_MAX = 1024 * 1024;
const SLOT_UNIT = 2 ** 32;

export interface SegmentOptions {
  readonly disk: Disk;
  readonly dir: string;
  readonly clusterId: ClusterId;
  readonly segmentBytes: number;
  readonly cacheBytes: number;
}

export class SegmentStore implements RevisionStore {
  readonly options: SegmentOptions;
  readonly incarnation: number;
  /** In order of position. The last one takes appends unless it is sealed. */
  readonly files: SegmentFile[] = [];
  readonly #bySlot = new Map<number, SegmentFile>();
  readonly #cache: BlockCache;
  #nextSlot = 0;
  #pending = new Uint8Array(64 * 1024);
  #pendingBytes = 0;
  #isFlushing = false;
  /** The next flush seals the active file, however small it is. */
  #sealsNext = false;
  /** The active file holds its image of the state beside the revisions. */
  #hasImage = false;
  /** The name of the active file is durable. */
  #isNamed = false;
  #mark: DurableMark = { segment: 0, offset: 0 };

  constructor(options: SegmentOptions, incarnation: number) {
    this.options = options;
    this.incarnation = incarnation;
    this.#cache = new BlockCache(options.cacheBytes);
  }

  append(payload: Uint8Array): Location {
    const file = this.#active();
    const at = this.#write(file, { type: RecordType.REVISION, payload });
    return file.slot * SLOT_UNIT + at + FRAME_HEADER_BYTES;
  }

  /** Adds a record of the layer above; it comes back, in order, when the store is opened. */
  appendMeta(frame: Frame): void {
    const file = this.#active();
    this.#write(file, frame);
    file.metaBytes += frameBytes(frame.payload.length);
  }

  read(location: Location, length: number): Uint8Array {
    return this.readFrame(location, length).subarray(FRAME_HEADER_BYTES);
  }

  /** The frame around a payload, CRC checked: what a snapshot or a rewrite copies. */
  readFrame(location: Location, length: number): Uint8Array {
    const { file, at } = this.locate(location);
    const bytes =
      at >= file.size
        ? this.#pending.slice(at - file.size, at - file.size + frameBytes(length))
        : this.#cache.read(file, at, frameBytes(length));
    if (!isFrameAt(bytes, 0, length)) {
      throw new DamagedSegmentError({ path: file.file.path, offset: at }, 'a stored revision fails its checksum');
    }
    return bytes;
  }

  release(location: Location, length: number, tombstone: boolean): void {
    const { file } = this.locate(location);
    if (tombstone) file.deadTombstoneBytes += frameBytes(length);
    else {
      file.deadPutBytes += frameBytes(length);
      file.deadPuts++;
    }
  }

  size(): { readonly total: number; readonly inUse: number } {
    let total = this.#pendingBytes;
    let dead = 0;
    for (const file of this.files) {
      total += file.size;
      dead += file.deadPutBytes + file.deadTombstoneBytes;
    }
    return { total, inUse: total - dead };
  }

  /**
   * Makes everything appended so far durable as the state `commit` names. `image` gives the whole state beside the
   * revisions; it is asked for once per file.
   */
  flush(batch: { readonly commit: Commit; readonly image: () => Iterable<Frame> }, done: FlushCallback): void {
    assert(!this.#isFlushing, 'a flush is asked for while another is in flight');
    const file = this.#finishBatch(batch);
    this.#isFlushing = true;
    const mark = { segment: file.name.first, offset: file.size };
    file.file.flush((error) => {
      this.#isFlushing = false;
      if (error === undefined) this.#mark = mark;
      done(error);
    });
  }

  /** Same, blocking: only while a restored snapshot is put in place. */
  flushSync(batch: { readonly commit: Commit; readonly image: () => Iterable<Frame> }): void {
    const file = this.#finishBatch(batch);
    file.file.flushSync();
    this.#mark = { segment: file.name.first, offset: file.size };
  }

  /** The active file has reached the size at which it is sealed. */
  isFull(): boolean {
    return this.#active().size + this.#pendingBytes >= this.options.segmentBytes;
  }

  /** Ends the active file without a commit, blocking: only while a snapshot is restored. */
  sealSync(): void {
    const file = this.#active();
    this.#seal(file);
    file.file.flushSync();
  }

  /** Takes over a file found on disk; the caller fills in its size and whether it is sealed. */
  adopt(name: SegmentName): SegmentFile {
    const segment = this.#register(name, false);
    this.#hasImage = true;
    this.#isNamed = true;
    this.files.push(segment);
    return segment;
  }

  /** All that was adopted is known to be durable. */
  markDurable(): void {
    const last = this.files.at(-1);
    if (last !== undefined) this.#mark = { segment: last.name.first, offset: last.size };
  }

  /** The next flush seals the active file; it can be rewritten when the flush after that is durable. */
  sealAtNextFlush(): void {
    this.#sealsNext = true;
  }

  /** Files that can be rewritten: sealed, and followed by one whose image of the other state is durable. */
  sealedCount(): number {
    const last = this.files.at(-1);
    return last !== undefined && this.#mark.segment === last.name.first ? this.files.length - 1 : this.files.length - 2;
  }

  /** The position up to which files can be rewritten; 0: none. */
  sealedPosition(): number {
    return this.files[this.sealedCount() - 1]?.name.last ?? 0;
  }

  /** A file for a rewrite, under a temporary name; not part of the stream until replace(). */
  createRewrite(name: SegmentName, temporaryPath: string): SegmentFile {
    const { disk } = this.options;
    if (disk.exists(temporaryPath)) disk.remove(temporaryPath);
    const file = disk.open(temporaryPath, { create: true });
    return new SegmentFile({ name, file, slot: this.#nextSlot++ });
  }

  /** Lets go of a rewrite that was not renamed. */
  dropRewrite(rewrite: SegmentFile): void {
    rewrite.file.close();
    this.options.disk.remove(rewrite.file.path);
  }

  /** Gives a rewrite that is durable its name and makes it readable, beside the files it replaces. */
  rename(rewrite: SegmentFile): void {
    const { disk, dir } = this.options;
    const path = this.pathOf(rewrite.name);
    disk.rename(rewrite.file.path, path);
    disk.flushDirectory(dir);
    rewrite.file.close();
    rewrite.file = disk.open(path, { create: false });
    this.#bySlot.set(rewrite.slot, rewrite);
  }

  /** Puts `segment` in the place of `replaced`, which are closed and removed. */
  replace(replaced: readonly SegmentFile[], segment: SegmentFile): void {
    const at = this.files.indexOf(defined(replaced[0], 'a rewrite replaces no file'));
    this.files.splice(at, replaced.length, segment);
    for (const old of replaced) {
      this.#bySlot.delete(old.slot);
      old.file.close();
      this.options.disk.remove(old.file.path);
    }
  }

  pathOf(name: SegmentName): string {
    return `${this.options.dir}/${formatName(name)}`;
  }

  locationIn(file: SegmentFile, frameOffset: number): Location {
    return file.slot * SLOT_UNIT + frameOffset + FRAME_HEADER_BYTES;
  }

  locate(location: Location): { readonly file: SegmentFile; readonly at: number } {
    const slot = Math.floor(location / SLOT_UNIT);
    const file = defined(this.#bySlot.get(slot), `location ${location} names a segment that is gone`);
    return { file, at: location - slot * SLOT_UNIT - FRAME_HEADER_BYTES };
  }

  close(): void {
    for (const { file } of this.files) file.close();
    this.files.length = 0;
    this.#bySlot.clear();
  }

  /** Closes and deletes everything: a restored snapshot has taken its place. */
  destroy(): void {
    const paths = this.files.map(({ file }) => file.path);
    this.close();
    for (const path of paths) this.options.disk.remove(path);
  }

  #finishBatch({ commit, image }: { readonly commit: Commit; readonly image: () => Iterable<Frame> }): SegmentFile {
    const file = this.#active();
    if (!this.#hasImage) for (const frame of image()) this.appendMeta(frame);
    this.#hasImage = true;
    this.appendMeta({ type: RecordType.COMMIT, payload: encodeCommit(commit, this.#mark) });
    if (this.isFull() || this.#sealsNext) this.#seal(file);
    this.#sealsNext = false;
    this.#spill(file);
    if (!this.#isNamed) this.options.disk.flushDirectory(this.options.dir);
    this.#isNamed = true;
    return file;
  }

  #seal(file: SegmentFile): void {
    this.appendMeta({ type: RecordType.SEAL, payload: new Uint8Array(0) });
    this.#spill(file);
    file.isSealed = true;
  }

  /** The file that takes appends; a new one when the last is sealed. */
  #active(): SegmentFile {
    const last = this.files.at(-1);
    if (last !== undefined && !last.isSealed) return last;
    const position = last === undefined ? 1 : last.name.last + 1;
    const name = { incarnation: this.incarnation, first: position, last: position, generation: 0 };
    const file = this.#register(name, true);
    this.files.push(file);
    this.#hasImage = false;
    this.#isNamed = false;
    this.appendMeta({ type: RecordType.HEADER, payload: this.headerOf(name, 0) });
    return file;
  }

  /** `compactRevision` of the durable compaction whose dead revisions are left out; 0 for a file that holds everything. */
  headerOf(name: SegmentName, compactRevision: number): Uint8Array {
    return encodeHeader({ ...name, version: FORMAT_VERSION, clusterId: this.options.clusterId, compactRevision });
  }

  #register(name: SegmentName, create: boolean): SegmentFile {
    const file = this.options.disk.open(this.pathOf(name), { create });
    const segment = new SegmentFile({ name, file, slot: this.#nextSlot++ });
    this.#bySlot.set(segment.slot, segment);
    return segment;
  }

  /** Buffers a frame and answers its offset in the file. */
  #write(file: SegmentFile, frame: Frame): number {
    const length = frameBytes(frame.payload.length);
    if (this.#pendingBytes > 0 && this.#pendingBytes + length > PENDING_BYTES_MAX) this.#spill(file);
    const at = file.size + this.#pendingBytes;
    if (at + length >= SLOT_UNIT)
      throw new AssertionError(`segment ${file.file.path} would grow beyond ${SLOT_UNIT} bytes`);
    if (this.#pendingBytes + length > this.#pending.length) {
      const grown = new Uint8Array(Math.max(this.#pending.length * 2, this.#pendingBytes + length));
      grown.set(this.#pending.subarray(0, this.#pendingBytes));
      this.#pending = grown;
    }
    this.#pendingBytes = writeFrame(this.#pending, this.#pendingBytes, frame);
    return at;
  }

  #spill(file: SegmentFile): void {
    if (this.#pendingBytes === 0) return;
    file.file.write(file.size, this.#pending.subarray(0, this.#pendingBytes));
    file.size += this.#pendingBytes;
    this.#pendingBytes = 0;
  }
}
