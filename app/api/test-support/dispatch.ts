/** Calls the route handlers as Next would, without Next: finds them by file, matches paths, passes params. For tests. */
import { readdirSync } from 'node:fs';
import path from 'node:path';
import { pathToFileURL } from 'node:url';

const ROOT = path.join(import.meta.dirname, '../..');

type Handler = (request: Request, context: { readonly params: Promise<Record<string, string>> }) => Promise<Response>;

export interface RouteFile {
  /** As OpenAPI writes it: /api/v1/stores/{store}/key */
  readonly template: string;
  readonly file: string;
}

/** Every route handler file under app. */
export function routeFiles(): RouteFile[] {
  return readdirSync(ROOT, { recursive: true, encoding: 'utf8' })
    .filter((name) => path.basename(name) === 'route.ts')
    .map((name) => ({
      template: `/${path.dirname(name).split(path.sep).join('/')}`.replace(/\[(\w+)\]/g, '{$1}'),
      file: path.join(ROOT, name),
    }))
    .sort((a, b) => (a.template < b.template ? -1 : 1));
}

/** The handlers a route file exports, by HTTP method. */
export async function handlersOf(route: RouteFile): Promise<Record<string, Handler>> {
  const module: Record<string, unknown> = await import(pathToFileURL(route.file).href);
  const methods = Object.entries(module).filter(([name]) => /^(GET|POST|PUT|PATCH|DELETE|OPTIONS)$/.test(name));
  return Object.fromEntries(methods) as Record<string, Handler>;
}

/** 404 and 405 as plain statuses where no handler stands. */
export async function dispatch(request: Request): Promise<Response> {
  const { pathname } = new URL(request.url);
  for (const route of routeFiles()) {
    const names = [...route.template.matchAll(/\{(\w+)\}/g)].map((match) => match[1] ?? '');
    const match = new RegExp(`^${route.template.replace(/\{\w+\}/g, '([^/]+)')}$`).exec(pathname);
    if (match === null) continue;
    const handler = (await handlersOf(route))[request.method];
    if (handler === undefined) return new Response(null, { status: 405 });
    const params = Object.fromEntries(names.map((name, i) => [name, decodeURIComponent(match[i + 1] ?? '')]));
    return handler(request, { params: Promise.resolve(params) });
  }
  return new Response(null, { status: 404 });
}

/** Where the console of these tests answers. */
export const ORIGIN = 'http://127.0.0.1:8379';

interface Asked {
  readonly body?: unknown;
  readonly headers?: Readonly<Record<string, string>>;
}

/** As a browser on this machine or a script asks. */
export const ask = (method: string, path: string, { body, headers }: Asked = {}): Promise<Response> =>
  dispatch(
    new Request(`${ORIGIN}${path}`, {
      method,
      headers: { host: '127.0.0.1:8379', 'content-type': 'application/json', ...headers },
      ...(body === undefined ? {} : { body: JSON.stringify(body) }),
    }),
  );
