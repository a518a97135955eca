/** The frame of every route handler: parse, call one console function, answer in JSON; errors as {code, message, detail}. */
import type { ApiError } from '../../../lib/api/types.ts';
import { asCaller } from '../caller.ts';
import type { StoreConsole } from '../console.ts';
import { currentConsole } from '../current.ts';
import { type ErrorAnswer, errorAnswer } from '../errors.ts';
import { tokenOf } from './cookie.ts';
import { addressOf, requireSameOrigin } from './request.ts';

const HEADERS = { 'cache-control': 'no-store' };

export interface RouteContext<P> {
  readonly params: Promise<P>;
}

type Handler<P> = (request: Request, context: RouteContext<P>) => Promise<Response>;

interface JsonOptions {
  readonly status?: number;
  readonly headers?: Readonly<Record<string, string>>;
}

export const json = (body: unknown, { status = 200, headers = {} }: JsonOptions = {}): Response =>
  Response.json(body, { status, headers: { ...HEADERS, ...headers } });

/** Wraps a handler: anything it throws becomes an error answer. */
export function route<P>(handler: (request: Request, params: P) => Promise<Response>): Handler<P> {
  return async (request, context) => {
    try {
      if (request.method !== 'GET' && request.method !== 'HEAD') requireSameOrigin(request);
      const params = await context.params;
      return await asCaller({ address: addressOf(request) }, () => handler(request, params));
    } catch (error) {
      return failure(error, request);
    }
  };
}

/** A handler of one store, for whoever may use it, that answers what one console function returns. */
export function storeRoute<P extends { readonly store: string }>(
  call: (store: StoreConsole, request: Request, params: P) => unknown,
): Handler<P> {
  return route<P>(async (request, params) => {
    const store = await currentConsole().store(params.store, tokenOf(request));
    return json(await call(store, request, params));
  });
}

/** As storeRoute, where the answer is more than JSON: statuses, headers, streams. */
export function storeResponse<P extends { readonly store: string }>(
  call: (store: StoreConsole, request: Request, params: P) => Promise<Response>,
): Handler<P> {
  return route<P>(async (request, params) =>
    call(await currentConsole().store(params.store, tokenOf(request)), request, params),
  );
}

export function failure(error: unknown, request: Request): Response {
  const answer = errorAnswer(error);
  const asked = `${request.method} ${new URL(request.url).pathname}`;
  if (answer !== undefined) {
    if (answer.status === 502)
      console.error(`console: ${asked}: the store answered ${answer.body.code}: ${answer.body.message}`);
    return json(answer.body, { status: answer.status, headers: retryAfter(answer) });
  }
  console.error(`console: ${asked} failed`, error);
  const body: ApiError = { code: 'INTERNAL', message: 'the console failed at this request; its log says why' };
  return json(body, { status: 500 });
}

function retryAfter({ body }: ErrorAnswer): Readonly<Record<string, string>> {
  const seconds = body.detail?.retryAfterSeconds;
  return typeof seconds === 'number' ? { 'retry-after': String(seconds) } : {};
}
