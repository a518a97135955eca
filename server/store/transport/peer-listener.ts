/** The accepting side of peer connections: handshake, then frames to the one who asked for them. */
import net from 'node:net';
import { assert } from '../../../lib/base/assert.ts';
import type { ClusterId, MemberId } from '../../../lib/base/brand.ts';
import { WireError } from '../../../lib/base/protobuf/reader.ts';
import type { Log } from '../ports/log.ts';
import { type Admission, admit, type Scheme } from '../tls/admission.ts';
import type { TlsEndpoint } from '../tls/tls-endpoint.ts';
import { encodeFrame, FrameError, FrameKind, FrameParser } from './frame.ts';
import { decodeHello, HELLO_BYTES, type Hello, Lane, PROTOCOL_VERSION, Verdict } from './handshake.ts';
import type { PeerHttp } from './peer-http.ts';
import { QUEUE_BYTES_MAX } from './peer-stream.ts';

const HANDSHAKE_TIMEOUT_MS = 5000;
/** Unread connections a stranger may hold open. */
const CONNECTIONS_MAX = 1024;
const REFUSALS_REMEMBERED_MAX = 100;
const REFUSALS: Readonly<Record<number, string>> = {
  [Verdict.VERSION]: 'another protocol version',
  [Verdict.CLUSTER]: 'another cluster',
  [Verdict.RECEIVER]: 'it looks for another member',
  [Verdict.REMOVED]: 'it was removed from this cluster',
};

/** What happens to one accepted connection. */
export interface Acceptance {
  /** @throws WireError when the payload is not what its kind promises. */
  onFrame(kind: number, payload: Uint8Array): void;
  onClose(): void;
}

export interface PeerListenAddress {
  readonly host: string;
  readonly port: number;
  /** http unless said otherwise. */
  readonly scheme?: Scheme;
}

/** Writes to the one who opened the connection. False: it does not take what was written before, or is gone. */
export type Reply = (kind: number, payload: Uint8Array) => boolean;

interface PeerListenerOptions {
  readonly clusterId: ClusterId;
  readonly memberId: MemberId;
  readonly log: Log;
  /** Undefined: https addresses cannot be listened on. */
  readonly tls: TlsEndpoint | undefined;
  /** Until then whoever connects is hung up on, and dials again. */
  readonly isReady: () => boolean;
  /** Removed members are told so. Everyone else of this cluster may speak: whoever is behind cannot know who was added. */
  readonly isRemoved: (id: MemberId) => boolean;
  readonly accept: (hello: Hello, reply: Reply) => Acceptance;
  /** For those who speak HTTP instead. */
  readonly http: PeerHttp;
}

export class PeerListener {
  readonly #options: PeerListenerOptions;
  readonly #admission: Admission;
  readonly #servers: net.Server[] = [];
  readonly #sockets = new Set<net.Socket>();
  /** Accepted ones, with whose they are. */
  readonly #served = new Map<net.Socket, MemberId>();
  /** One log line per stranger and reason, not per attempt. */
  readonly #refused = new Set<string>();

  constructor(options: PeerListenerOptions) {
    this.#options = options;
    const plain = (socket: net.Socket): void => this.#handshake(socket);
    this.#admission = { plain, tls: options.tls?.acceptor([], plain) };
  }

