/** What carries a gateway stream: an HTTP/1.1 exchange here, a WebSocket in gateway-socket.ts. */
import type { IncomingMessage, ServerResponse } from 'node:http';
import { GatewayCall } from './gateway-call.ts';

/** The wire as a stream writes to it. Nothing happens any more once it is gone. */
export interface GatewayCarrier {
  metadata(name: string): string | undefined;
  readonly isGone: boolean;
  /** Bytes written that have not left yet. */
  readonly outputBytes: number;
  /** One answer. The status counts for the first line only, and only where there is one. */
  writeLine(text: string, httpStatus: number): void;
  /** Behind everything written. */
  end(): void;
  pauseReading(): void;
  resumeReading(): void;
}

/** What the wire tells a stream. */
export interface GatewayReceiver {
  onBytes(chunk: Buffer): void;
  /** The client sends no more. */
  onEnd(): void;
  onDrain(): void;
  /** Called once, last. */
  onClose(): void;
}

const CONTENT_TYPE = { 'content-type': 'application/json' };

export class HttpCarrier implements GatewayCarrier {
  readonly #request: IncomingMessage;
  readonly #response: ServerResponse;
  readonly #call: GatewayCall;

  constructor(request: IncomingMessage, response: ServerResponse) {
    this.#request = request;
    this.#response = response;
    this.#call = new GatewayCall(request, response);
  }

  listen(receiver: GatewayReceiver): void {
    this.#response.on('close', () => receiver.onClose()).on('drain', () => receiver.onDrain());
    this.#request.on('data', (chunk: Buffer) => receiver.onBytes(chunk)).on('end', () => receiver.onEnd());
    this.#request.on('error', () => this.#response.destroy());
  }

  metadata(name: string): string | undefined {
    return this.#call.metadata(name);
  }

  get isGone(): boolean {
    return this.#response.destroyed;
  }

  get outputBytes(): number {
    return this.#response.writableLength;
  }

  writeLine(text: string, httpStatus: number): void {
    if (!this.#response.headersSent) this.#response.writeHead(httpStatus, CONTENT_TYPE);
    this.#response.write(`${text}\n`);
  }

  end(): void {
    this.#response.end();
  }

  pauseReading(): void {
    this.#request.pause();
  }

  resumeReading(): void {
    this.#request.resume();
  }
}
