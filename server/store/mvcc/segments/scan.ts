/** Reading a segment file from front to back, in large pieces, checking every frame. */
import type { DiskFile } from '../../ports/disk.ts';
import { claimedLength, FRAME_HEADER_BYTES, type Frame, frameBytes, RecordType, readFrame } from './frame.ts';
import { COMMIT_BYTES, decodeCommit } from './records.ts';

const PIECE_BYTES = 1024 * 1024;

export interface ScannedFrame extends Frame {
  /** Of the frame, not of its payload. */
  readonly offset: number;
  /** Where the next frame begins. */
  readonly end: number;
}

/**
 * Calls `visit` for each frame from `from` up to `until`, stopping early when it returns false. Answers the offset it
 * stopped at: `until`, or where the first frame lies that is cut short or fails its CRC. Payloads are views that stay
 * valid.
 */
export function scanFrames(
  file: DiskFile,
  bounds: { readonly from: number; readonly until: number },
  visit: (frame: ScannedFrame) => boolean,
): number {
  let { from } = bounds;
  while (from < bounds.until) {
    const piece = readPiece(file, from, bounds.until);
    let at = 0;
    for (let frame = readFrame(piece, at); frame !== undefined; frame = readFrame(piece, at)) {
      const end = at + frameBytes(frame.payload.length);
      if (!visit({ ...frame, offset: from + at, end: from + end })) return from + end;
      at = end;
    }
    if (at === 0) return from;
    from += at;
  }
  return from;
}

/** At least the whole frame at `from`, when the file has it. */
function readPiece(file: DiskFile, from: number, until: number): Uint8Array {
  const piece = file.read(from, Math.min(PIECE_BYTES, until - from));
  if (piece.length < FRAME_HEADER_BYTES) return piece;
  const need = frameBytes(claimedLength(piece, 0));
  return need > piece.length && from + need <= until ? file.read(from, need) : piece;
}

export interface CommittedEnd {
  /** Behind the last valid commit (and the seal that follows it at once); 0 when there is none. */
  readonly end: number;
  readonly isSealed: boolean;
  /** Set when a frame below a mark that was known durable is damaged: not a torn tail. */
  readonly damagedAt: number | undefined;
}

/** Finds where the durable part of the last file ends. `segment` is its position, as in durable marks. */
export function findCommittedEnd(file: DiskFile, segment: number): CommittedEnd {
  let end = 0;
  let isSealed = false;
  const size = file.size();
  const stop = scanFrames(file, { from: 0, until: size }, (frame) => {
    if (frame.type === RecordType.COMMIT) end = frame.end;
    isSealed = frame.type === RecordType.SEAL && end === frame.offset;
    if (isSealed) end = frame.end;
    return true;
  });
  const isDamaged = stop < size && hasMarkBeyond(file, { segment, offset: stop });
  return { end, isSealed, damagedAt: isDamaged ? stop : undefined };
}

/** True when some valid commit behind `place` says that `place` had been flushed before. */
function hasMarkBeyond(file: DiskFile, place: { readonly segment: number; readonly offset: number }): boolean {
  const bytes = file.read(place.offset, file.size() - place.offset);
  const commitFrame = frameBytes(COMMIT_BYTES);
  for (let at = 1; at + commitFrame <= bytes.length; at++) {
    if (bytes[at + 8] !== RecordType.COMMIT || claimedLength(bytes, at) !== COMMIT_BYTES) continue;
    const frame = readFrame(bytes, at);
    if (frame === undefined) continue;
    const { mark } = decodeCommit(frame.payload);
    if (mark.segment > place.segment || (mark.segment === place.segment && mark.offset > place.offset)) return true;
  }
  return false;
}
