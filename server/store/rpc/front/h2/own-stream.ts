/**
 * One stream of our own framing: the Exchange its call writes to, its two windows, and the request bytes a paused reader has
 * not taken. The connection decides about states and errors; this file knows what is queued and how it leaves.
 */

import { GrpcCode } from '../../../../../lib/base/grpc-status.ts';
import { STREAM_OUTPUT_BYTES_MAX, STREAM_WINDOW_BYTES } from '../../limits.ts';
import type { GrpcCall } from '../call.ts';
import type { Exchange } from '../exchange.ts';
import type { Status } from '../status.ts';
import { putFrameHead } from './control-frames.ts';
import type { Output, OutputTarget } from './output.ts';
import { Flag, FRAME_BYTES_MAX, FRAME_HEAD_BYTES, FrameType, STREAM_TURN_BYTES } from './protocol.ts';
import type { RequestHead } from './request-head.ts';
import { RESPONSE_BLOCK, trailerBlock, trailersOnlyBlock } from './response-blocks.ts';
import { scratchWriter } from './scratch-writer.ts';

/** Below this a stream that was full has room again. */
const DRAINED_BYTES = STREAM_OUTPUT_BYTES_MAX / 2;

export type Emitted = 'idle' | 'more' | 'connection-window' | 'ended';

export interface StreamHost {
  readonly peerCommonName: string | undefined;
  readonly output: Output;
  /** Bytes of this stream were taken: its window may open again. */
  consumed(stream: OwnStream, count: number): void;
  onOutput(): void;
  /** The request bytes this stream keeps in memory became more, or less. */
  held(difference: number): void;
}

export class OwnStream implements Exchange {
  readonly id: number;
  readonly head: RequestHead;
  readonly #host: StreamHost;
  /** Undefined for a request that was refused by its headers. */
  call: GrpcCall | undefined;
  sendWindow: number;
  receiveWindow = STREAM_WINDOW_BYTES;
  /** Taken since the last WINDOW_UPDATE. */
  unacknowledged = 0;
  bodyBytes = 0;
  /** In one of the output's lists. */
  isListed = false;
  isRemoteEnded = false;
  isClosed = false;
  #isPaused = false;
  #isDelivering = false;
  #held: Buffer[] = [];
  #heldBytes = 0;
  #endHeld = false;
  /** Bytes of a paused reader and of an unfinished message, as the host knows them. */
  #accountedBytes = 0;
  #queue: Uint8Array[] = [];
  #queueOffset = 0;
  #queuedBytes = 0;
  #wasFull = false;
  #headBlock: Buffer | undefined;
  #headSent = false;
  #trailerBlock: Buffer | undefined;

  constructor(id: number, head: RequestHead, sendWindow: number, host: StreamHost) {
    this.id = id;
    this.head = head;
    this.sendWindow = sendWindow;
    this.#host = host;
  }

  metadata(name: string): string | undefined {
    return this.head.get(name);
  }

  get peerCommonName(): string | undefined {
    return this.#host.peerCommonName;
  }

  get isGone(): boolean {
    return this.isClosed;
  }

  get outputBytes(): number {
    return this.#queuedBytes;
  }

