/** Joins HEADERS and its CONTINUATIONs to one block, and strips padding and priority (RFC 9113 §6.2, §6.10). */
import {
  ConnectionError,
  ErrorCode,
  Flag,
  frameSizeError,
  HEADER_BLOCK_BYTES_MAX,
  HEADER_BLOCK_FRAMES_MAX,
  protocolError,
} from './protocol.ts';

const PRIORITY_BYTES = 5;

/** The payload without its padding. @throws ConnectionError when the padding is longer than the frame */
export function stripPadding(flags: number, payload: Buffer): Buffer {
  if ((flags & Flag.PADDED) === 0) return payload;
  const padding = payload[0];
  if (padding === undefined) throw frameSizeError('no room for the pad length');
  if (padding >= payload.length) throw protocolError('padding longer than its frame');
  return payload.subarray(1, payload.length - padding);
}

export interface HeaderBlock {
  readonly streamId: number;
  readonly endsStream: boolean;
  readonly bytes: Buffer;
}

export class HeaderBlockJoiner {
  #streamId = 0;
  #endsStream = false;
  #parts: Buffer[] = [];
  #bytes = 0;

  /** The stream whose block is unfinished, 0 when there is none. No other frame may come meanwhile. */
  get openStreamId(): number {
    return this.#streamId;
  }

  /** The block, or undefined while CONTINUATIONs are to come. @throws ConnectionError */
  begin(flags: number, streamId: number, payload: Buffer): HeaderBlock | undefined {
    let part = stripPadding(flags, payload);
    if ((flags & Flag.PRIORITY) !== 0) {
      if (part.length < PRIORITY_BYTES) throw frameSizeError('HEADERS too short for its priority');
      part = part.subarray(PRIORITY_BYTES);
    }
    const endsStream = (flags & Flag.END_STREAM) !== 0;
    if ((flags & Flag.END_HEADERS) !== 0) return { streamId, endsStream, bytes: part };
    this.#streamId = streamId;
    this.#endsStream = endsStream;
    this.#parts = [part];
    this.#bytes = part.length;
    return undefined;
  }

  /** As begin(). @throws ConnectionError, also for floods */
  proceed(flags: number, streamId: number, payload: Buffer): HeaderBlock | undefined {
    if (streamId !== this.#streamId || streamId === 0) throw protocolError('CONTINUATION without HEADERS');
    this.#bytes += payload.length;
    if (this.#parts.push(payload) > HEADER_BLOCK_FRAMES_MAX || this.#bytes > HEADER_BLOCK_BYTES_MAX)
      throw new ConnectionError(ErrorCode.ENHANCE_YOUR_CALM, 'header block too long');
    if ((flags & Flag.END_HEADERS) === 0) return undefined;
    const bytes = Buffer.concat(this.#parts);
    this.#parts = [];
    this.#streamId = 0;
    return { streamId, endsStream: this.#endsStream, bytes };
  }
}
