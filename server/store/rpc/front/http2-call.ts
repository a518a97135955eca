/**
 * One gRPC call on one node:http2 stream: frames in, handler, frames and trailers out.
 *
 * Listeners are module functions that find their call through the stream, so that a call costs one object instead of a
 * closure per event. Invariants: exactly one status leaves per call; a handler's onClose() runs exactly once; nothing is
 * written after the status.
 */
import { constants, type IncomingHttpHeaders, type OutgoingHttpHeaders, type ServerHttp2Stream } from 'node:http2';
import { EtcdError, etcdErrors } from '../../../../lib/base/etcdpb/errors.ts';
import { GrpcCode } from '../../../../lib/base/grpc-status.ts';
import { STREAM_OUTPUT_BYTES_MAX } from '../limits.ts';
import { FrameReader, frameOf } from './frame.ts';
import { encodeGrpcMessage, parseGrpcTimeoutMs, STATUS_OK, type Status, statusOf } from './status.ts';
import type { Method, ServerStream, StreamHandler } from './types.ts';

const RESPONSE_HEADERS: OutgoingHttpHeaders = { ':status': 200, 'content-type': 'application/grpc' };
const OK_TRAILERS: OutgoingHttpHeaders = { 'grpc-status': '0', 'grpc-message': '' };
const TRAILERS_AFTER = { waitForTrailers: true };
const END_STREAM = { endStream: true };
const TIMER_MS_MAX = 2_147_483_647;

/** What a call needs from its front. */
export interface CallHost {
  readonly receiveBytesMax: number;
  readonly onDefect: (error: unknown, where: string) => void;
  readonly calls: Set<Http2Call>;
  bytesReceived: number;
  bytesSent: number;
}

const callOf = Symbol('call');
type CallStream = ServerHttp2Stream & { [callOf]: Http2Call };

export class Http2Call implements ServerStream<object> {
  readonly #stream: ServerHttp2Stream;
  readonly #headers: IncomingHttpHeaders;
  readonly #host: CallHost;
  readonly #method: Method;
  readonly #frames: FrameReader;
  #handler: StreamHandler<object> | undefined;
  #timer: NodeJS.Timeout | undefined;
  #cancelListener: (() => void) | undefined;
  #trailers: OutgoingHttpHeaders = OK_TRAILERS;
  #started = false;
  #finished = false;
  cancelled = false;

  constructor(stream: ServerHttp2Stream, headers: IncomingHttpHeaders, method: Method, host: CallHost) {
    this.#stream = stream;
    this.#headers = headers;
    this.#method = method;
    this.#host = host;
    const encoding = headers['grpc-encoding'];
    this.#frames = new FrameReader(host.receiveBytesMax, typeof encoding === 'string' ? encoding : 'identity');
    (stream as CallStream)[callOf] = this;
  }

  start(): void {
    this.#host.calls.add(this);
    this.#method.stats.started++;
    this.#stream.on('error', onStreamError).on('close', onStreamClose);
    const timeoutMs = parseGrpcTimeoutMs(this.metadata('grpc-timeout'));
    if (timeoutMs !== undefined) {
      if (Number.isNaN(timeoutMs)) {
        this.#finish({ code: GrpcCode.INTERNAL, message: 'malformed grpc-timeout' });
        return;
      }
      this.#timer = setTimeout(onDeadline, Math.min(timeoutMs, TIMER_MS_MAX), this);
    }
    if (this.#method.kind === 'stream') {
      try {
        this.#handler = this.#method.open(this);
      } catch (error) {
        this.fail(error);
      }
      if (this.#finished) {
        this.#release();
        return;
      }
      this.#stream.on('drain', onStreamDrain);
    }
    this.#stream.on('data', onStreamData).on('end', onStreamEnd);
  }

  metadata(name: string): string | undefined {
    const value = this.#headers[name];
    return typeof value === 'string' ? value : value?.[0];
  }