  #account(heldBytes: number): void {
    this.#host.held(heldBytes - this.#accountedBytes);
    this.#accountedBytes = heldBytes;
  }

  write(part: Uint8Array): void {
    if (this.isClosed) return;
    if (!this.#headSent) this.#headBlock ??= RESPONSE_BLOCK;
    this.#queue.push(part);
    this.#queuedBytes += part.length;
    if (this.#queuedBytes >= STREAM_OUTPUT_BYTES_MAX) this.#wasFull = true;
    this.#host.output.queuedBytes += part.length;
    this.#host.output.ready(this);
    this.#host.onOutput();
  }

  finish(status: Status): void {
    const isBare = !this.#headSent && this.#headBlock === undefined;
    if (isBare && status.code !== GrpcCode.OK) this.answer(trailersOnlyBlock(status));
    else {
      if (isBare) this.#headBlock = RESPONSE_BLOCK;
      this.#trailerBlock = trailerBlock(status);
      this.#host.output.ready(this);
    }
  }

  /** A header block that is the whole answer. */
  answer(block: Buffer): void {
    this.#trailerBlock = block;
    this.#host.output.ready(this);
  }

  pauseReading(): void {
    this.#isPaused = true;
  }

  resumeReading(): void {
    if (!this.#isPaused) return;
    this.#isPaused = false;
    this.#deliver();
  }

  /** Body bytes, without padding. */
  receive(chunk: Buffer): void {
    this.#held.push(chunk);
    this.#heldBytes += chunk.length;
    this.#deliver();
  }

  receiveEnd(): void {
    this.#endHeld = true;
    this.#deliver();
  }

  /** In order and never nested, though a handler may resume reading from within onMessage. */
  #deliver(): void {
    if (this.#isDelivering) return;
    this.#isDelivering = true;
    while (!this.#isPaused && !this.isClosed && this.#held.length > 0) {
      const chunk = this.#held.shift() as Buffer;
      this.#heldBytes -= chunk.length;
      this.call?.onData(chunk);
      this.#host.consumed(this, chunk.length);
    }
    this.#isDelivering = false;
    if (this.isClosed) return;
    this.#account(this.#heldBytes + (this.call?.heldBytes ?? 0));
    if (this.#endHeld && !this.#isPaused) {
      this.#endHeld = false;
      this.call?.onEnd();
    }
  }

  /** No frame leaves or arrives any more. */
  close(): void {
    if (this.isClosed) return;
    this.isClosed = true;
    this.#host.output.drop(this);
    this.#host.output.queuedBytes -= this.#queuedBytes;
    this.#queuedBytes = 0;
    this.#queue = [];
    this.#held = [];
    this.#account(0);
    this.call?.onClose();
  }

  /** Writes as much as windows and its turn allow. */
  emit(output: Output, target: OutputTarget): Emitted {
    if (this.#headBlock !== undefined) {
      emitBlock(this.id, this.#headBlock, false, output, target);
      this.#headBlock = undefined;
      this.#headSent = true;
    }
    for (let turn = STREAM_TURN_BYTES; this.#queuedBytes > 0; ) {
      if (turn <= 0) return this.#emitted('more');
      if (this.sendWindow <= 0) return this.#emitted('idle');
      if (output.sendWindow <= 0) return this.#emitted('connection-window');
      turn -= this.#emitData(output, target);
    }
    if (this.#trailerBlock === undefined) return this.#emitted('idle');
    emitBlock(this.id, this.#trailerBlock, true, output, target);
    return 'ended';
  }

  #emitted(outcome: Emitted): Emitted {
    if (this.#wasFull && this.#queuedBytes < DRAINED_BYTES) {
      this.#wasFull = false;
      this.call?.onDrain();
      if (outcome === 'idle' && this.hasOutput) return 'more';
    }
    return outcome;
  }

  /** True when a flush would send something now. */
  get hasOutput(): boolean {
    if (this.#headBlock !== undefined) return true;
    return this.#queuedBytes > 0 ? this.sendWindow > 0 : this.#trailerBlock !== undefined;
  }

  #emitData(output: Output, target: OutputTarget): number {
    const length = Math.min(this.#queuedBytes, this.sendWindow, output.sendWindow, FRAME_BYTES_MAX);
    scratchWriter.reserve(FRAME_HEAD_BYTES + length, target);
    const { bytes } = scratchWriter;
    putFrameHead(bytes, scratchWriter.at, { length, type: FrameType.DATA, flags: 0, streamId: this.id });
    scratchWriter.at += FRAME_HEAD_BYTES;
    for (let left = length; left > 0; ) {
      const part = this.#queue[0] as Uint8Array;
      const count = Math.min(left, part.length - this.#queueOffset);
      bytes.set(
        count === part.length ? part : part.subarray(this.#queueOffset, this.#queueOffset + count),
        scratchWriter.at,
      );
      scratchWriter.at += count;
      left -= count;
      this.#queueOffset += count;
      if (this.#queueOffset === part.length) {
        this.#queue.shift();
        this.#queueOffset = 0;
      }
    }
    this.#queuedBytes -= length;
    this.sendWindow -= length;
    output.queuedBytes -= length;
    output.sendWindow -= length;
    return length;
  }
}

/** HEADERS, and CONTINUATIONs when the block does not fit into one frame. */
function emitBlock(streamId: number, block: Buffer, endsStream: boolean, output: Output, target: OutputTarget): void {
  let left = block;
  if (output.blockPrefix !== undefined) {
    left = Buffer.concat([output.blockPrefix, block]);
    output.blockPrefix = undefined;
  }
  let type: number = FrameType.HEADERS;
  let flags: number = endsStream ? Flag.END_STREAM : 0;
  do {
    const length = Math.min(left.length, FRAME_BYTES_MAX);
    if (length === left.length) flags |= Flag.END_HEADERS;
    scratchWriter.reserve(FRAME_HEAD_BYTES + length, target);
    putFrameHead(scratchWriter.bytes, scratchWriter.at, { length, type, flags, streamId });
    scratchWriter.bytes.set(left.subarray(0, length), scratchWriter.at + FRAME_HEAD_BYTES);
    scratchWriter.at += FRAME_HEAD_BYTES + length;
    left = left.subarray(length);
    type = FrameType.CONTINUATION;
    flags = 0;
  } while (left.length > 0);
}
