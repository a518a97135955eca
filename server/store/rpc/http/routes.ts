/** What the client port answers over HTTP/1.1. */
import type { IncomingMessage, ServerResponse } from 'node:http';
import type { HttpHandler } from '../front/types.ts';
import { VERSIONS } from '../version.ts';
import { type HealthCounts, sendHealth, sendProbe } from './health.ts';
import { type MetricsSource, renderMetrics } from './metrics/metrics.ts';
import { sendJson, sendText } from './respond.ts';

export interface HttpContext {
  readonly metrics: () => MetricsSource;
  readonly health: HealthCounts;
  readonly member: MetricsSource['member'];
  /** Answers requests below /v3/. Undefined on a port for metrics, which has /metrics and the health pages alone. */
  readonly gateway: ((request: IncomingMessage, response: ServerResponse, path: string) => Promise<void>) | undefined;
  readonly onDefect: (error: unknown, where: string) => void;
}

export function createHttpHandler(context: HttpContext): HttpHandler {
  return (request, response) => {
    const url = URL.parse(request.url ?? '/', 'http://member');
    if (url === null) {
      sendText(response, 400, 'Bad Request\n');
      return;
    }
    route(context, request, response, url).catch((error: unknown) => {
      context.onDefect(error, url.pathname);
      if (response.headersSent) response.destroy();
      else sendText(response, 500, 'Internal Server Error\n');
    });
  };
}

async function route(
  context: HttpContext,
  request: IncomingMessage,
  response: ServerResponse,
  url: URL,
): Promise<void> {
  // Clients of etcd 3.3 and 3.4 still ask under the name of the beta.
  const path = url.pathname.replace(/^\/v3beta\//, '/v3/');
  if (context.gateway !== undefined && path.startsWith('/v3/')) await context.gateway(request, response, path);
  else if (!(await sendPage(context, request, response, url))) sendText(response, 404, '404 page not found\n');
}

/** False when `url` names no page. */
async function sendPage(
  context: HttpContext,
  request: IncomingMessage,
  response: ServerResponse,
  { pathname, searchParams }: URL,
): Promise<boolean> {
  const isVersion = pathname === '/version' && context.gateway !== undefined;
  const isPage =
    isVersion || pathname === '/health' || pathname === '/metrics' || /^\/(livez|readyz)(\/|$)/.test(pathname);
  if (!isPage) return false;
  if (request.method !== 'GET') {
    response.setHeader('allow', 'GET');
    sendText(response, 405, 'Method Not Allowed\n');
    return true;
  }
  switch (pathname) {
    case '/health':
      await sendHealth(context.member, searchParams, response, context.health);
      return true;
    case '/version':
      sendJson(response, 200, VERSIONS);
      return true;
    case '/metrics':
      sendText(response, 200, renderMetrics(context.metrics()), 'text/plain; version=0.0.4; charset=utf-8');
      return true;
    default:
      return sendProbe(context.member, pathname, searchParams, response, context.health);
  }
}
