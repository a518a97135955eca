/** The Front on node:http2 streams: one port, sniffed, gRPC to its methods and HTTP/1.1 to node:http. */
import { createServer as createHttpServer, type Server as HttpServer } from 'node:http';
import {
  constants,
  createServer as createHttp2Server,
  type Http2Server,
  type IncomingHttpHeaders,
  type ServerHttp2Session,
  type ServerHttp2Stream,
} from 'node:http2';
import { createServer, type Server, type Socket } from 'node:net';
import { etcdErrors } from '../../../../lib/base/etcdpb/errors.ts';
import {
  CLOSE_GRACE_MS,
  CONNECTION_MEMORY_MIB_MAX,
  CONNECTION_STREAMS_MAX,
  CONNECTIONS_MAX,
  HEADER_LIST_BYTES_MAX,
  HEADER_PAIRS_MAX,
  RESET_BURST_MAX,
  RESETS_PER_SECOND_MAX,
} from '../limits.ts';
import { type CallHost, Http2Call, refuse, unimplemented } from './http2-call.ts';
import { sniffProtocol } from './sniff.ts';
import type { Address, Front, FrontOptions, FrontStats, Method } from './types.ts';

const STREAM_WINDOW_BYTES = 256 * 1024;
const CONNECTION_WINDOW_BYTES = 4 * 1024 * 1024;
const TCP_KEEPALIVE_MS = 60_000;

export function createHttp2Front(options: FrontOptions): Front {
  return new Http2Front(options);
}

class Http2Front implements Front, CallHost {
  readonly receiveBytesMax: number;
  readonly onDefect: FrontOptions['onDefect'];
  readonly calls = new Set<Http2Call>();
  bytesReceived = 0;
  bytesSent = 0;
  readonly #methods = new Map<string, Method>();
  readonly #services = new Set<string>();
  readonly #http2: Http2Server;
  readonly #http1: HttpServer;
  readonly #listeners: Server[] = [];
  readonly #sockets = new Set<Socket>();
  readonly #sessions = new Set<ServerHttp2Session>();
  #closing: Promise<void> | undefined;

  constructor(options: FrontOptions) {
    this.receiveBytesMax = options.receiveBytesMax;
    this.onDefect = options.onDefect;
    for (const method of options.methods) {
      this.#methods.set(method.path, method);
      this.#services.add(serviceOf(method.path));
    }
    this.#http2 = this.#createHttp2(options.resetBurstMax ?? RESET_BURST_MAX);
    // A gateway stream may take requests for days: only the headers have to arrive in time.
    this.#http1 = createHttpServer({ maxHeaderSize: HEADER_LIST_BYTES_MAX, requestTimeout: 0 }, options.http);
    // This server never listens itself; the event starts its watch over slow request headers.
    this.#http1.emit('listening');
  }

  #createHttp2(resetBurstMax: number): Http2Server {
    const server = createHttp2Server({
      settings: {
        maxConcurrentStreams: CONNECTION_STREAMS_MAX,
        maxHeaderListSize: HEADER_LIST_BYTES_MAX,
        initialWindowSize: STREAM_WINDOW_BYTES,
        enablePush: false,
      },
      maxSessionMemory: CONNECTION_MEMORY_MIB_MAX,
      maxHeaderListPairs: HEADER_PAIRS_MAX,
      streamResetBurst: resetBurstMax,
      streamResetRate: RESETS_PER_SECOND_MAX,
    });
    server.on('session', (session) => {
      this.#sessions.add(session);
      session.setLocalWindowSize(CONNECTION_WINDOW_BYTES);
      session.on('close', () => this.#sessions.delete(session));
      if (this.#closing !== undefined) session.close();
    });
    // A peer that breaks the protocol loses its connection; that is no event of ours.
    server.on('sessionError', () => undefined);
    server.on('stream', (stream, headers) => this.#onStream(stream, headers));
    return server;
  }

  listen(address: Address): Promise<Address> {
    const listener = createServer(
      { allowHalfOpen: true, noDelay: true, keepAlive: true, keepAliveInitialDelay: TCP_KEEPALIVE_MS },
      (socket) => this.#onConnection(socket),
    );
    listener.maxConnections = CONNECTIONS_MAX;
    return new Promise((resolve, reject) => {
      listener.once('error', reject);
      listener.listen(address.port, address.host, () => {
        listener.off('error', reject);
        this.#listeners.push(listener);
        const bound = listener.address();
        const port = typeof bound === 'object' && bound !== null ? bound.port : address.port;
        resolve({ host: address.host, port });
      });
    });
  }

  #onConnection(socket: Socket): void {
    this.#sockets.add(socket);
    socket.on('close', () => this.#sockets.delete(socket));
    sniffProtocol(socket, (protocol) => {
      if (protocol === 'http1') {
        this.#http1.emit('connection', socket);
        // Before any further I/O: the bytes put back must reach the parser ahead of those still in the kernel.
        socket.resume();
        return;
      }
      // HTTP/2 has no half-closed connections: a peer's FIN ends the session.
      socket.allowHalfOpen = false;
      this.#http2.emit('connection', socket);
    });
  }

  #onStream(stream: ServerHttp2Stream, headers: IncomingHttpHeaders): void {
    const path = headers[':path'] ?? '';
    if (!headers['content-type']?.startsWith('application/grpc')) {
      stream.respond({ ':status': constants.HTTP_STATUS_UNSUPPORTED_MEDIA_TYPE }, { endStream: true });
      return;
    }
    const method = this.#methods.get(path);
    if (this.#closing !== undefined) refuse(stream, etcdErrors.stopped());
    else if (method !== undefined) new Http2Call(stream, headers, method, this).start();
    else refuse(stream, unimplemented(this.#whyUnknown(path)));
  }

  #whyUnknown(path: string): string {
    const parts = /^\/([^/]+)\/([^/]+)$/.exec(path);
    if (parts === null) return `malformed method name: "${path}"`;
    const [, service = '', method = ''] = parts;
    return this.#services.has(service)
      ? `unknown method ${method} for service ${service}`
      : `unknown service ${service}`;
  }

  stats(): FrontStats {
    return {
      connections: this.#sockets.size,
      openStreams: this.calls.size,
      grpcBytesReceived: this.bytesReceived,
      grpcBytesSent: this.bytesSent,
    };
  }

  close(): Promise<void> {
    this.#closing ??= this.#close();
    return this.#closing;
  }

  async #close(): Promise<void> {
    const listenersClosed = this.#listeners.map(
      (listener) => new Promise<void>((resolve) => listener.close(() => resolve())),
    );
    for (const call of [...this.calls]) call.stop();
    for (const session of this.#sessions) session.close();
    this.#http1.close();
    this.#http1.closeIdleConnections();
    const cut = setTimeout(() => {
      for (const session of this.#sessions) session.destroy();
      for (const socket of this.#sockets) socket.destroy();
    }, CLOSE_GRACE_MS);
    await Promise.all(listenersClosed);
    clearTimeout(cut);
  }
}

function serviceOf(path: string): string {
  return path.slice(1, path.lastIndexOf('/'));
}