  /** Resolves with the bound port. Rejects with the error of listen(2). */
  async listen(address: PeerListenAddress): Promise<number> {
    const { host, port, scheme = 'http' } = address;
    assert(scheme === 'http' || this.#admission.tls !== undefined, `listening on ${scheme} needs certificates`);
    const server = net.createServer({ noDelay: true }, (socket) => {
      this.#sockets.add(socket);
      socket.once('close', () => this.#sockets.delete(socket));
      admit(socket, scheme, this.#admission);
    });
    server.maxConnections = CONNECTIONS_MAX;
    this.#servers.push(server);
    await new Promise<void>((resolve, reject) => {
      server.once('error', reject);
      server.listen({ host, port, exclusive: true }, () => {
        server.off('error', reject);
        resolve();
      });
    });
    const bound = server.address();
    return typeof bound === 'object' && bound !== null ? bound.port : port;
  }

  /** Cuts the connections of removed members: they hear why when they dial again. */
  cutRemoved(): void {
    const { isRemoved } = this.#options;
    for (const [socket, from] of this.#served) if (isRemoved(from)) socket.destroy();
  }

  close(): void {
    for (const server of this.#servers) server.close();
    this.#options.http.close();
    for (const socket of this.#sockets) socket.destroy();
  }

  #handshake(socket: net.Socket): void {
    socket.on('error', () => socket.destroy());
    socket.setTimeout(HANDSHAKE_TIMEOUT_MS, () => socket.destroy());
    let received = new Uint8Array(0);
    const onData = (chunk: Uint8Array) => {
      const all = new Uint8Array(received.length + chunk.length);
      all.set(received);
      all.set(chunk, received.length);
      received = all;
      const hello = decodeHello(received);
      if (hello === undefined && received.length < HELLO_BYTES && received[0] === 'Q'.charCodeAt(0)) return;
      socket.off('data', onData);
      const isHttp = hello === undefined && speaksHttp(received);
      if ((hello !== undefined || isHttp) && !this.#options.isReady()) {
        socket.destroy();
        return;
      }
      if (isHttp) {
        this.#options.http.accept(socket, received);
        return;
      }
      const verdict = hello === undefined ? Verdict.VERSION : this.#judge(hello);
      if (hello === undefined || verdict !== Verdict.ACCEPTED) {
        this.#refuse(socket, hello, verdict);
        return;
      }
      socket.write(Uint8Array.of(verdict));
      socket.setTimeout(0);
      this.#serve(socket, hello, received.subarray(HELLO_BYTES));
    };
    socket.on('data', onData);
    // Where the first byte was looked at, the socket comes paused.
    socket.resume();
  }

  #judge(hello: Hello): Verdict {
    const { clusterId, memberId, isRemoved } = this.#options;
    if (hello.version !== PROTOCOL_VERSION) return Verdict.VERSION;
    if (hello.lane === Lane.QUESTION) return Verdict.ACCEPTED;
    if (hello.clusterId !== clusterId) return Verdict.CLUSTER;
    if (hello.to !== memberId) return Verdict.RECEIVER;
    return isRemoved(hello.from) ? Verdict.REMOVED : Verdict.ACCEPTED;
  }

  #refuse(socket: net.Socket, hello: Hello | undefined, verdict: Verdict): void {
    const remote = socket.remoteAddress ?? 'unknown';
    const key = `${remote} ${verdict} ${hello?.from ?? ''}`;
    if (!this.#refused.has(key) && this.#refused.size < REFUSALS_REMEMBERED_MAX) {
      this.#refused.add(key);
      this.#options.log('warn', 'refused a stranger on the peer port', {
        remote,
        reason: hello === undefined ? 'does not speak the peer protocol' : REFUSALS[verdict],
        from: hello?.from.toString(16),
        cluster: hello?.clusterId.toString(16),
      });
    }
    socket.end(Uint8Array.of(verdict));
  }

  #serve(socket: net.Socket, hello: Hello, rest: Uint8Array): void {
    if (hello.lane !== Lane.QUESTION) this.#served.set(socket, hello.from);
    socket.once('close', () => this.#served.delete(socket));
    const acceptance = this.#options.accept(hello, (kind, payload) => {
      if (socket.destroyed || socket.writableLength > QUEUE_BYTES_MAX) return false;
      socket.write(encodeFrame(kind, payload));
      return true;
    });
    const parser = new FrameParser((kind, payload) => {
      if (kind === FrameKind.PING) socket.write(encodeFrame(FrameKind.PONG, payload));
      else acceptance.onFrame(kind, payload);
    });
    const receive = (chunk: Uint8Array) => {
      try {
        if (!socket.destroyed) parser.push(chunk);
      } catch (error) {
        if (!(error instanceof FrameError || error instanceof WireError)) throw error;
        this.#options.log('error', 'cut a peer connection: what came is not the peer protocol', {
          from: hello.from.toString(16),
          reason: error.message,
        });
        socket.destroy();
      }
    };
    socket.once('close', () => acceptance.onClose());
    socket.on('data', receive);
    receive(rest);
  }
}

/** Requests begin with a method in capitals; our hello with a Q, which no method does. */
function speaksHttp(received: Uint8Array): boolean {
  const [first = 0] = received;
  return first >= 'A'.charCodeAt(0) && first <= 'Z'.charCodeAt(0) && first !== 'Q'.charCodeAt(0);
}
