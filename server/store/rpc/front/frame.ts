/**
 * gRPC's length-prefixed messages: one flag byte, four length bytes (big endian), the message.
 *
 * Invariant: never more than one message of at most `receiveBytesMax` plus one network chunk is held.
 */
import { gunzipSync } from 'node:zlib';
import { EtcdError } from '../../../../lib/base/etcdpb/errors.ts';
import { GrpcCode } from '../../../../lib/base/grpc-status.ts';

export const FRAME_HEADER_BYTES = 5;
/** Above this a copy into one buffer costs more than a second write. */
const JOIN_BYTES_MAX = 64 * 1024;

/** Cuts a byte stream into messages. Feed it with push(); take messages with next() until it gives undefined. */
export class FrameReader {
  readonly #bytesMax: number;
  readonly #encoding: string;
  #chunks: Buffer[] = [];
  #buffered = 0;

  constructor(bytesMax: number, encoding: string) {
    this.#bytesMax = bytesMax;
    this.#encoding = encoding;
  }

  push(chunk: Buffer): void {
    this.#chunks.push(chunk);
    this.#buffered += chunk.length;
  }

  /** Bytes held of a message that is not whole yet. */
  get bufferedBytes(): number {
    return this.#buffered;
  }

  /** The next whole message. @throws EtcdError when it is too large or its compression is unknown. */
  next(): Uint8Array | undefined {
    if (this.#buffered < FRAME_HEADER_BYTES) return undefined;
    const head = this.#contiguous(FRAME_HEADER_BYTES);
    const length = head.readUInt32BE(1);
    if (length > this.#bytesMax) throw messageTooLarge(length, this.#bytesMax);
    const whole = FRAME_HEADER_BYTES + length;
    if (this.#buffered < whole) return undefined;
    const first = this.#contiguous(whole);
    const message = first.subarray(FRAME_HEADER_BYTES, whole);
    const flag = first[0] as number;
    this.#chunks.shift();
    if (first.length > whole) this.#chunks.unshift(first.subarray(whole));
    this.#buffered -= whole;
    return flag === 0 ? message : this.#inflate(flag, message);
  }

  /** The first chunk, joined so that it holds at least `count` bytes. The caller has checked there are as many. */
  #contiguous(count: number): Buffer {
    const first = this.#chunks[0] as Buffer;
    if (first.length >= count) return first;
    // Joining is deferred until the whole message is here, so a long message is copied once (its header once more).
    const joined = Buffer.concat(this.#chunks);
    this.#chunks = [joined];
    return joined;
  }

  #inflate(flag: number, message: Uint8Array): Uint8Array {
    if (flag !== 1) throw new EtcdError(GrpcCode.INTERNAL, `grpc: unexpected payload format ${flag}`);
    if (this.#encoding !== 'gzip') {
      throw this.#encoding === 'identity'
        ? new EtcdError(GrpcCode.INTERNAL, 'grpc: compressed flag set with identity or empty encoding')
        : new EtcdError(
            GrpcCode.UNIMPLEMENTED,
            `grpc: Decompressor is not installed for grpc-encoding "${this.#encoding}"`,
          );
    }
    try {
      return gunzipSync(message, { maxOutputLength: this.#bytesMax });
    } catch (cause) {
      if (cause instanceof RangeError) throw messageTooLarge(this.#bytesMax + 1, this.#bytesMax);
      throw new EtcdError(GrpcCode.INTERNAL, 'grpc: failed to decompress the received message');
    }
  }
}

export function messageTooLarge(length: number, max: number): EtcdError {
  return new EtcdError(GrpcCode.RESOURCE_EXHAUSTED, `grpc: received message larger than max (${length} vs. ${max})`);
}

/** A message, given in parts, as buffers to write in order. Large parts are not copied. */
export function frameOf(parts: readonly Uint8Array[]): readonly Uint8Array[] {
  let length = 0;
  for (const part of parts) length += part.length;
  const joined = length <= JOIN_BYTES_MAX;
  const head = Buffer.allocUnsafe(joined ? FRAME_HEADER_BYTES + length : FRAME_HEADER_BYTES);
  head[0] = 0;
  head.writeUInt32BE(length, 1);
  if (!joined) return [head, ...parts];
  let at = FRAME_HEADER_BYTES;
  for (const part of parts) {
    head.set(part, at);
    at += part.length;
  }
  return [head];
}
