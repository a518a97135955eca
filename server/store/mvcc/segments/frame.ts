/**
 * The frame around every record of a segment file and of a snapshot stream (server/docs/formats.md, "State machine
 * segments"):
 *
 *   crc32c u32 | payload length u32 | type u8 | payload        little endian; the CRC covers all that follows it
 */
import { crc32c } from '../../../../lib/base/crc32c.ts';

export const FRAME_HEADER_BYTES = 9;

export const RecordType = {
  /** First record of a file: whose it is and what it covers. */
  HEADER: 1,
  /** One stored revision (revision-codec.ts). */
  REVISION: 2,
  /** Everything before it in this file is state at the index it names. */
  COMMIT: 3,
  /** Last record of a file that gets no more. */
  SEAL: 4,
  /** First record of a snapshot stream. */
  SNAPSHOT: 5,
} as const;

/** From here on types belong to the layer above: state beside the revisions, opaque here. */
export const META_TYPE_MIN = 16;

export interface Frame {
  readonly type: number;
  readonly payload: Uint8Array;
}

export const frameBytes = (payloadBytes: number): number => FRAME_HEADER_BYTES + payloadBytes;

/** Writes a frame at `at`, where it must fit, and answers where it ends. */
export function writeFrame(out: Uint8Array, at: number, { type, payload }: Frame): number {
  writeU32(out, at + 4, payload.length);
  out[at + 8] = type;
  out.set(payload, at + FRAME_HEADER_BYTES);
  const end = at + FRAME_HEADER_BYTES + payload.length;
  writeU32(out, at, crc32c(out, 0, at + 4, end));
  return end;
}

export function encodeFrame(frame: Frame): Uint8Array {
  const out = new Uint8Array(frameBytes(frame.payload.length));
  writeFrame(out, 0, frame);
  return out;
}

/** Payload length as the header at `at` claims; the header must lie within `bytes`. */
export const claimedLength = (bytes: Uint8Array, at: number): number => readU32(bytes, at + 4);

/** Whether a frame with a payload of so many bytes lies at `at` and its CRC holds. */
export function isFrameAt(bytes: Uint8Array, at: number, payloadBytes: number): boolean {
  const end = at + frameBytes(payloadBytes);
  if (end > bytes.length || claimedLength(bytes, at) !== payloadBytes) return false;
  return crc32c(bytes, 0, at + 4, end) === readU32(bytes, at);
}

/** The frame at `at` (payload a view) when it is whole and its CRC holds, else undefined. */
export function readFrame(bytes: Uint8Array, at: number): Frame | undefined {
  if (at + FRAME_HEADER_BYTES > bytes.length) return undefined;
  const end = at + FRAME_HEADER_BYTES + claimedLength(bytes, at);
  if (end > bytes.length || crc32c(bytes, 0, at + 4, end) !== readU32(bytes, at)) return undefined;
  return { type: bytes[at + 8] as number, payload: bytes.subarray(at + FRAME_HEADER_BYTES, end) };
}

function writeU32(out: Uint8Array, at: number, value: number): void {
  out[at] = value & 0xff;
  out[at + 1] = (value >>> 8) & 0xff;
  out[at + 2] = (value >>> 16) & 0xff;
  out[at + 3] = value >>> 24;
}

function readU32(bytes: Uint8Array, at: number): number {
  return (
    ((bytes[at] as number) |
      ((bytes[at + 1] as number) << 8) |
      ((bytes[at + 2] as number) << 16) |
      ((bytes[at + 3] as number) << 24)) >>>
    0
  );
}
