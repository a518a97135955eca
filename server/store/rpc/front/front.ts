/** The Front: one port, plain or in TLS, sniffed; gRPC to its methods through one of two framings, HTTP/1.1 to node:http. */
import { createServer as createHttpServer, type Server as HttpServer, type IncomingMessage } from 'node:http';
import { createServer, type Server, type Socket } from 'node:net';
import { assert } from '../../../../lib/base/assert.ts';
import { EtcdError, etcdErrors } from '../../../../lib/base/etcdpb/errors.ts';
import { GrpcCode } from '../../../../lib/base/grpc-status.ts';
import { type Admission, admit, type Scheme } from '../../tls/admission.ts';
import {
  CLOSE_GRACE_MS,
  CONNECTION_MEMORY_MIB_MAX,
  CONNECTION_STREAMS_MAX,
  CONNECTIONS_MAX,
  HEADER_LIST_BYTES_MAX,
  RESET_BURST_MAX,
} from '../limits.ts';
import type { GrpcCall } from './call.ts';
import type { Framing, FramingHost, Verdict } from './exchange.ts';
import { createOwnFraming } from './h2/own-framing.ts';
import { createNodeFraming } from './node-framing.ts';
import { sniffProtocol } from './sniff.ts';
import type { Address, Front, FrontOptions, FrontStats, KeepAliveSettings, Method } from './types.ts';

const TCP_KEEPALIVE_MS = 60_000;
/** etcd's times; how often peers ping is nobody's business unless the operator says so. */
const KEEP_ALIVE_DEFAULT: KeepAliveSettings = { clientPingMinMs: 0, intervalMs: 2 * 3_600_000, timeoutMs: 20_000 };
/** What may be agreed on in a TLS handshake. What is really spoken is sniffed all the same. */
const PROTOCOLS = ['h2', 'http/1.1'];

export function createFront(options: FrontOptions): Front {
  return new SniffedFront(options);
}

class SniffedFront implements Front, FramingHost {
  readonly receiveBytesMax: number;
  readonly resetBurstMax: number;
  readonly streamsMax: number;
  readonly keepAlive: KeepAliveSettings;
  readonly connectionBytesMax: number;
  readonly onDefect: FrontOptions['onDefect'];
  readonly calls = new Set<GrpcCall>();
  bytesReceived = 0;
  bytesSent = 0;
  readonly #methods = new Map<string, Method>();
  readonly #services = new Set<string>();
  readonly #http2: Framing;
  readonly #http1: HttpServer;
  readonly #admission: Admission;
  readonly #listeners: Server[] = [];
  readonly #sockets = new Set<Socket>();
  #closing: Promise<void> | undefined;

  constructor(options: FrontOptions) {
    this.receiveBytesMax = options.receiveBytesMax;
    this.streamsMax = Math.min(CONNECTION_STREAMS_MAX, options.streamsMax ?? CONNECTION_STREAMS_MAX);
    this.keepAlive = options.keepAlive ?? KEEP_ALIVE_DEFAULT;
    this.resetBurstMax = options.resetBurstMax ?? RESET_BURST_MAX;
    this.connectionBytesMax = options.connectionBytesMax ?? CONNECTION_MEMORY_MIB_MAX * 1024 * 1024;
    this.onDefect = options.onDefect;
    for (const method of options.methods) {
      this.#methods.set(method.path, method);
      this.#services.add(serviceOf(method.path));
    }
    this.#http2 = options.framing === 'node' ? createNodeFraming(this) : createOwnFraming(this);
    // A gateway stream may take requests for days: only the headers have to arrive in time.
    this.#http1 = createHttpServer(
      // Other upgrades (curl asks for h2c) are declined by answering the request itself.
      { maxHeaderSize: HEADER_LIST_BYTES_MAX, requestTimeout: 0, shouldUpgradeCallback: asksForWebSocket },
      options.http,
    );
    const { upgrade } = options;
    if (upgrade !== undefined)
      this.#http1.on('upgrade', (request, socket, head) => {
        // Node before 24.9 asks nobody.
        if (asksForWebSocket(request)) upgrade(request, socket as Socket, head);
        else socket.end('HTTP/1.1 400 Bad Request\r\nConnection: close\r\nContent-Length: 0\r\n\r\n');
      });
    // This server never listens itself; the event starts its watch over slow request headers.
    this.#http1.emit('listening');
    const plain = (socket: Socket): void => this.#sniff(socket);
    this.#admission = { plain, tls: options.tls?.acceptor(PROTOCOLS, plain) };
  }

  listen(address: Address): Promise<Address> {
    const scheme = address.scheme ?? 'http';
    assert(scheme === 'http' || this.#admission.tls !== undefined, `listening on ${scheme} needs certificates`);
    const listener = createServer(
      { allowHalfOpen: true, noDelay: true, keepAlive: true, keepAliveInitialDelay: TCP_KEEPALIVE_MS },
      (socket) => this.#onConnection(socket, scheme),
    );
    listener.maxConnections = CONNECTIONS_MAX;
    return new Promise((resolve, reject) => {
      listener.once('error', reject);
      listener.listen(address.port, address.host, () => {
        listener.off('error', reject);
        this.#listeners.push(listener);
        const bound = listener.address();
        const port = typeof bound === 'object' && bound !== null ? bound.port : address.port;
        resolve({ ...address, port });
      });
    });
  }

  #onConnection(socket: Socket, scheme: Scheme): void {
    this.#sockets.add(socket);
    socket.on('close', () => this.#sockets.delete(socket));
    admit(socket, scheme, this.#admission);
  }

  #sniff(socket: Socket): void {
    sniffProtocol(socket, (protocol) => {
      if (protocol === 'http1') {
        this.#http1.emit('connection', socket);
        // Before any further I/O: the bytes put back must reach the parser ahead of those still in the kernel.
        socket.resume();
        return;
      }
      // HTTP/2 has no half-closed connections: a peer's FIN ends the session.
      socket.allowHalfOpen = false;
      this.#http2.accept(socket);
    });
  }

  judge(path: string, contentType: string | undefined): Verdict {
    if (contentType?.startsWith('application/grpc') !== true) return { kind: 'not-grpc' };
    if (this.#closing !== undefined) return { kind: 'refused', error: etcdErrors.stopped() };
    const method = this.#methods.get(path);
    if (method !== undefined) return { kind: 'call', method };
    return { kind: 'refused', error: new EtcdError(GrpcCode.UNIMPLEMENTED, this.#whyUnknown(path)) };
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
    this.#http2.drain();
    this.#http1.close();
    this.#http1.closeIdleConnections();
    const cut = setTimeout(() => {
      for (const socket of this.#sockets) socket.destroy();
    }, CLOSE_GRACE_MS);
    await Promise.all(listenersClosed);
    clearTimeout(cut);
  }
}

const asksForWebSocket = ({ headers }: IncomingMessage): boolean => headers.upgrade?.toLowerCase() === 'websocket';

function serviceOf(path: string): string {
  return path.slice(1, path.lastIndexOf('/'));
}
