/**
 * Winning back the space of compacted revisions: a run of neighbouring sealed files is copied, without what is dead, into
 * one new file that takes their place. In bounded slices; readable throughout; a crash leaves the old files or the new.
 *
 * A dead tombstone may go only when no earlier file still holds a dead put: when the store is opened, revisions are read
 * in again in order, and a put whose tombstone is gone would rise from the dead. (Any other dead revision has a living
 * or at least a later put above it, which tells the reader that it is dead.)
 *
 * The header of the new file names the compaction that made its revisions dead. Should the commit of that compaction rot
 * away, open.ts refuses to fall back to a state that still needs them.
 */
import { assertNever } from '../../../../lib/base/assert.ts';
import type { DiskError } from '../../ports/disk.ts';
import { decodeBackendKey } from '../revision-codec.ts';
import { NO_ROW, type RowTable } from '../row-table.ts';
import { DamagedSegmentError } from './damage.ts';
import { encodeFrame, type Frame, RecordType } from './frame.ts';
import { scanFrames } from './scan.ts';
import { type SegmentFile, type SegmentName, TEMPORARY_SUFFIX } from './segment-file.ts';
import type { SegmentStore } from './segment-store.ts';

/** A file is rewritten when this share of it can be won back… */
const RECLAIM_RATIO = 0.5;
/** …and a neighbour joins when this share of it can be, or when it is small. */
const JOIN_RATIO = 0.25;
const SMALL_RATIO = 0.25;
/** Dead tombstones that wait for an earlier file to be cleaned may take this share of the whole. */
const STUCK_RATIO = 0.25;
const COPY_BYTES_PER_SLICE = 512 * 1024;
const MOVES_PER_SLICE = 4000;

interface Move {
  readonly main: number;
  readonly sub: number;
  readonly isTombstone: boolean;
  readonly length: number;
  readonly from: number;
  readonly to: number;
}

interface Job {
  readonly sources: readonly SegmentFile[];
  readonly target: SegmentFile;
  readonly dropsTombstones: boolean;
  readonly moves: Move[];
  /** Which source, and where in it, copying stands. */
  source: number;
  offset: number;
  moved: number;
  phase: 'copy' | 'flushing' | 'flushed' | 'move';
}

export class SegmentRewriter {
  readonly #store: SegmentStore;
  readonly #rows: RowTable;
  #job: Job | undefined;
  #failure: DiskError | undefined;

  constructor(store: SegmentStore, rows: RowTable) {
    this.#store = store;
    this.#rows = rows;
  }

  /** While true, no row may be released. */
  get isBusy(): boolean {
    return this.#job !== undefined;
  }

