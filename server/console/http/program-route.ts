/**
 * The frame of routes for applications. They say who they are with each request (Basic or Bearer, users of the store); the cookie
 * of a browser session means nothing here, so no page elsewhere can use it. Pages of the origins that the operator named may call
 * flag routes (CORS); they are never sent credentials along by the browser itself.
 */
import { asCaller } from '../caller.ts';
import type { ProgramCredentials, StoreConsole } from '../console.ts';
import { currentConsole } from '../current.ts';
import { addressOf, requireSameOrigin } from './request.ts';
import { failure, type RouteContext } from './route.ts';

const PREFLIGHT_SECONDS = '600';
const CHALLENGE = 'Basic realm="users of the store", charset="UTF-8", Bearer realm="users of the store"';

export interface ProgramCall<P> {
  readonly store: StoreConsole;
  readonly request: Request;
  readonly params: P;
  /** Aborts when the client has gone, or its credentials stand for nobody any more. */
  readonly signal: AbortSignal;
  /** For the address of an event stream; null where nobody needs one. */
  readonly ticket: string | null;
}

type Handler<P> = (request: Request, context: RouteContext<P>) => Promise<Response>;

/** @param options.isFlags pages of allowed origins may call it, and an event stream may come with a ticket */
export function programRoute<P extends { readonly store: string }>(
  call: (call: ProgramCall<P>) => Promise<Response>,
  options: { readonly isFlags: boolean } = { isFlags: false },
): Handler<P> {
  return async (request, context) => {
    const cors = options.isFlags ? corsHeaders(request) : {};
    const answer = await answerOf(request, context, { call, isFlags: options.isFlags, isForeign: 'vary' in cors });
    for (const [name, value] of Object.entries(cors)) answer.headers.set(name, value);
    return answer;
  };
}

async function answerOf<P extends { readonly store: string }>(
  request: Request,
  context: RouteContext<P>,
  how: {
    readonly call: (call: ProgramCall<P>) => Promise<Response>;
    readonly isFlags: boolean;
    readonly isForeign: boolean;
  },
): Promise<Response> {
  try {
    if (!how.isForeign && request.method !== 'GET') requireSameOrigin(request);
    const params = await context.params;
    const credentials = credentialsOf(request, how.isFlags);
    const address = addressOf(request);
    const program = await currentConsole().program(params.store, credentials, address);
    const signal = AbortSignal.any([request.signal, program.ended]);
    const { store, ticket } = program;
    try {
      const answer = await asCaller({ address }, () => how.call({ store, request, params, signal, ticket }));
      // A stream goes on after its handler has answered.
      if (answer.headers.get('content-type')?.startsWith('text/event-stream') !== true) program.done();
      else signal.addEventListener('abort', () => program.done(), { once: true });
      return answer;
    } catch (error) {
      program.done();
      throw error;
    }
  } catch (error) {
    const answer = failure(error, request);
    if (answer.status === 401) answer.headers.set('www-authenticate', CHALLENGE);
    return answer;
  }
}

/** What a page asks before it sends what it means. */
export async function preflight(request: Request): Promise<Response> {
  const headers = corsHeaders(request);
  const isAllowed = 'access-control-allow-origin' in headers;
  return new Response(null, {
    status: isAllowed ? 204 : 403,
    headers: {
      'cache-control': 'no-store',
      ...headers,
      ...(isAllowed
        ? {
            'access-control-allow-methods': 'GET, POST',
            'access-control-allow-headers': 'authorization, content-type, if-none-match, quorate-instance, x-api-key',
            'access-control-max-age': PREFLIGHT_SECONDS,
          }
        : {}),
    },
  });
}

/** Empty for requests that come from no foreign page, or from one that nobody allowed. */
function corsHeaders(request: Request): Readonly<Record<string, string>> {
  const origin = request.headers.get('origin');
  if (origin === null || !currentConsole().flagOrigins.includes(origin)) return {};
  return {
    'access-control-allow-origin': origin,
    'access-control-expose-headers': 'etag, retry-after',
    vary: 'origin',
    'cross-origin-resource-policy': 'cross-origin',
  };
}

/** What follows a scheme in the Authorization header; null: nothing does. */
function authorization(request: Request, scheme: 'basic' | 'bearer'): string | null {
  const header = request.headers.get('authorization') ?? '';
  return header.toLowerCase().startsWith(`${scheme} `) ? header.slice(scheme.length + 1).trim() : null;
}

export const bearerOf = (request: Request): string | null => authorization(request, 'bearer');

function credentialsOf(request: Request, isFlags: boolean): ProgramCredentials {
  const password = authorization(request, 'basic');
  if (password !== null) return basic(password);
  const token = bearerOf(request);
  if (token !== null) return { kind: 'token', token };
  const key = request.headers.get('x-api-key');
  if (key !== null) return { kind: 'token', token: key };
  const ticket = isFlags && request.method === 'GET' ? new URL(request.url).searchParams.get('ticket') : null;
  return ticket === null ? { kind: 'none' } : { kind: 'ticket', ticket };
}

/** RFC 7617: everything up to the first colon is the user. */
function basic(value: string): ProgramCredentials {
  const text = Buffer.from(value, 'base64').toString('utf8');
  const colon = text.indexOf(':');
  if (colon < 0) return { kind: 'none' };
  return { kind: 'password', user: text.slice(0, colon), password: text.slice(colon + 1) };
}
