/** The console's HTTP server: Next behind a Host check, stoppable with streams open. */
import { readFileSync } from 'node:fs';
import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import { createServer as createTlsServer } from 'node:https';
import type { Socket } from 'node:net';
import next from 'next';
import { contentSecurityPolicy, newNonce, securityHeaders } from './security-headers.ts';
import { isLoopback, type Settings } from './settings.ts';

const CLOSE_GRACE_MS = 1000;
/**
 * Pages and calls name a key in their address, and the address comes again as Referer and in what Next sends along: a key of 8 KiB that is no
 * ASCII fills more than the 16 KiB that Node allows by itself. Longer ones than fit are answered 431.
 */
const HEADER_BYTES_MAX = 256 * 1024;

export interface WebServer {
  readonly url: string;
  close(): Promise<void>;
}

interface WebOptions {
  readonly host: string;
  readonly port: number;
  readonly dev: boolean;
  readonly root: string;
  readonly tls: Settings['tls'];
}

interface ServeOptions extends WebOptions {
  /** What only the socket knows, for the handlers; takes the place of whatever the client claims. */
  readonly trustedHeaders: (socket: Socket) => Readonly<Record<string, string>>;
  /** Hears of every request; what it returns hears of its end. */
  readonly onRequest: (method: string, path: string) => (status: number, seconds: number) => void;
}

/** Takes the port at once, so that a taken one is known before anything else is started. @throws the listen error, or that of a bad certificate */
export async function listen(options: WebOptions): Promise<Server> {
  const server = serverOf(options.tls);
  await new Promise<void>((resolve, reject) => {
    server.once('error', reject);
    server.listen(options.port, options.host, resolve);
  });
  server.on('request', notYet);
  return server;
}

function serverOf(tls: Settings['tls']): Server {
  const limits = { maxHeaderSize: HEADER_BYTES_MAX };
  if (tls === null) return createServer(limits);
  return createTlsServer({ ...limits, cert: readFileSync(tls.certFile), key: readFileSync(tls.keyFile) });
}

function notYet(_request: IncomingMessage, response: ServerResponse): void {
  response.writeHead(503, { 'content-type': 'text/plain; charset=utf-8', 'retry-after': '1', connection: 'close' });
  response.end('Quorate is starting.\n');
}

/** Serves the pages on an already listening server. */
export async function serve(server: Server, options: ServeOptions): Promise<WebServer> {
  const app = next({
    dev: options.dev,
    dir: options.root,
    hostname: options.host,
    port: options.port,
    httpServer: server,
  });
  await app.prepare();
  const handle = app.getRequestHandler();
  const security = { dev: options.dev, isTls: options.tls !== null };
  server.removeListener('request', notYet);
  server.on('request', (request, response) => {
    const startedAt = performance.now();
    const answered = options.onRequest(request.method ?? '', (request.url ?? '').split('?')[0] ?? '');
    response.once('close', () => answered(response.statusCode, (performance.now() - startedAt) / 1_000));
    if (isLoopback(options.host) && !isOwnHost(request.headers.host)) {
      // A page elsewhere that points its own name at 127.0.0.1 (DNS rebinding) must not reach the store through us.
      response.writeHead(421, { 'content-type': 'text/plain; charset=utf-8', connection: 'close' });
      response.end('This console answers to loopback names only.\n');
      return;
    }
    Object.assign(request.headers, options.trustedHeaders(request.socket));
    const policy = contentSecurityPolicy(newNonce(), security);
    request.headers['content-security-policy'] = policy;
    for (const [name, value] of Object.entries(securityHeaders(policy, security))) response.setHeader(name, value);
    handle(request, response).catch((cause: unknown) => {
      console.error('console: request failed', cause);
      if (!response.headersSent) response.writeHead(500);
      response.end();
    });
  });
  const shown = options.host.includes(':') ? `[${options.host}]` : options.host;
  return {
    url: `${options.tls === null ? 'http' : 'https'}://${shown}:${options.port}`,
    close: async () => {
      await closeServer(server);
      await app.close();
    },
  };
}

function isOwnHost(header: string | undefined): boolean {
  if (header === undefined) return false;
  const name = header.startsWith('[') ? header.slice(1, header.indexOf(']')) : (header.split(':')[0] ?? '');
  return isLoopback(name);
}

function closeServer(server: Server): Promise<void> {
  return new Promise((resolve) => {
    const force = setTimeout(() => server.closeAllConnections(), CLOSE_GRACE_MS);
    server.close(() => {
      clearTimeout(force);
      resolve();
    });
    server.closeIdleConnections();
  });
}
