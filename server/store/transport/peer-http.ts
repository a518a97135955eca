/**
 * What the peer port answers over HTTP/1.1: /members and /version, as etcd's does. People and tools ask there with curl; members
 * never do, they speak the peer protocol.
 */
import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import type net from 'node:net';
import type { ClusterId } from '../../../lib/base/brand.ts';
import type { Member } from '../../../lib/base/etcdpb/cluster.ts';

const HEADERS_BYTES_MAX = 16 * 1024;
const REQUEST_TIMEOUT_MS = 5000;

interface PeerHttpOptions {
  readonly clusterId: ClusterId;
  readonly members: () => readonly Member[];
  /** What /version says. */
  readonly versions: Readonly<Record<string, string>>;
}

export class PeerHttp {
  readonly #options: PeerHttpOptions;
  readonly #server: Server;

  constructor(options: PeerHttpOptions) {
    this.#options = options;
    this.#server = createServer(
      { maxHeaderSize: HEADERS_BYTES_MAX, requestTimeout: REQUEST_TIMEOUT_MS, headersTimeout: REQUEST_TIMEOUT_MS },
      (request, response) => this.#answer(request, response),
    );
    // It never listens itself; the event starts its watch over slow requests.
    this.#server.emit('listening');
  }

  /** A socket that began with something else than the peer protocol. `begun` are its first bytes. */
  accept(socket: net.Socket, begun: Uint8Array): void {
    socket.pause();
    socket.unshift(begun);
    this.#server.emit('connection', socket);
    socket.resume();
  }

  close(): void {
    this.#server.close();
  }

  #answer(request: IncomingMessage, response: ServerResponse): void {
    const path = (request.url ?? '').replace(/\?.*$/s, '');
    const isPage = path === '/members' || path === '/version';
    response.setHeader('connection', 'close');
    if (!isPage) sendText(response, 404, '404 page not found\n');
    else if (request.method !== 'GET') {
      response.setHeader('allow', 'GET');
      sendText(response, 405, 'Method Not Allowed\n');
    } else if (path === '/version') sendJson(response, JSON.stringify(this.#options.versions));
    else {
      response.setHeader('X-Etcd-Cluster-Id', this.#options.clusterId.toString(16));
      sendJson(response, `${membersJson(this.#options.members())}\n`);
    }
  }
}

/** Ids are bare numbers of 64 bits, which JSON.stringify() cannot write. What is empty is left out. */
function membersJson(members: readonly Member[]): string {
  const list = members.map(({ id, peerUrls, isLearner, name, clientUrls }) => {
    const rest = JSON.stringify({
      peerURLs: peerUrls,
      isLearner: isLearner || undefined,
      name: name === '' ? undefined : name,
      clientURLs: clientUrls.length === 0 ? undefined : clientUrls,
    });
    return `{"id":${id},${rest.slice(1)}`;
  });
  return `[${list.join(',')}]`;
}

function sendText(response: ServerResponse, status: number, body: string): void {
  response.writeHead(status, { 'content-type': 'text/plain; charset=utf-8', 'x-content-type-options': 'nosniff' });
  response.end(body);
}

function sendJson(response: ServerResponse, body: string): void {
  response.writeHead(200, { 'content-type': 'application/json' });
  response.end(body);
}