  /**
   * One slice of work. A rewrite begins only where no dead row was released beyond `durableCompactRevision`, that of the
   * last durable commit: what is dropped here must never be needed again. True when there is more to do right now;
   * false also while a flush runs.
   * @throws DiskError also for a flush of an earlier slice that failed
   */
  step(durableCompactRevision: number): boolean {
    if (this.#failure !== undefined) throw this.#failure;
    this.#job ??= this.#plan(durableCompactRevision);
    const job = this.#job;
    if (job === undefined) return false;
    switch (job.phase) {
      case 'copy':
        this.#copy(job);
        return true;
      case 'flushing':
        return false;
      case 'flushed':
        this.#admit(job);
        return true;
      case 'move':
        this.#move(job);
        return true;
      default:
        return assertNever(job.phase, 'rewrite phase');
    }
  }

  #plan(compactRevision: number): Job | undefined {
    const files = this.#store.files.slice(0, this.#store.sealedCount());
    const start = chooseStart(files);
    if (start === undefined) return undefined;
    const dropsTombstones = isClean(files.slice(0, start));
    const sources = chooseRun(files, start, this.#store.options.segmentBytes);
    const [head, tail] = [sources[0], sources.at(-1)] as [SegmentFile, SegmentFile];
    const name: SegmentName = {
      incarnation: this.#store.incarnation,
      first: head.name.first,
      last: tail.name.last,
      generation: Math.max(...sources.map((source) => source.name.generation)) + 1,
    };
    const target = this.#store.createRewrite(name, this.#store.pathOf(name) + TEMPORARY_SUFFIX);
    writeTo(target, [encodeFrame({ type: RecordType.HEADER, payload: this.#store.headerOf(name, compactRevision) })]);
    return { sources, target, dropsTombstones, moves: [], source: 0, offset: 0, moved: 0, phase: 'copy' };
  }

  #copy(job: Job): void {
    const source = job.sources[job.source];
    if (source === undefined) {
      writeTo(job.target, [encodeFrame({ type: RecordType.SEAL, payload: new Uint8Array(0) })]);
      job.target.isSealed = true;
      this.#flush(job);
      return;
    }
    const frames: Uint8Array[] = [];
    let written = job.target.size;
    const from = job.offset;
    const stop = scanFrames(source.file, { from, until: source.size }, (frame) => {
      if (frame.type === RecordType.REVISION && this.#keeps(job, source, frame.offset, frame)) {
        const copy = encodeFrame(frame);
        this.#record(job, { from: this.#store.locationIn(source, frame.offset), at: written, frame });
        frames.push(copy);
        written += copy.length;
      }
      return frame.end - from < COPY_BYTES_PER_SLICE;
    });
    writeTo(job.target, frames);
    if (stop === from)
      throw new DamagedSegmentError({ path: source.file.path, offset: stop }, 'a record is unreadable');
    job.offset = stop;
    if (stop === source.size) {
      job.source++;
      job.offset = 0;
    }
  }

  #keeps(job: Job, source: SegmentFile, offset: number, frame: Frame): boolean {
    const { main, sub, tombstone } = decodeBackendKey(frame.payload);
    const row = this.#rows.find(main, sub);
    if (row !== NO_ROW && this.#rows.location(row) === this.#store.locationIn(source, offset)) return true;
    return tombstone && !job.dropsTombstones;
  }

  #record(job: Job, copied: { readonly from: number; readonly at: number; readonly frame: Frame }): void {
    const { main, sub, tombstone } = decodeBackendKey(copied.frame.payload);
    const to = this.#store.locationIn(job.target, copied.at);
    job.moves.push({ main, sub, isTombstone: tombstone, length: copied.frame.payload.length, from: copied.from, to });
  }

  #flush(job: Job): void {
    job.phase = 'flushing';
    job.target.file.flush((error) => {
      if (error !== undefined) this.#failure = error;
      else job.phase = 'flushed';
    });
  }

  /** The copy is durable: gives it its name, which makes the old files obsolete for whoever opens the store next. */
  #admit(job: Job): void {
    this.#store.rename(job.target);
    job.phase = 'move';
  }

  #move(job: Job): void {
    const end = Math.min(job.moves.length, job.moved + MOVES_PER_SLICE);
    for (; job.moved < end; job.moved++) {
      const move = job.moves[job.moved] as Move;
      const row = this.#rows.find(move.main, move.sub);
      if (row !== NO_ROW && this.#rows.location(row) === move.from) this.#rows.setLocation(row, move.to);
      else this.#store.release(move.to, move.length, move.isTombstone);
    }
    if (job.moved < job.moves.length) return;
    this.#store.replace(job.sources, job.target);
    this.#job = undefined;
  }
}

function chooseStart(files: readonly SegmentFile[]): number | undefined {
  let total = 0;
  let stuck = 0;
  let prefixIsClean = true;
  for (const [at, file] of files.entries()) {
    if (file.reclaimable(prefixIsClean) >= file.size * RECLAIM_RATIO) return at;
    total += file.size;
    if (!prefixIsClean) stuck += file.deadTombstoneBytes;
    prefixIsClean &&= file.deadPuts === 0;
  }
  if (stuck <= total * STUCK_RATIO) return undefined;
  const dirty = files.findIndex((file) => file.deadPuts > 0);
  return dirty === -1 ? undefined : dirty;
}

function chooseRun(files: readonly SegmentFile[], start: number, segmentBytes: number): SegmentFile[] {
  const run: SegmentFile[] = [];
  let live = 0;
  for (const file of files.slice(start)) {
    const reclaimable = file.reclaimable(true);
    live += file.size - reclaimable;
    const joins = reclaimable >= file.size * JOIN_RATIO || file.size <= segmentBytes * SMALL_RATIO;
    if (run.length > 0 && (!joins || live > segmentBytes)) break;
    run.push(file);
  }
  return run;
}

const isClean = (files: readonly SegmentFile[]): boolean => files.every((file) => file.deadPuts === 0);

function writeTo(target: SegmentFile, frames: readonly Uint8Array[]): void {
  let length = 0;
  for (const frame of frames) length += frame.length;
  if (length === 0) return;
  const joined = new Uint8Array(length);
  let at = 0;
  for (const frame of frames) {
    joined.set(frame, at);
    at += frame.length;
  }
  target.file.write(target.size, joined);
  target.size += length;
}
