/**
 * Opening the segments of a directory: which files count, where the durable state ends, reading it in.
 *
 * The last file may end in a torn batch, which is cut. If it holds no commit at all, its first batch was never flushed: it
 * is dropped and the file before takes its place. Anything else that does not read back is damage and refuses to open,
 * before anything was changed.
 */
import { decodeRevision, type StoredRevision } from '../revision-codec.ts';
import type { Location } from '../revision-store.ts';
import { readCurrent, writeCurrent } from './current.ts';
import { DamagedSegmentError } from './damage.ts';
import { type Frame, frameBytes, META_TYPE_MIN, RecordType } from './frame.ts';
import { type Commit, decodeCommit, decodeHeader, FORMAT_VERSION } from './records.ts';
import { type CommittedEnd, findCommittedEnd, type ScannedFrame, scanFrames } from './scan.ts';
import {
  formatName,
  parseName,
  resolveNames,
  type SegmentFile,
  type SegmentName,
  TEMPORARY_SUFFIX,
} from './segment-file.ts';
import { type SegmentOptions, SegmentStore } from './segment-store.ts';

export interface Loader {
  /** In ascending order of revision, dead ones included. */
  revision(stored: StoredRevision, location: Location, length: number): void;
  /** State beside the revisions: a full image and changes, in order. */
  meta(frame: Frame): void;
}

export interface OpenedSegments {
  readonly store: SegmentStore;
  /** Undefined for a store that never completed a flush. */
  readonly commit: Commit | undefined;
}

/** @throws DamagedSegmentError, DiskError */
export function openSegments(options: SegmentOptions, makeLoader: (store: SegmentStore) => Loader): OpenedSegments {
  const { disk, dir } = options;
  disk.makeDirectory(dir);
  const incarnation = readCurrent(disk, dir);
  if (incarnation === undefined) {
    writeCurrent(disk, dir, 1);
    const parent = dir.slice(0, dir.lastIndexOf('/'));
    if (parent !== '') disk.flushDirectory(parent);
  }
  const store = new SegmentStore(options, incarnation ?? 1);
  const names = disk.list(dir).flatMap((name) => parseName(name) ?? []);
  const chosen = resolveNames(names.filter((name) => name.incarnation === store.incarnation));
  const tail = findTail(options, chosen);
  const commit = load(store, tail, makeLoader(store));
  // Only now, when everything was read, is anything changed.
  removeLeftovers(options, tail.files);
  const last = store.files.at(-1);
  if (last !== undefined) {
    if (last.file.size() > tail.end) last.file.truncate(tail.end);
    // A process that died without the machine leaves commits that were written and never flushed.
    last.file.flushSync();
    disk.flushDirectory(dir);
    store.markDurable();
  }
  return { store, commit };
}

interface Tail {
  readonly files: readonly SegmentName[];
  /** Where the last of `files` ends, and whether with a seal. */
  readonly end: number;
  readonly isSealed: boolean;
}

/**
 * Files at the end that may hold no commit although nothing is damaged: one whose first batch was in flight (and sealed
 * it), and one that was begun behind it.
 */
const UNCOMMITTED_FILES_MAX = 2;

function findTail(options: SegmentOptions, names: readonly SegmentName[]): Tail {
  for (let count = names.length; count > 0; count--) {
    const last = names[count - 1] as SegmentName;
    const { end, isSealed } = committedEnd(options, last);
    if (end > 0) return { files: names.slice(0, count), end, isSealed };
    if (names.length - count >= UNCOMMITTED_FILES_MAX || last.generation > 0) {
      throw new DamagedSegmentError({ path: pathOf(options, last), offset: 0 }, 'it holds no readable commit');
    }
  }
  return { files: [], end: 0, isSealed: false };
}

function committedEnd(options: SegmentOptions, name: SegmentName): CommittedEnd {
  const path = pathOf(options, name);
  const file = options.disk.open(path, { create: false });
  try {
    const found = findCommittedEnd(file, name.first);
    if (found.damagedAt !== undefined) {
      throw new DamagedSegmentError({ path, offset: found.damagedAt }, 'a record that was durable is unreadable');
    }
    return found;
  } finally {
    file.close();
  }
}

function load(store: SegmentStore, tail: Tail, loader: Loader): Commit | undefined {
  let commit: Commit | undefined;
  tail.files.forEach((name, position) => {
    const isLast = position === tail.files.length - 1;
    const segment = store.adopt(name);
    segment.size = isLast ? tail.end : segment.file.size();
    segment.isSealed = isLast ? tail.isSealed : true;
    const endType = scanSegment(segment, (frame) => {
      if (frame.type === RecordType.REVISION) {
        const location = store.locationIn(segment, frame.offset);
        loader.revision(decodeRevision(frame.payload), location, frame.payload.length);
        return;
      }
      segment.metaBytes += frameBytes(frame.payload.length);
      if (frame.offset === 0) checkHeader(store.options, segment, frame);
      if (!isLast) return;
      if (frame.type === RecordType.COMMIT) ({ commit } = decodeCommit(frame.payload));
      else if (frame.type >= META_TYPE_MIN) loader.meta(frame);
    });
    if (!isLast && endType !== RecordType.SEAL) {
      throw new DamagedSegmentError({ path: segment.file.path, offset: segment.size }, 'it is cut short');
    }
  });
  return commit;
}

/** Visits all frames of a file that must be whole; answers the type of the last one. */
function scanSegment(segment: SegmentFile, visit: (frame: ScannedFrame) => void): number | undefined {
  let last: number | undefined;
  const stop = scanFrames(segment.file, { from: 0, until: segment.size }, (frame) => {
    last = frame.type;
    visit(frame);
    return true;
  });
  if (stop < segment.size) {
    throw new DamagedSegmentError({ path: segment.file.path, offset: stop }, 'a record fails its checksum');
  }
  return last;
}

function checkHeader({ clusterId }: SegmentOptions, segment: SegmentFile, frame: ScannedFrame): void {
  const place = { path: segment.file.path, offset: frame.offset };
  if (frame.type !== RecordType.HEADER) throw new DamagedSegmentError(place, 'it does not begin with a header');
  const header = decodeHeader(frame.payload);
  if (header.version !== FORMAT_VERSION) {
    throw new Error(
      `${place.path} has format version ${header.version}, this program reads version ${FORMAT_VERSION}: ` +
        'start the version that wrote it',
    );
  }
  if (header.clusterId !== clusterId) {
    throw new Error(
      `${place.path} belongs to cluster ${header.clusterId.toString(16)}, this member to ${clusterId.toString(16)}: ` +
        'use the data directory of this cluster, or an empty one',
    );
  }
  if (header.first !== segment.name.first || header.last !== segment.name.last) {
    throw new DamagedSegmentError(place, `its header says ${formatName(header)}: the file was renamed`);
  }
}

/** Temporary files, files of other incarnations, files that a rewrite replaced, and a file without a commit. */
function removeLeftovers(options: SegmentOptions, kept: readonly SegmentName[]): void {
  const { disk, dir } = options;
  const keptNames = new Set(kept.map(formatName));
  for (const name of disk.list(dir)) {
    const isLeftover = name.endsWith(TEMPORARY_SUFFIX) || (parseName(name) !== undefined && !keptNames.has(name));
    if (isLeftover) disk.remove(`${dir}/${name}`);
  }
}

const pathOf = ({ dir }: SegmentOptions, name: SegmentName): string => `${dir}/${formatName(name)}`;
