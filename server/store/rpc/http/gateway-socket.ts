/**
 * Gateway streams over WebSockets, as etcd's proxy does it: every message of the client is a JSON request (or several), every
 * answer is a text message with one `{"result":…}` or `{"error":…}`. The token comes as `Sec-WebSocket-Protocol: Bearer, <token>` or
 * in the cookie "token", for browsers cannot set other headers.
 */
import type { IncomingMessage } from 'node:http';
import type { Socket } from 'node:net';
import type { Method, UpgradeHandler } from '../front/types.ts';
import { GATEWAY_BODY_BYTES_MAX } from '../limits.ts';
import type { GatewayCarrier, GatewayReceiver } from './gateway-carrier.ts';
import type { GatewayStreams } from './gateway-stream.ts';
import { acceptKey, CloseCode, ServerWebSocket, type WebSocketEvents } from './websocket.ts';

const VERSION = '13';
const NEWLINE = Buffer.from('\n');

export function createSocketUpgrade(
  methodAt: (path: string) => Method | undefined,
  streams: GatewayStreams,
): UpgradeHandler {
  return (request, socket, head) => {
    const path = URL.parse(request.url ?? '/', 'http://member')?.pathname ?? '';
    const method = methodAt(path.replace(/^\/v3beta\//, '/v3/'));
    const { 'sec-websocket-key': key, 'sec-websocket-version': version } = request.headers;
    if (method === undefined) refuse(socket, '404 Not Found', '');
    else if (method.kind === 'unary')
      refuse(socket, '400 Bad Request', 'Only streams are served over WebSockets: use POST\n');
    else if (request.method !== 'GET' || key === undefined || version !== VERSION)
      refuse(socket, '400 Bad Request', `Not a WebSocket request of version ${VERSION}\n`);
    else {
      greet(socket, request, key);
      const carrier = new SocketCarrier(request);
      carrier.run(socket, head, streams.open(method, carrier));
    }
  };
}

function refuse(socket: Socket, status: string, body: string): void {
  socket.on('error', () => socket.destroy());
  socket.end(
    `HTTP/1.1 ${status}\r\nConnection: close\r\nSec-WebSocket-Version: ${VERSION}\r\n` +
      `Content-Type: text/plain; charset=utf-8\r\nContent-Length: ${Buffer.byteLength(body)}\r\n\r\n${body}`,
  );
}

function greet(socket: Socket, request: IncomingMessage, key: string): void {
  const isBearer = request.headers['sec-websocket-protocol']?.startsWith('Bearer') === true;
  socket.write(
    `HTTP/1.1 101 Switching Protocols\r\nUpgrade: websocket\r\nConnection: Upgrade\r\nSec-WebSocket-Accept: ${acceptKey(key)}\r\n` +
      `${isBearer ? 'Sec-WebSocket-Protocol: Bearer\r\n' : ''}\r\n`,
  );
}

class SocketCarrier implements GatewayCarrier {
  readonly #authorization: string | undefined;
  /** What the stream said before there was a socket to say it on. */
  readonly #early: string[] = [];
  #isEnded = false;
  #socket: ServerWebSocket | undefined;

  constructor(request: IncomingMessage) {
    this.#authorization = authorizationOf(request);
  }

  run(socket: Socket, head: Buffer, receiver: GatewayReceiver): void {
    const events: WebSocketEvents = {
      onMessage: (payload) => {
        // Two messages are two requests, even where the first ends in the middle of a word.
        receiver.onBytes(payload);
        receiver.onBytes(NEWLINE);
      },
      onDrain: () => receiver.onDrain(),
      onClose: () => receiver.onClose(),
    };
    const webSocket = new ServerWebSocket(socket, { bytesMax: GATEWAY_BODY_BYTES_MAX, events, head });
    this.#socket = webSocket;
    for (const text of this.#early) webSocket.send(text);
    if (this.#isEnded) this.end();
  }

  metadata(name: string): string | undefined {
    return name === 'authorization' ? this.#authorization : undefined;
  }

  get isGone(): boolean {
    return this.#socket?.isOpen === false;
  }

  get outputBytes(): number {
    return this.#socket?.outputBytes ?? 0;
  }

  writeLine(text: string): void {
    if (this.#socket === undefined) this.#early.push(text);
    else this.#socket.send(text);
  }

  end(): void {
    this.#isEnded = true;
    this.#socket?.close(CloseCode.NORMAL);
  }

  pauseReading(): void {
    this.#socket?.pause();
  }

  resumeReading(): void {
    this.#socket?.resume();
  }
}

function authorizationOf({ headers }: IncomingMessage): string | undefined {
  const cookie = /(?:^|;\s*)token=([^;]*)/.exec(headers.cookie ?? '')?.[1];
  if (cookie !== undefined) return `Bearer ${cookie}`;
  const offered = /Bearer,\s*(.*?)\s*$/.exec(headers['sec-websocket-protocol'] ?? '')?.[1];
  return offered === undefined ? undefined : `Bearer ${offered}`;
}
