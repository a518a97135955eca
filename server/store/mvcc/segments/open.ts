/**
 * Opening the segments of a directory: which files count, where the durable state ends, reading it in.
 *
 * The last file may end in a torn batch, which is cut. If it holds no commit at all, its first batch was never flushed: it
 * is dropped and the file before takes its place. Anything else that does not read back is damage and refuses to open,
 * before anything was changed.
 *
 * Rot in the very last batch looks like a torn write too. What was cut is then missed by a witness that survived it: a
 * rewritten file, which lacks what a compaction made dead and so cannot serve a state from before that compaction; the
 * CURRENT file of a restored state, which is never without a commit; or the caller's log (`durableAtLeast`). Where no witness
 * speaks up, the state is a former one, whole, and the log brings back the rest.
 */
import { decodeRevision, type StoredRevision } from '../revision-codec.ts';
import type { Location } from '../revision-store.ts';
import { readCurrent, writeCurrent } from './current.ts';
import { DamagedSegmentError, ForeignSegmentError } from './damage.ts';
import { type Frame, frameBytes, META_TYPE_MIN, RecordType } from './frame.ts';
import {
  type Commit,
  decodeCommit,
  decodeHeader,
  FORMAT_VERSION,
  FORMAT_VERSION_MIN,
  type SegmentHeader,
} from './records.ts';
import { type CommittedEnd, findCommittedEnd, type ScannedFrame, scanFrames } from './scan.ts';
import {
  FIRST_INCARNATION,
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

export interface OpenOptions extends SegmentOptions {
  /** Applied index that was durable by the word of somebody else; 0: nobody knows. */
  readonly durableAtLeast: number;
}

export interface OpenedSegments {
  readonly store: SegmentStore;
  /** Undefined for a store that never completed a flush. */
  readonly commit: Commit | undefined;
}

/** @throws DamagedSegmentError, DiskError */
export function openSegments(options: OpenOptions, makeLoader: (store: SegmentStore) => Loader): OpenedSegments {
  const { disk, dir } = options;
  disk.makeDirectory(dir);
  const names = disk.list(dir).flatMap((name) => parseName(name) ?? []);
  const store = new SegmentStore(options, currentIncarnation(options, names));
  const own = names.filter((name) => name.incarnation === store.incarnation);
  const tail = findTail(options, resolveNames(own, dir));
  const { commit, compactRevision } = load(store, tail, makeLoader(store));
  checkWitnesses(store, commit, { appliedIndex: options.durableAtLeast, compactRevision });
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

/** @throws DamagedSegmentError */
function currentIncarnation({ disk, dir }: SegmentOptions, names: readonly SegmentName[]): number {
  const incarnation = readCurrent(disk, dir);
  if (incarnation !== undefined) return incarnation;
  // It is durable before the first segment is created.
  if (names.length > 0) throw new DamagedSegmentError({ path: `${dir}/CURRENT`, offset: 0 }, 'it is missing');
  writeCurrent(disk, dir, FIRST_INCARNATION);
  const parent = dir.slice(0, dir.lastIndexOf('/'));
  if (parent !== '') disk.flushDirectory(parent);
  return FIRST_INCARNATION;
}

/** @throws DamagedSegmentError when the state is from before something that is known to have been durable */
function checkWitnesses(
  store: SegmentStore,
  commit: Commit | undefined,
  known: Pick<Commit, 'appliedIndex' | 'compactRevision'>,
): void {
  const last = store.files.at(-1);
  const place = { path: last?.file.path ?? store.options.dir, offset: last?.size ?? 0 };
  const found = { appliedIndex: commit?.appliedIndex ?? 0, compactRevision: commit?.compactRevision ?? 0 };
  if (commit === undefined && store.incarnation > FIRST_INCARNATION)
    throw new DamagedSegmentError(place, 'it holds no readable commit, and a restored state has one');
  if (found.compactRevision < known.compactRevision)
    throw new DamagedSegmentError(
      place,
      `the state ends here, with compact revision ${found.compactRevision}, and was durable with compact revision ` +
        `${known.compactRevision}, whose dead revisions are gone: what followed is unreadable`,
    );
  if (found.appliedIndex < known.appliedIndex)
    throw new DamagedSegmentError(
      place,
      `the state ends here, at entry ${found.appliedIndex}, and was durable up to entry ${known.appliedIndex} by the word ` +
        'of the write-ahead log: what followed is unreadable',
    );
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

interface Loaded {
  readonly commit: Commit | undefined;
  /** The highest that a rewritten file rests on; 0: none. */
  readonly compactRevision: number;
}

function load(store: SegmentStore, tail: Tail, loader: Loader): Loaded {
  let commit: Commit | undefined;
  let compactRevision = 0;
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
      if (frame.offset === 0) {
        const header = readHeader(store.options, segment, frame);
        compactRevision = Math.max(compactRevision, header.compactRevision);
      }
      if (!isLast) return;
      if (frame.type === RecordType.COMMIT) ({ commit } = decodeCommit(frame.payload));
      else if (frame.type >= META_TYPE_MIN) loader.meta(frame);
    });
    if (!isLast && endType !== RecordType.SEAL) {
      throw new DamagedSegmentError({ path: segment.file.path, offset: segment.size }, 'it is cut short');
    }
  });
  return { commit, compactRevision };
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

/** @throws DamagedSegmentError, ForeignSegmentError */
function readHeader({ clusterId }: SegmentOptions, segment: SegmentFile, frame: ScannedFrame): SegmentHeader {
  const place = { path: segment.file.path, offset: frame.offset };
  if (frame.type !== RecordType.HEADER) throw new DamagedSegmentError(place, 'it does not begin with a header');
  const header = decodeHeader(frame.payload);
  if (header.version < FORMAT_VERSION_MIN || header.version > FORMAT_VERSION) {
    throw new ForeignSegmentError(
      `${place.path} has format version ${header.version}, this program reads versions ${FORMAT_VERSION_MIN} to ` +
        `${FORMAT_VERSION}: start the version that wrote it`,
    );
  }
  if (header.clusterId !== clusterId) {
    throw new ForeignSegmentError(
      `${place.path} belongs to cluster ${header.clusterId.toString(16)}, this member to ${clusterId.toString(16)}: ` +
        'use the data directory of this cluster, or an empty one',
    );
  }
  if (header.first !== segment.name.first || header.last !== segment.name.last) {
    throw new DamagedSegmentError(place, `its header says ${formatName(header)}: the file was renamed`);
  }
  return header;
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
