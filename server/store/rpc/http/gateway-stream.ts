/** Streams through the JSON gateway: JSON messages in the request body, one `{"result":…}` line per answer. */
import type { IncomingMessage, ServerResponse } from 'node:http';
import { etcdErrors } from '../../../../lib/base/etcdpb/errors.ts';
import { GrpcCode, httpStatusOf } from '../../../../lib/base/grpc-status.ts';
import { fromJson, parseJson, toJson } from '../../../../lib/base/protobuf/json.ts';
import { STATUS_OK, type Status } from '../front/status.ts';
import type { ServerStream, StreamHandler, StreamMethod } from '../front/types.ts';
import { GATEWAY_BODY_BYTES_MAX, STREAM_OUTPUT_BYTES_MAX } from '../limits.ts';
import { GatewayCall, type GatewayOptions, gatewayStatusOf } from './gateway-call.ts';
import { JsonSequence } from './json-sequence.ts';

/** The open ones, so that they can be ended when the member stops. */
export class GatewayStreams {
  readonly #options: GatewayOptions;
  readonly #open = new Set<GatewayStream>();

  constructor(options: GatewayOptions) {
    this.#options = options;
  }

  serve(method: StreamMethod, request: IncomingMessage, response: ServerResponse): void {
    const stream = new GatewayStream(method, this.#options, request, response);
    this.#open.add(stream);
    response.on('close', () => this.#open.delete(stream));
    stream.start();
  }

  close(): void {
    for (const stream of this.#open) stream.fail(etcdErrors.stopped());
  }
}

class GatewayStream implements ServerStream<object> {
  readonly #method: StreamMethod;
  readonly #options: GatewayOptions;
  readonly #request: IncomingMessage;
  readonly #response: ServerResponse;
  readonly #call: GatewayCall;
  readonly #messages = new JsonSequence(GATEWAY_BODY_BYTES_MAX);
  #handler: StreamHandler<object> | undefined;
  #received = false;
  #finished = false;

  constructor(method: StreamMethod, options: GatewayOptions, request: IncomingMessage, response: ServerResponse) {
    this.#method = method;
    this.#options = options;
    this.#request = request;
    this.#response = response;
    this.#call = new GatewayCall(request, response);
  }

  start(): void {
    this.#method.stats.started++;
    this.#response.on('close', () => this.#release());
    try {
      this.#handler = this.#method.open(this);
    } catch (error) {
      this.fail(error);
      return;
    }
    this.#response.on('drain', () => this.#handler?.onDrain());
    this.#request.on('data', (chunk: Buffer) => this.#onData(chunk));
    this.#request.on('end', () => this.#onEnd());
    this.#request.on('error', () => this.#response.destroy());
  }

  metadata(name: string): string | undefined {
    return this.#call.metadata(name);
  }

  get peerCommonName(): undefined {
    return undefined;
  }

  get cancelled(): boolean {
    return this.#call.cancelled;
  }

  onCancel(listener: () => void): void {
    this.#call.onCancel(listener);
  }

  get full(): boolean {
    return this.#response.writableLength >= STREAM_OUTPUT_BYTES_MAX;
  }

  send(answer: object): boolean {
    if (this.#finished || this.#response.destroyed) return true;
    this.#method.stats.messagesSent++;
    this.#writeLine({ result: toJson(this.#method.response, answer) });
    return !this.full;
  }

  end(): void {
    this.#finish(STATUS_OK);
  }

  fail(error: unknown): void {
    const status = gatewayStatusOf(error);
    if (status.isDefect) this.#options.onDefect(error, this.#method.path);
    this.#finish(status);
  }

  pauseReading(): void {
    this.#request.pause();
  }

  resumeReading(): void {
    this.#request.resume();
  }

  #onData(chunk: Buffer): void {
    if (this.#finished) return;
    try {
      for (const text of this.#messages.push(chunk)) {
        this.#onMessage(parseJson(text));
        if (this.#finished) return;
      }
    } catch (error) {
      this.fail(error);
    }
  }

  /** The end of the body is the half-close of gRPC. */
  #onEnd(): void {
    if (this.#finished) return;
    const rest = this.#messages.rest();
    try {
      if (rest !== '') this.#onMessage(parseJson(rest));
      else if (!this.#method.clientStreams && !this.#received) this.#onMessage({});
    } catch (error) {
      this.fail(error);
      return;
    }
    this.#handler?.onEnd();
  }

  #onMessage(json: unknown): void {
    this.#received = true;
    this.#method.stats.messagesReceived++;
    this.#handler?.onMessage(fromJson(this.#method.request, json));
  }

  #finish(status: Status): void {
    if (this.#finished) return;
    this.#finished = true;
    const { handled } = this.#method.stats;
    handled[status.code] = (handled[status.code] ?? 0) + 1;
    if (status.code !== GrpcCode.OK) {
      const error = { code: status.code, message: status.message };
      if (!this.#response.headersSent) this.#response.writeHead(httpStatusOf(status.code), CONTENT_TYPE);
      this.#response.write(`${JSON.stringify({ error })}\n`);
    }
    this.#response.end();
  }

  #writeLine(value: unknown): void {
    if (!this.#response.headersSent) this.#response.writeHead(200, CONTENT_TYPE);
    this.#response.write(`${JSON.stringify(value)}\n`);
  }

  #release(): void {
    if (!this.#finished) {
      this.#finished = true;
      const { handled } = this.#method.stats;
      handled[GrpcCode.CANCELED] = (handled[GrpcCode.CANCELED] ?? 0) + 1;
    }
    const handler = this.#handler;
    this.#handler = undefined;
    handler?.onClose();
  }
}

const CONTENT_TYPE = { 'content-type': 'application/json' };
