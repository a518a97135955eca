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
 *
 * Usually only files that are half dead are worth it (rewrite-choice.ts). beThorough() asks for nearly everything up to a
 * position. That ends, whatever is written and compacted meanwhile: no revision is ever added at or below that position, and
 * every rewrite there drops something for good: a dead put, a dead tombstone, or the state beside the revisions that a file
 * has as first written. Tombstones that may not go yet are no reason for a rewrite.
 *
 * A rewrite needs room beside the files it replaces. It is not begun without, and given up when the disk fills up on the way:
 * nothing rests on the copy then.
 */
import { assertNever } from '../../../../lib/base/assert.ts';
import { DiskError } from '../../ports/disk.ts';
import { decodeBackendKey } from '../revision-codec.ts';
import { NO_ROW, type RowTable } from '../row-table.ts';
import { DamagedSegmentError } from './damage.ts';
import { encodeFrame, type Frame, RecordType } from './frame.ts';
import { chooseRewrite, isClean } from './rewrite-choice.ts';
import { scanFrames } from './scan.ts';
import { type SegmentFile, type SegmentName, TEMPORARY_SUFFIX } from './segment-file.ts';
import type { SegmentStore } from './segment-store.ts';

/** What a rewrite leaves free on the disk, for what must still be written meanwhile. */
export const SPARED_BYTES = 4 * 1024 * 1024;
const NO_ROOM: ReadonlySet<string> = new Set(['ENOSPC', 'EDQUOT']);
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
  readonly needBytes: number;
  /** The durable compaction that made dead what is left out. */
  readonly compactRevision: number;
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
  #thoroughTo = 0;
  #lackedBytes: number | undefined;
  /** The compaction whose dead revisions the disk had no room to win back: not tried again before the next, unless asked. */
  #gaveUpAt: number | undefined;

  constructor(store: SegmentStore, rows: RowTable) {
    this.#store = store;
    this.#rows = rows;
  }

  /** While true, no row may be released. */
  get isBusy(): boolean {
    return this.#job !== undefined;
  }

  /** How many more bytes must be free for the next rewrite; undefined: none is wanted. */
  get lackedBytes(): number | undefined {
    return this.#lackedBytes;
  }

  /** From now on nearly everything dead up to this position is won back, not only where half is; 0: no longer. */
  beThorough(position: number): void {
    this.#thoroughTo = position;
    this.#lackedBytes = undefined;
    this.#gaveUpAt = undefined;
  }

  /** What rewriting may use of the disk, below 0 when that is nearly full. A file system that does not tell is not one without room. */
  roomBytes(): number {
    const { disk, dir } = this.#store.options;
    try {
      const space = disk.space(dir);
      return space === undefined ? Number.POSITIVE_INFINITY : space.freeBytes - SPARED_BYTES;
    } catch (error) {
      if (error instanceof DiskError) return Number.POSITIVE_INFINITY;
      throw error;
    }
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
        this.#unlessFull(job, () => this.#copy(job));
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
    if (this.#gaveUpAt === compactRevision) return undefined;
    const sealed = this.#store.files.slice(0, this.#store.sealedCount());
    const isThorough = this.#thoroughTo > 0;
    const files = isThorough ? sealed.filter(({ name }) => name.last <= this.#thoroughTo) : sealed;
    const { segmentBytes } = this.#store.options;
    const choice = chooseRewrite(files, { isThorough, segmentBytes, roomBytes: () => this.roomBytes() });
    const isLacking = choice?.run.length === 0;
    this.#lackedBytes = isLacking ? choice.needBytes : undefined;
    if (choice === undefined || isLacking) return undefined;
    const { run: sources, needBytes } = choice;
    const [head, tail] = [sources[0], sources.at(-1)] as [SegmentFile, SegmentFile];
    const dropsTombstones = isClean(files.slice(0, files.indexOf(head)));
    const name: SegmentName = {
      incarnation: this.#store.incarnation,
      first: head.name.first,
      last: tail.name.last,
      generation: Math.max(...sources.map((source) => source.name.generation)) + 1,
    };
    const wanted = { needBytes, compactRevision };
    const path = this.#store.pathOf(name) + TEMPORARY_SUFFIX;
    const target = this.#unlessFull(wanted, () => this.#store.createRewrite(name, path));
    if (target === undefined) return undefined;
    const plan = { ...wanted, sources, target, dropsTombstones };
    return { ...plan, moves: [], source: 0, offset: 0, moved: 0, phase: 'copy' };
  }

  /** A disk that fills up ends the rewrite, not the member. */
  #unlessFull<T>(wanted: Pick<Job, 'needBytes' | 'compactRevision'>, action: () => T): T | undefined {
    try {
      return action();
    } catch (error) {
      if (!(error instanceof DiskError) || !NO_ROOM.has(error.code)) throw error;
      if (this.#job !== undefined) this.#store.dropRewrite(this.#job.target);
      this.#job = undefined;
      this.#gaveUpAt = wanted.compactRevision;
      this.#lackedBytes = wanted.needBytes;
      return undefined;
    }
  }

  #copy(job: Job): void {
    const { target } = job;
    if (target.size === 0) {
      const payload = this.#store.headerOf(target.name, job.compactRevision);
      writeTo(target, [encodeFrame({ type: RecordType.HEADER, payload })]);
    }
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
