/** Frames on a peer connection: u32 LE length of the payload, u8 kind, payload. */

export const FrameKind = {
  MESSAGE: 1,
  REQUEST: 2,
  RESPONSE: 3,
  PING: 4,
  PONG: 5,
  SNAPSHOT_BEGIN: 10,
  SNAPSHOT_CHUNK: 11,
  SNAPSHOT_END: 12,
  SNAPSHOT_STORED: 13,
} as const;

export const FRAME_HEADER_BYTES = 5;
/** Beyond any append: appendBytesMax plus one request of the largest configurable size. */
export const FRAME_BYTES_MAX = 128 * 1024 * 1024;

/** The peer does not speak our protocol. The connection cannot be used any further. */
export class FrameError extends Error {
  override readonly name = 'FrameError';
}

export function encodeFrame(kind: number, payload: Uint8Array): Uint8Array {
  const out = new Uint8Array(FRAME_HEADER_BYTES + payload.length);
  new DataView(out.buffer).setUint32(0, payload.length, true);
  out[4] = kind;
  out.set(payload, FRAME_HEADER_BYTES);
  return out;
}

/** Cuts a byte stream into frames. Payloads are views when a frame came in one piece: copy what is kept. */
export class FrameParser {
  readonly #onFrame: (kind: number, payload: Uint8Array) => void;
  readonly #header = new Uint8Array(FRAME_HEADER_BYTES);
  #headerLength = 0;
  /** The payload being assembled from several pieces. */
  #payload: Uint8Array | undefined;
  #payloadLength = 0;

  constructor(onFrame: (kind: number, payload: Uint8Array) => void) {
    this.#onFrame = onFrame;
  }

  /** @throws FrameError */
  push(received: Uint8Array): void {
    // Sockets deliver Buffers, whose slice() does not copy. Payloads are plain bytes, so that what says "copy" copies.
    const chunk = new Uint8Array(received.buffer, received.byteOffset, received.length);
    let at = 0;
    while (at < chunk.length) {
      if (this.#headerLength < FRAME_HEADER_BYTES) {
        at += this.#takeHeader(chunk, at);
        if (this.#headerLength < FRAME_HEADER_BYTES) return;
        if (this.#length() > 0) continue;
        this.#finish(new Uint8Array(0));
        continue;
      }
      const length = this.#length();
      if (this.#payload === undefined && chunk.length - at >= length) {
        at += length;
        this.#finish(chunk.subarray(at - length, at));
        continue;
      }
      this.#payload ??= new Uint8Array(length);
      const taken = chunk.subarray(at, at + length - this.#payloadLength);
      this.#payload.set(taken, this.#payloadLength);
      this.#payloadLength += taken.length;
      at += taken.length;
      if (this.#payloadLength === length) this.#finish(this.#payload);
    }
  }

  #takeHeader(chunk: Uint8Array, at: number): number {
    const taken = chunk.subarray(at, at + FRAME_HEADER_BYTES - this.#headerLength);
    this.#header.set(taken, this.#headerLength);
    this.#headerLength += taken.length;
    if (this.#headerLength === FRAME_HEADER_BYTES && this.#length() > FRAME_BYTES_MAX)
      throw new FrameError(`a frame of ${this.#length()} bytes exceeds ${FRAME_BYTES_MAX}`);
    return taken.length;
  }

  #length(): number {
    return new DataView(this.#header.buffer).getUint32(0, true);
  }

  #finish(payload: Uint8Array): void {
    const kind = this.#header[4] as number;
    this.#headerLength = 0;
    this.#payload = undefined;
    this.#payloadLength = 0;
    this.#onFrame(kind, payload);
  }
}
