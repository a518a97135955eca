/**
 * One gRPC call on one HTTP/2 stream: frames in, handler, frames and a status out. Knows no framing (exchange.ts).
 *
 * Invariants: exactly one status leaves per call; a handler's onClose() runs exactly once; nothing is written after the
 * status.
 */
import { etcdErrors } from '../../../../lib/base/etcdpb/errors.ts';
import { GrpcCode } from '../../../../lib/base/grpc-status.ts';
import { STREAM_OUTPUT_BYTES_MAX } from '../limits.ts';
import type { CallHost, Exchange } from './exchange.ts';
import { FrameReader, frameOf } from './frame.ts';
import { parseGrpcTimeoutMs, STATUS_OK, type Status, statusOf } from './status.ts';
import type { Method, ServerStream, StreamHandler } from './types.ts';

const TIMER_MS_MAX = 2_147_483_647;

export class GrpcCall implements ServerStream<object> {
  readonly #exchange: Exchange;
  readonly #host: CallHost;
  readonly #method: Method;
  readonly #frames: FrameReader;
  #handler: StreamHandler<object> | undefined;
  #timer: NodeJS.Timeout | undefined;
  #cancelListener: (() => void) | undefined;
  #startedAt = 0;
  #started = false;
  #finished = false;
  cancelled = false;

  constructor(exchange: Exchange, method: Method, host: CallHost) {
    this.#exchange = exchange;
    this.#method = method;
    this.#host = host;
    this.#frames = new FrameReader(host.receiveBytesMax, exchange.metadata('grpc-encoding') ?? 'identity');
  }

  /** To be called once, before anything else is told to this call. */
  start(): void {
    this.#host.calls.add(this);
    this.#startedAt = this.#method.stats.start();
    const timeoutMs = parseGrpcTimeoutMs(this.metadata('grpc-timeout'));
    if (timeoutMs !== undefined) {
      if (Number.isNaN(timeoutMs)) {
        this.#finish({ code: GrpcCode.INTERNAL, message: 'malformed grpc-timeout' });
        return;
      }
      this.#timer = setTimeout(onDeadline, Math.min(timeoutMs, TIMER_MS_MAX), this);
    }
    if (this.#method.kind === 'unary') return;
    try {
      this.#handler = this.#method.open(this);
    } catch (error) {
      this.fail(error);
    }
    if (this.#finished) this.#release();
  }

  metadata(name: string): string | undefined {
    return this.#exchange.metadata(name);
  }

  get peerCommonName(): string | undefined {
    return this.#exchange.peerCommonName;
  }

  onCancel(listener: () => void): void {
    if (this.cancelled) listener();
    else this.#cancelListener = listener;
  }

  /** Bytes of an unfinished request message. */
  get heldBytes(): number {
    return this.#frames.bufferedBytes;
  }

  get full(): boolean {
    return this.#exchange.outputBytes >= STREAM_OUTPUT_BYTES_MAX;
  }

  send(response: object, encoded?: readonly Uint8Array[]): boolean {
    if (this.#finished || this.#exchange.isGone) return true;
    this.#write(encoded ?? [this.#method.response.encode(response)]);
    return !this.full;
  }

  end(): void {
    this.#finish(STATUS_OK);
  }

  fail(error: unknown): void {
    const status = statusOf(error);
    if (status.isDefect) this.#host.onDefect(error, this.#method.path);
    this.#finish(status);
  }

  pauseReading(): void {
    this.#exchange.pauseReading();
  }

  resumeReading(): void {
    if (!this.#exchange.isGone) this.#exchange.resumeReading();
  }

  onData(chunk: Buffer): void {
    if (this.#finished) return;
    this.#host.bytesReceived += chunk.length;
    this.#frames.push(chunk);
    try {
      for (let message = this.#frames.next(); message !== undefined; message = this.#frames.next()) {
        this.#method.stats.messagesReceived++;
        this.#onMessage(message);
        if (this.#finished) return;
      }
    } catch (error) {
      this.fail(error);
    }
  }

  onEnd(): void {
    if (this.#finished) return;
    const method = this.#method;
    const needsMessage = method.kind === 'unary' || !method.clientStreams;
    if (this.#frames.bufferedBytes > 0 || (needsMessage && !this.#started)) {
      this.#finish({ code: GrpcCode.INTERNAL, message: 'unexpected EOF: the request message is incomplete' });
      return;
    }
    this.#handler?.onEnd();
  }

  onDrain(): void {
    if (!this.#finished) this.#handler?.onDrain();
  }

  /** The member is stopping: streams end now, a running unary call gets the grace time of close(). */
  stop(): void {
    if (this.#method.kind === 'stream') this.fail(etcdErrors.stopped());
  }

  onDeadline(): void {
    this.#finish({ code: GrpcCode.DEADLINE_EXCEEDED, message: 'context deadline exceeded' });
    this.#release();
  }

  onClose(): void {
    if (!this.#finished) {
      this.#finished = true;
      this.#count(GrpcCode.CANCELED);
    }
    this.#release();
  }

  #onMessage(message: Uint8Array): void {
    const method = this.#method;
    const single = method.kind === 'unary' || !method.clientStreams;
    if (single && this.#started) return;
    this.#started = true;
    const request = method.request.decode(message);
    if (method.kind === 'stream') {
      this.#handler?.onMessage(request);
      return;
    }
    const response = method.handle(request, this);
    if (response instanceof Promise) {
      response.then(
        (value: object) => this.#answer(value),
        (error: unknown) => this.fail(error),
      );
    } else this.#answer(response);
  }

  #answer(response: object): void {
    if (this.#finished || this.#exchange.isGone) return;
    let message: Uint8Array;
    try {
      message = this.#method.response.encode(response);
    } catch (error) {
      this.fail(error);
      return;
    }
    this.#cancelListener = undefined;
    this.#write([message]);
    this.#finish(STATUS_OK);
  }

  #write(message: readonly Uint8Array[]): void {
    this.#method.stats.messagesSent++;
    for (const part of frameOf(message)) {
      this.#host.bytesSent += part.length;
      this.#exchange.write(part);
    }
  }

  #finish(status: Status): void {
    if (this.#finished) return;
    this.#finished = true;
    this.#count(status.code);
    if (this.#timer !== undefined) clearTimeout(this.#timer);
    if (!this.#exchange.isGone) this.#exchange.finish(status);
  }

  #count(code: GrpcCode): void {
    this.#method.stats.end(code, this.#startedAt);
  }

  #release(): void {
    this.cancelled = true;
    this.#host.calls.delete(this);
    if (this.#timer !== undefined) clearTimeout(this.#timer);
    const handler = this.#handler;
    this.#handler = undefined;
    handler?.onClose();
    const listener = this.#cancelListener;
    this.#cancelListener = undefined;
    listener?.();
  }
}

function onDeadline(call: GrpcCall): void {
  call.onDeadline();
}
