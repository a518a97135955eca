/**
 * An Exchange on a node:http2 stream. Listeners are module functions that find their exchange through the stream, so that
 * a call costs no closure per event.
 */
import { constants, type IncomingHttpHeaders, type OutgoingHttpHeaders, type ServerHttp2Stream } from 'node:http2';
import { GrpcCode } from '../../../../lib/base/grpc-status.ts';
import { GrpcCall } from './call.ts';
import type { CallHost, Exchange } from './exchange.ts';
import { peerCommonName } from './peer-name.ts';
import { encodeGrpcMessage, type Status } from './status.ts';
import type { Method } from './types.ts';

const RESPONSE_HEADERS: OutgoingHttpHeaders = { ':status': 200, 'content-type': 'application/grpc' };
const OK_TRAILERS: OutgoingHttpHeaders = { 'grpc-status': '0', 'grpc-message': '' };
const TRAILERS_AFTER = { waitForTrailers: true };
const END_STREAM = { endStream: true };

const exchangeOf = Symbol('exchange');
type CallStream = ServerHttp2Stream & { [exchangeOf]: NodeExchange };

class NodeExchange implements Exchange {
  readonly call: GrpcCall;
  readonly #stream: ServerHttp2Stream;
  readonly #headers: IncomingHttpHeaders;
  #trailers: OutgoingHttpHeaders = OK_TRAILERS;

  constructor(stream: ServerHttp2Stream, headers: IncomingHttpHeaders, method: Method, host: CallHost) {
    this.#stream = stream;
    this.#headers = headers;
    (stream as CallStream)[exchangeOf] = this;
    this.call = new GrpcCall(this, method, host);
  }

  metadata(name: string): string | undefined {
    const value = this.#headers[name];
    return typeof value === 'string' ? value : value?.[0];
  }

  get peerCommonName(): string | undefined {
    const socket = this.#stream.session?.socket;
    return socket === undefined ? undefined : peerCommonName(socket);
  }

  get isGone(): boolean {
    return this.#stream.destroyed || this.#stream.closed;
  }

  get outputBytes(): number {
    return this.#stream.writableLength;
  }

  write(part: Uint8Array): void {
    if (this.isGone) return;
    if (!this.#stream.headersSent) this.#respond();
    this.#stream.write(part);
  }

  finish(status: Status): void {
    const stream = this.#stream;
    const trailers = status.code === GrpcCode.OK ? OK_TRAILERS : trailersOf(status);
    if (stream.headersSent || status.code === GrpcCode.OK) {
      if (!stream.headersSent) this.#respond();
      this.#trailers = trailers;
      stream.end();
    } else {
      stream.respond({ ...RESPONSE_HEADERS, ...trailers }, END_STREAM);
      // The client may still be sending: tell it that nobody listens.
      if (!stream.readableEnded) stream.close(constants.NGHTTP2_NO_ERROR);
    }
  }

  pauseReading(): void {
    this.#stream.pause();
  }

  resumeReading(): void {
    this.#stream.resume();
  }

  #respond(): void {
    this.#stream.respond(RESPONSE_HEADERS, TRAILERS_AFTER);
    this.#stream.on('wantTrailers', onWantTrailers);
  }

  sendTrailers(): void {
    // The stream may have been reset between the last byte and this event.
    if (!this.isGone) this.#stream.sendTrailers(this.#trailers);
  }
}

export function startCall(
  stream: ServerHttp2Stream,
  headers: IncomingHttpHeaders,
  method: Method,
  host: CallHost,
): void {
  const { call } = new NodeExchange(stream, headers, method, host);
  stream.on('error', onStreamError).on('close', onStreamClose);
  call.start();
  stream.on('drain', onStreamDrain).on('data', onStreamData).on('end', onStreamEnd);
}

/** Refuses a request before there is a method: trailers only. */
export function refuse(stream: ServerHttp2Stream, status: Status): void {
  stream.on('error', onStreamError);
  stream.respond({ ...RESPONSE_HEADERS, ...trailersOf(status) }, END_STREAM);
  stream.close(constants.NGHTTP2_NO_ERROR);
}

const trailersOf = (status: Status): OutgoingHttpHeaders => ({
  'grpc-status': String(status.code),
  'grpc-message': encodeGrpcMessage(status.message),
});

function onStreamData(this: ServerHttp2Stream, chunk: Buffer): void {
  (this as CallStream)[exchangeOf].call.onData(chunk);
}
function onStreamEnd(this: ServerHttp2Stream): void {
  (this as CallStream)[exchangeOf].call.onEnd();
}
function onStreamDrain(this: ServerHttp2Stream): void {
  (this as CallStream)[exchangeOf].call.onDrain();
}
function onStreamClose(this: ServerHttp2Stream): void {
  (this as CallStream)[exchangeOf].call.onClose();
}
function onWantTrailers(this: ServerHttp2Stream): void {
  (this as CallStream)[exchangeOf].sendTrailers();
}
/** A reset or broken connection is an ordinary end of a call; 'close' follows and does the work. */
function onStreamError(): void {}
