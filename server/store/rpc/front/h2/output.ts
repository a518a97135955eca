/**
 * The sending half of a connection. Everything is only noted until the end of the tick; then each connection that has
 * something to say writes once: control frames, then its streams in turn, as far as windows and the socket allow.
 */
import { resetFrame } from './control-frames.ts';
import type { OwnStream } from './own-stream.ts';
import { ErrorCode, FLUSH_BYTES_MAX, SOCKET_DATA_BYTES_MAX, WINDOW_BYTES_DEFAULT } from './protocol.ts';
import { type ByteTarget, scratchWriter } from './scratch-writer.ts';

export interface OutputTarget extends ByteTarget {
  readonly writableLength: number;
  readonly writableNeedDrain: boolean;
  readonly destroyed: boolean;
  readonly writableEnded: boolean;
}

export interface OutputOwner {
  /** The stream's END_STREAM has left; `wasReset`: so has a RST_STREAM, because its client was still sending. */
  onStreamSent(stream: OwnStream, wasReset: boolean): void;
  /** Runs after each flush. */
  onFlushed(): void;
}

const dirty: Output[] = [];

function flushAll(): void {
  for (const output of dirty.splice(0)) output.flush();
}

export class Output {
  readonly #target: OutputTarget;
  readonly #owner: OutputOwner;
  #isScheduled = false;
  #isFlushing = false;
  #control: Buffer[] = [];
  #ready = new Set<OwnStream>();
  readonly #waitingForWindow = new Set<OwnStream>();
  sendWindow = WINDOW_BYTES_DEFAULT;
  /** Response bytes that wait on all streams. */
  queuedBytes = 0;
  /** Put before the next header block, once. */
  blockPrefix: Buffer | undefined;

  constructor(target: OutputTarget, owner: OutputOwner) {
    this.#target = target;
    this.#owner = owner;
  }

  control(frame: Buffer): void {
    this.#control.push(frame);
    this.schedule();
  }

  /** The stream has something to send. A stream is in at most one list. */
  ready(stream: OwnStream): void {
    if (stream.isListed) return;
    stream.isListed = true;
    this.#ready.add(stream);
    this.schedule();
  }

  /** The stream is closed: nothing here may keep it alive. */
  drop(stream: OwnStream): void {
    if (!stream.isListed) return;
    this.#ready.delete(stream);
    this.#waitingForWindow.delete(stream);
  }

  /** The connection's window grew: those that waited for it go on. */
  windowGrew(): void {
    if (this.#waitingForWindow.size === 0) return;
    for (const stream of this.#waitingForWindow) this.#ready.add(stream);
    this.#waitingForWindow.clear();
    this.schedule();
  }

  schedule(): void {
    if (this.#isScheduled) return;
    this.#isScheduled = true;
    if (dirty.push(this) === 1) setImmediate(flushAll);
  }

  get hasWork(): boolean {
    return this.#control.length > 0 || this.#ready.size > 0;
  }

  flush(): void {
    this.#isScheduled = false;
    const target = this.#target;
    if (target.destroyed || target.writableEnded || this.#isFlushing) return;
    this.#isFlushing = true;
    const bytesBefore = this.queuedBytes;
    for (const frame of this.#control.splice(0)) scratchWriter.copy(frame, target);
    while (
      this.#ready.size > 0 &&
      target.writableLength < SOCKET_DATA_BYTES_MAX &&
      bytesBefore - this.queuedBytes < FLUSH_BYTES_MAX
    ) {
      // One pass over all, so that none waits for another's 50 MiB.
      const pass = this.#ready;
      this.#ready = new Set();
      for (const stream of pass) this.#turn(stream);
    }
    scratchWriter.spill(target);
    this.#isFlushing = false;
    // A full socket calls again when it has drained.
    if (this.hasWork && !target.writableNeedDrain) this.schedule();
    this.#owner.onFlushed();
  }

  #turn(stream: OwnStream): void {
    if (stream.isClosed) return;
    const outcome = stream.emit(this, this.#target);
    if (outcome === 'more') this.#ready.add(stream);
    else if (outcome === 'connection-window') this.#waitingForWindow.add(stream);
    else {
      stream.isListed = false;
      if (outcome === 'ended') {
        const isReset = !stream.isRemoteEnded;
        if (isReset) scratchWriter.copy(resetFrame(stream.id, ErrorCode.NO_ERROR), this.#target);
        this.#owner.onStreamSent(stream, isReset);
      }
    }
  }
}
