/** Compressed bytes, unpacked up to a bound: a few bytes can stand for any number of them. */
import { unpackZstd } from './zstd.ts';

/** Of what is unpacked, kept at most. */
export const UNPACKED_BYTES_MAX = 8 * 1024 * 1024;

export interface Unpacked {
  readonly bytes: Uint8Array;
  /** There was more: only the first bytes are here. */
  readonly isCut: boolean;
  /** Why what follows could not be unpacked, where something could; null: all of it was. */
  readonly fault: string | null;
}

/** @throws RangeError with the reason when nothing of it can be unpacked */
export async function unpack(
  kind: 'gzip' | 'zlib' | 'zstd',
  bytes: Uint8Array,
  max = UNPACKED_BYTES_MAX,
): Promise<Unpacked> {
  const unpacked = kind === 'zstd' ? unpackZstd(bytes, max) : await inflate(kind, bytes, max);
  if (unpacked.bytes.length === 0 && unpacked.fault !== null) throw new RangeError(unpacked.fault);
  return unpacked;
}

async function inflate(kind: 'gzip' | 'zlib', bytes: Uint8Array, max: number): Promise<Unpacked> {
  const stream = new DecompressionStream(kind === 'gzip' ? 'gzip' : 'deflate');
  const writer = stream.writable.getWriter();
  // A fault is told by the reader too; what is refused after the bound was reached is not needed any more.
  feed(writer, bytes).catch(() => undefined);
  const reader = stream.readable.getReader();
  const parts: Uint8Array[] = [];
  let length = 0;
  let fault: string | null = null;
  try {
    for (let part = await reader.read(); !part.done; part = await reader.read()) {
      parts.push(part.value);
      length += part.value.length;
      if (length > max) {
        await reader.cancel();
        break;
      }
    }
  } catch (cause) {
    // Browsers say first which of their functions it was.
    fault = String(cause instanceof Error ? cause.message : cause).replace(/^Failed to execute [^:]*: /, '');
  }
  return { bytes: joined(parts, Math.min(length, max)), isCut: length > max, fault };
}

/** At a time: browsers unpack all of a piece at once, and a byte can stand for a thousand. */
const PIECE_BYTES = 4 * 1024;

async function feed(writer: WritableStreamDefaultWriter<BufferSource>, bytes: Uint8Array): Promise<void> {
  for (let at = 0; at < bytes.length; at += PIECE_BYTES) await writer.write(bytes.slice(at, at + PIECE_BYTES));
  await writer.close();
}

function joined(parts: readonly Uint8Array[], length: number): Uint8Array {
  const out = new Uint8Array(length);
  let at = 0;
  for (const part of parts) {
    out.set(part.subarray(0, length - at), at);
    at = Math.min(length, at + part.length);
  }
  return out;
}
