/** What each file of the stored data and each image in the spool holds. Format: server/docs/formats.md. */
import { WireError } from '../../../lib/base/protobuf/reader.ts';
import { ImageCorruptError, readImage } from '../member/snapshot-spool.ts';
import { decodeBackendKey } from '../mvcc/revision-codec.ts';
import { readCurrent } from '../mvcc/segments/current.ts';
import { DamagedSegmentError } from '../mvcc/segments/damage.ts';
import { RecordType } from '../mvcc/segments/frame.ts';
import { type Commit, decodeCommit, decodeHeader } from '../mvcc/segments/records.ts';
import { findCommittedEnd, scanFrames } from '../mvcc/segments/scan.ts';
import { formatName, parseName, resolveNames, type SegmentName } from '../mvcc/segments/segment-file.ts';
import type { Disk } from '../ports/disk.ts';
import type { FileReport } from './types.ts';

export function reportState(disk: Disk, dir: string): FileReport[] {
  if (!disk.exists(dir)) return [];
  const names = disk.list(dir);
  const segments = names.flatMap((name) => parseName(name) ?? []);
  const { report: current, incarnation } = reportCurrent(disk, dir);
  const roles = rolesOf(disk, dir, countingAmong(segments, incarnation, dir));
  const files = names
    .filter((name) => name !== 'CURRENT')
    .map((name): FileReport => {
      const parsed = parseName(name);
      const path = `${dir}/${name}`;
      if (parsed === undefined) return { path, verdict: 'left over', facts: ['not a segment'] };
      const role = roles.get(name);
      if (role === undefined)
        return { path, verdict: 'left over', facts: ['another file or incarnation stands for it'] };
      return reportSegment(disk, path, { name: parsed, role });
    });
  return [current, ...files];
}

function reportCurrent(disk: Disk, dir: string): { readonly report: FileReport; readonly incarnation: number } {
  const path = `${dir}/CURRENT`;
  try {
    const incarnation = readCurrent(disk, dir);
    if (incarnation === undefined) return { report: { path, verdict: 'damaged', facts: ['missing'] }, incarnation: 1 };
    return { report: { path, verdict: 'whole', facts: [`incarnation ${incarnation}`] }, incarnation };
  } catch (error) {
    if (!(error instanceof DamagedSegmentError)) throw error;
    return { report: { path, verdict: 'damaged', facts: [error.message] }, incarnation: 1 };
  }
}

/** With a file missing in between all count, so that each is looked at. */
function countingAmong(segments: readonly SegmentName[], incarnation: number, dir: string): readonly SegmentName[] {
  const own = segments.filter((segment) => segment.incarnation === incarnation);
  try {
    return resolveNames(own, dir);
  } catch (error) {
    if (!(error instanceof DamagedSegmentError)) throw error;
    return own;
  }
}

/** `closed`: gets no more, must be whole. `newest`: holds the last commit. `uncommitted`: begun behind it. */
type Role = 'closed' | 'newest' | 'uncommitted';

function rolesOf(disk: Disk, dir: string, names: readonly SegmentName[]): ReadonlyMap<string, Role> {
  const roles = new Map<string, Role>();
  let newest: string | undefined;
  for (const segment of [...names].reverse()) {
    const name = formatName(segment);
    if (newest !== undefined || segment.generation > 0) {
      roles.set(name, 'closed');
      newest ??= name;
      continue;
    }
    const file = disk.open(`${dir}/${name}`, { create: false });
    const { end, damagedAt } = findCommittedEnd(file, segment.first);
    file.close();
    const isNewest = end > 0 || damagedAt !== undefined;
    roles.set(name, isNewest ? 'newest' : 'uncommitted');
    if (isNewest) newest = name;
  }
  return roles;
}

function reportSegment(disk: Disk, path: string, segment: { name: SegmentName; role: Role }): FileReport {
  const file = disk.open(path, { create: false });
  try {
    const contents = new Contents();
    const size = file.size();
    const stop = scanFrames(file, { from: 0, until: size }, (frame) => {
      contents.take(frame);
      return true;
    });
    const facts = contents.facts();
    if (segment.role === 'uncommitted')
      return { path, verdict: 'torn', facts: [...facts, `${size} bytes without a commit, never known to be durable`] };
    if (segment.role === 'newest') {
      const { end, damagedAt } = findCommittedEnd(file, segment.name.first);
      if (damagedAt !== undefined)
        return {
          path,
          verdict: 'damaged',
          facts: [...facts, `a record that was durable is unreadable at offset ${damagedAt}`],
        };
      if (end === size) return { path, verdict: 'whole', facts };
      return {
        path,
        verdict: 'torn',
        facts: [...facts, `${size - end} bytes behind the last commit at offset ${end}`],
      };
    }
    if (stop < size)
      return { path, verdict: 'damaged', facts: [...facts, `a record fails its checksum at offset ${stop}`] };
    if (!contents.isSealed) return { path, verdict: 'damaged', facts: [...facts, `cut short at offset ${size}`] };
    return { path, verdict: 'whole', facts };
  } catch (error) {
    if (!(error instanceof WireError) && !(error instanceof RangeError)) throw error;
    return { path, verdict: 'damaged', facts: [`a record cannot be decoded: ${error.message}`] };
  } finally {
    file.close();
  }
}

class Contents {
  isSealed = false;
  #version = 0;
  #compactRevision = 0;
  #revisions = 0;
  #first: number | undefined;
  #last = 0;
  #commits = 0;
  #commit: Commit | undefined;

  take({ type, payload }: { readonly type: number; readonly payload: Uint8Array }): void {
    this.isSealed = type === RecordType.SEAL;
    if (type === RecordType.HEADER) {
      const { version, compactRevision } = decodeHeader(payload);
      this.#version = version;
      this.#compactRevision = compactRevision;
    } else if (type === RecordType.REVISION) {
      const { main } = decodeBackendKey(payload);
      this.#revisions++;
      this.#first ??= main;
      this.#last = main;
    } else if (type === RecordType.COMMIT) {
      this.#commits++;
      this.#commit = decodeCommit(payload).commit;
    }
  }

  facts(): string[] {
    if (this.#version === 0) return [];
    const facts = [`format version ${this.#version}`];
    if (this.#compactRevision > 0) facts.push(`rewritten after the compaction at revision ${this.#compactRevision}`);
    facts.push(
      this.#first === undefined
        ? 'no revisions'
        : `${this.#revisions} stored changes, revisions ${this.#first} to ${this.#last}`,
    );
    const commit = this.#commit;
    if (commit !== undefined)
      facts.push(
        `${this.#commits} commits, the last one at entry ${commit.appliedIndex} of term ${commit.appliedTerm}, revision ` +
          `${commit.revision}, compact revision ${commit.compactRevision}`,
      );
    if (this.isSealed) facts.push('sealed');
    return facts;
  }
}

export function reportSpool(disk: Disk, dir: string): FileReport[] {
  if (!disk.exists(dir)) return [];
  return disk.list(dir).map((name): FileReport => {
    const path = `${dir}/${name}`;
    if (!name.endsWith('.image')) return { path, verdict: 'left over', facts: ['not a received image'] };
    const file = disk.open(path, { create: false });
    let bytes = 0;
    try {
      const next = readImage(file);
      for (let chunk = next(); chunk !== undefined; chunk = next()) bytes += chunk.length;
      return { path, verdict: 'whole', facts: [`received image of ${bytes} bytes`] };
    } catch (error) {
      if (!(error instanceof ImageCorruptError)) throw error;
      return { path, verdict: 'damaged', facts: [error.message] };
    } finally {
      file.close();
    }
  });
}