  onCancel(listener: () => void): void {
    if (this.cancelled) listener();
    else this.#cancelListener = listener;
  }

  get full(): boolean {
    return this.#stream.writableLength >= STREAM_OUTPUT_BYTES_MAX;
  }

  send(response: object): boolean {
    if (this.#finished || this.#stream.destroyed) return true;
    if (!this.#stream.headersSent) this.#respond();
    this.#write(this.#method.response.encode(response));
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
    this.#stream.pause();
  }

  resumeReading(): void {
    if (!this.#stream.destroyed) this.#stream.resume();
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
    if (this.#frames.isPartial || (needsMessage && !this.#started)) {
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
    if (this.#finished || this.#stream.destroyed) return;
    let message: Uint8Array;
    try {
      message = this.#method.response.encode(response);
    } catch (error) {
      this.fail(error);
      return;
    }
    this.#cancelListener = undefined;
    this.#respond();
    this.#write(message);
    this.#finish(STATUS_OK);
  }

  #respond(): void {
    this.#stream.respond(RESPONSE_HEADERS, TRAILERS_AFTER);
    this.#stream.on('wantTrailers', onWantTrailers);
  }

  sendTrailers(): void {
    // The stream may have been reset between the last byte and this event.
    if (!this.#stream.destroyed && !this.#stream.closed) this.#stream.sendTrailers(this.#trailers);
  }

  #write(message: Uint8Array): void {
    this.#method.stats.messagesSent++;
    for (const part of frameOf(message)) {
      this.#host.bytesSent += part.length;
      this.#stream.write(part);
    }
  }

  #finish(status: Status): void {
    if (this.#finished) return;
    this.#finished = true;
    this.#count(status.code);
    if (this.#timer !== undefined) clearTimeout(this.#timer);
    const stream = this.#stream;
    if (stream.destroyed || stream.closed) return;
    const trailers =
      status.code === GrpcCode.OK
        ? OK_TRAILERS
        : { 'grpc-status': String(status.code), 'grpc-message': encodeGrpcMessage(status.message) };
    if (stream.headersSent) {
      this.#trailers = trailers;
      stream.end();
    } else if (status.code === GrpcCode.OK) {
      this.#respond();
      stream.end();
    } else {
      stream.respond({ ...RESPONSE_HEADERS, ...trailers }, END_STREAM);
      // The client may still be sending: tell it that nobody listens.
      if (!stream.readableEnded) stream.close(constants.NGHTTP2_NO_ERROR);
    }
  }

  #count(code: GrpcCode): void {
    const { handled } = this.#method.stats;
    handled[code] = (handled[code] ?? 0) + 1;
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

function onDeadline(call: Http2Call): void {
  call.onDeadline();
}
function onStreamData(this: ServerHttp2Stream, chunk: Buffer): void {
  (this as CallStream)[callOf].onData(chunk);
}
function onStreamEnd(this: ServerHttp2Stream): void {
  (this as CallStream)[callOf].onEnd();
}
function onStreamDrain(this: ServerHttp2Stream): void {
  (this as CallStream)[callOf].onDrain();
}
function onStreamClose(this: ServerHttp2Stream): void {
  (this as CallStream)[callOf].onClose();
}
function onWantTrailers(this: ServerHttp2Stream): void {
  (this as CallStream)[callOf].sendTrailers();
}
/** A reset or broken connection is an ordinary end of a call; 'close' follows and does the work. */
function onStreamError(): void {}

/** Refuses a request before there is a method: trailers only. */
export function refuse(stream: ServerHttp2Stream, error: EtcdError): void {
  stream.on('error', onStreamError);
  stream.respond(
    {
      ...RESPONSE_HEADERS,
      'grpc-status': String(error.code),
      'grpc-message': encodeGrpcMessage(error.message),
    },
    END_STREAM,
  );
  stream.close(constants.NGHTTP2_NO_ERROR);
}

export const unimplemented = (message: string): EtcdError => new EtcdError(GrpcCode.UNIMPLEMENTED, message);
