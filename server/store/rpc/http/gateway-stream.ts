/**
 * Streams through the JSON gateway: JSON messages one after the other, one `{"result":…}` line per answer, over an HTTP/1.1
 * exchange or a WebSocket alike.
 */
import { etcdErrors } from '../../../../lib/base/etcdpb/errors.ts';
import { GrpcCode, httpStatusOf } from '../../../../lib/base/grpc-status.ts';
import { fromJson, parseJson, toJson } from '../../../../lib/base/protobuf/json.ts';
import { STATUS_OK, type Status } from '../front/status.ts';
import type { ServerStream, StreamHandler, StreamMethod } from '../front/types.ts';
import { GATEWAY_BODY_BYTES_MAX, STREAM_OUTPUT_BYTES_MAX } from '../limits.ts';
import { type GatewayOptions, gatewayStatusOf } from './gateway-call.ts';
import type { GatewayCarrier, GatewayReceiver } from './gateway-carrier.ts';
import { JsonSequence } from './json-sequence.ts';

const HTTP_OK = 200;

/** The open ones, so that they can be ended when the member stops. */
export class GatewayStreams {
  readonly #options: GatewayOptions;
  readonly #open = new Set<GatewayStream>();

  constructor(options: GatewayOptions) {
    this.#options = options;
  }

  /** @returns who is to be told what arrives. It may have refused the stream at once. */
  open(method: StreamMethod, carrier: GatewayCarrier): GatewayReceiver {
    const stream = new GatewayStream(method, this.#options, carrier, () => this.#open.delete(stream));
    this.#open.add(stream);
    stream.start();
    return stream;
  }

  close(): void {
    for (const stream of [...this.#open]) stream.fail(etcdErrors.stopped());
  }
}

class GatewayStream implements ServerStream<object>, GatewayReceiver {
  readonly #method: StreamMethod;
  readonly #options: GatewayOptions;
  readonly #carrier: GatewayCarrier;
  readonly #onClosed: () => void;
  readonly #messages = new JsonSequence(GATEWAY_BODY_BYTES_MAX);
  #handler: StreamHandler<object> | undefined;
  #cancelListener: (() => void) | undefined;
  #startedAt = 0;
  #received = false;
  #finished = false;
  cancelled = false;

  constructor(method: StreamMethod, options: GatewayOptions, carrier: GatewayCarrier, onClosed: () => void) {
    this.#method = method;
    this.#options = options;
    this.#carrier = carrier;
    this.#onClosed = onClosed;
  }

  start(): void {
    this.#startedAt = this.#method.stats.start();
    try {
      this.#handler = this.#method.open(this);
    } catch (error) {
      this.fail(error);
    }
  }

  metadata(name: string): string | undefined {
    return this.#carrier.metadata(name);
  }

  get peerCommonName(): undefined {
    return undefined;
  }

  onCancel(listener: () => void): void {
    if (this.cancelled) listener();
    else this.#cancelListener = listener;
  }

  get full(): boolean {
    return this.#carrier.outputBytes >= STREAM_OUTPUT_BYTES_MAX;
  }

  send(answer: object): boolean {
    if (this.#finished || this.#carrier.isGone) return true;
    this.#method.stats.messagesSent++;
    this.#carrier.writeLine(JSON.stringify({ result: toJson(this.#method.response, answer) }), HTTP_OK);
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
    this.#carrier.pauseReading();
  }

  resumeReading(): void {
    this.#carrier.resumeReading();
  }

  onBytes(chunk: Buffer): void {
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

  /** The half-close of gRPC. */
  onEnd(): void {
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

  onDrain(): void {
    if (!this.#finished) this.#handler?.onDrain();
  }

  onClose(): void {
    this.#onClosed();
    if (!this.#finished) {
      this.#finished = true;
      this.#count(GrpcCode.CANCELED);
    }
    this.cancelled = true;
    const handler = this.#handler;
    this.#handler = undefined;
    handler?.onClose();
    const listener = this.#cancelListener;
    this.#cancelListener = undefined;
    listener?.();
  }

  #onMessage(json: unknown): void {
    this.#received = true;
    this.#method.stats.messagesReceived++;
    this.#handler?.onMessage(fromJson(this.#method.request, json));
  }

  #finish(status: Status): void {
    if (this.#finished) return;
    this.#finished = true;
    this.#count(status.code);
    if (this.#carrier.isGone) return;
    if (status.code !== GrpcCode.OK) {
      const error = { code: status.code, message: status.message };
      this.#carrier.writeLine(JSON.stringify({ error }), httpStatusOf(status.code));
    }
    this.#carrier.end();
  }

  #count(code: GrpcCode): void {
    this.#method.stats.end(code, this.#startedAt);
  }
}
