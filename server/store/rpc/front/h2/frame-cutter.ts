/**
 * Cuts a connection's bytes into frames, whatever the network's chunks. Holds at most one unfinished frame; a payload
 * above FRAME_BYTES_MAX is refused by its head.
 */
import { FRAME_BYTES_MAX, FRAME_HEAD_BYTES, frameSizeError, PREFACE, protocolError } from './protocol.ts';

export interface FrameSink {
  /** `payload` is a view of the network's buffer. False stops the cutting for good. */
  onFrame(type: number, flags: number, streamId: number, payload: Buffer): boolean;
}

const EMPTY = Buffer.alloc(0);

export class FrameCutter {
  readonly #sink: FrameSink;
  #rest: Buffer = EMPTY;
  #hasPreface = false;

  constructor(sink: FrameSink) {
    this.#sink = sink;
  }

  /** @throws ConnectionError when the preface is wrong or a frame too long, and whatever the sink throws */
  push(chunk: Buffer): void {
    let data = chunk;
    while (this.#rest.length > 0 && data.length > 0) {
      // Only what the unfinished frame lacks is copied; the rest of the chunk is cut in place.
      const lacking = Math.min(this.#lackingBytes(this.#rest), data.length);
      const joined = Buffer.concat([this.#rest, data.subarray(0, lacking)]);
      data = data.subarray(lacking);
      this.#rest = EMPTY;
      this.#rest = this.#cut(joined);
    }
    if (data.length > 0) this.#rest = this.#cut(data);
  }

  #lackingBytes(part: Buffer): number {
    if (!this.#hasPreface) return PREFACE.length - part.length;
    if (part.length < FRAME_HEAD_BYTES) return FRAME_HEAD_BYTES - part.length;
    return FRAME_HEAD_BYTES + part.readUIntBE(0, 3) - part.length;
  }

  /** Gives away whole frames and returns what is left over. */
  #cut(data: Buffer): Buffer {
    let at = 0;
    if (!this.#hasPreface) {
      const length = Math.min(PREFACE.length, data.length);
      if (data.compare(PREFACE, 0, length, 0, length) !== 0) throw protocolError('bad connection preface');
      if (length < PREFACE.length) return data;
      this.#hasPreface = true;
      at = PREFACE.length;
    }
    while (data.length - at >= FRAME_HEAD_BYTES) {
      const length = data.readUIntBE(at, 3);
      if (length > FRAME_BYTES_MAX) throw frameSizeError(`frame of ${length} bytes, ${FRAME_BYTES_MAX} allowed`);
      const end = at + FRAME_HEAD_BYTES + length;
      if (end > data.length) break;
      const streamId = data.readUInt32BE(at + 5) & 0x7fff_ffff;
      const payload = data.subarray(at + FRAME_HEAD_BYTES, end);
      if (!this.#sink.onFrame(data[at + 3] ?? 0, data[at + 4] ?? 0, streamId, payload)) return EMPTY;
      at = end;
    }
    return at === data.length ? EMPTY : data.subarray(at);
  }
}
