/** Reads one segment, verifies the checksum chain, and tells a torn tail from rot (reasoning: README.md here). */
import { crc32c } from '../../../lib/base/crc32c.ts';
import { WalRecordType } from '../../../lib/base/etcdpb/raft.ts';
import { FRAME_ALIGNMENT, isBlankHeader, parseFrame } from './record.ts';

/** The log cannot be trusted. `message` names file, offset and remedy, in one line. */
export class WalCorruptError extends Error {
  override readonly name = 'WalCorruptError';

  constructor(at: { readonly file: string; readonly offset: number }, what: string) {
    super(
      `the write-ahead log is damaged: ${what} in ${at.file} at offset ${at.offset}; acknowledged writes may be lost, so ` +
        'this member will not start on it. Restore the data directory from a backup, or remove this member from the ' +
        'cluster, delete its data directory and add it again as a new member',
    );
  }
}

export interface SegmentRecord {
  readonly type: number;
  /** A view on the segment. */
  readonly data: Uint8Array;
  readonly offset: number;
}

export interface SegmentEnd {
  /** Offset after the last good frame. */
  readonly tail: number;
  /** The checksum chain's value there. */
  readonly crc: number;
  /** Bytes from `tail` to the last one that is not zero: a torn tail, to be cut. 0 after a clean end. */
  readonly tornBytes: number;
}

export interface SegmentSource {
  readonly file: string;
  readonly bytes: Uint8Array;
  /** Only the last segment may have a torn tail. */
  readonly isLast: boolean;
  /** The chain's value at the end of the segment before; undefined for the first one kept. */
  readonly previousCrc: number | undefined;
}

/** Calls `visit` for every record but the crc ones. @throws WalCorruptError */
export function readSegment(source: SegmentSource, visit: (record: SegmentRecord) => void): SegmentEnd {
  const { bytes, file } = source;
  let crc = source.previousCrc;
  let at = 0;
  while (!isBlankHeader(bytes, at)) {
    const frame = parseFrame(bytes, at);
    if (frame === undefined) return endAt(source, { at, crc: crc ?? 0, resumeAt: at + FRAME_ALIGNMENT });
    if (frame.type === WalRecordType.CRC) {
      if (crc !== undefined && crc !== frame.crc)
        throw new WalCorruptError({ file, offset: at }, 'the checksum does not continue that of the segment before');
      crc = frame.crc;
    } else {
      const data = bytes.subarray(frame.dataFrom, frame.dataTo);
      const expected = crc32c(data, crc ?? 0);
      if (crc === undefined || expected !== frame.crc) return endAt(source, { at, crc: crc ?? 0, resumeAt: frame.end });
      crc = expected;
      visit({ type: frame.type, data, offset: at });
    }
    at = frame.end;
  }
  return endAt(source, { at, crc: crc ?? 0, resumeAt: at + FRAME_ALIGNMENT });
}

/** The log is good up to `at`. What follows must be blank, or torn; otherwise it is rot. */
function endAt(
  source: SegmentSource,
  end: { readonly at: number; readonly crc: number; readonly resumeAt: number },
): SegmentEnd {
  const { bytes, file, isLast } = source;
  const { at, crc } = end;
  const used = lengthWithoutZeros(bytes);
  if (used <= at) return { tail: at, crc, tornBytes: 0 };
  const place = { file, offset: at };
  if (!isLast) throw new WalCorruptError(place, 'a record before the last segment is not valid');
  if (at === 0) throw new WalCorruptError(place, 'the head of the segment is not valid');
  for (let next = end.resumeAt; next < used; ) {
    const frame = parseFrame(bytes, next);
    if (frame === undefined) {
      next += FRAME_ALIGNMENT;
      continue;
    }
    if (frame.durableBefore === undefined || frame.durableBefore > at)
      throw new WalCorruptError(place, `a record is not valid, but a later one (offset ${next}) shows it was durable`);
    next = frame.end;
  }
  return { tail: at, crc, tornBytes: used - at };
}

const ZEROS = new Uint8Array(64 * 1024);

/** A fresh segment is 64 MiB of zeros: compared in blocks, from the end. */
function lengthWithoutZeros(bytes: Uint8Array): number {
  let length = bytes.length;
  while (length >= ZEROS.length && Buffer.compare(bytes.subarray(length - ZEROS.length, length), ZEROS) === 0)
    length -= ZEROS.length;
  while (length > 0 && bytes[length - 1] === 0) length--;
  return length;
}
