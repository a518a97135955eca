/** The contract for applications in any language: places, long polls, reports; and OFREP's answers. Plain HTTP, no session. */

import { GrpcCode } from '../../../lib/base/grpc-status.ts';
import type { Place } from '../../../lib/config/target.ts';
import { WAIT_SECONDS_MAX } from '../config/limits.ts';
import type { OfrepAnswer } from '../config/ofrep.ts';
import { ConsoleError, isKnownError } from '../errors.ts';
import { clientParams, instanceId, placePart } from './config-schemas.ts';
import { boundedText, parse } from './request.ts';
import { json } from './route.ts';

export interface PlaceParams {
  readonly store: string;
  readonly bundle: string;
  readonly app: string;
  readonly env: string;
  readonly service: string;
}

/** How soon to ask again without a long poll: sooner while something is under way. */
const POLL_SECONDS = 60;
const CANARY_POLL_SECONDS = 5;

/** @throws ConsoleError INVALID_ARGUMENT naming the part */
export function placeOf({ bundle, app, env, service }: PlaceParams): Place {
  return {
    bundle: parse(placePart, bundle, 'bundle'),
    app: parse(placePart, app, 'app'),
    env: parse(placePart, env, 'env'),
    service: parse(placePart, service, 'service'),
  };
}

export const instanceOf = (text: string): string => parse(instanceId, text, 'instance');

export function clientOf(request: Request, params: PlaceParams) {
  const { searchParams } = new URL(request.url);
  const one = (name: string): string | undefined => searchParams.get(name) ?? undefined;
  const asked = parse(clientParams, { instance: one('instance'), app: one('app'), client: one('client') }, 'query');
  return {
    ...placeOf(params),
    instanceId: asked.instance ?? null,
    tags: searchParams.getAll('tag'),
    appVersion: asked.app ?? null,
    clientVersion: asked.client ?? null,
  };
}

/** `Prefer: wait=60` (RFC 7240). */
export function waitSeconds(request: Request): number {
  const wait = /(?:^|[,;\s])wait=(\d{1,4})/.exec(request.headers.get('prefer') ?? '')?.[1];
  return wait === undefined ? 0 : Math.min(WAIT_SECONDS_MAX, Number(wait));
}

/** Null: none, or one that is no revision. */
export function lastEventIdOf(request: Request): number | null {
  const id = request.headers.get('last-event-id') ?? '';
  return /^\d{1,15}$/.test(id) ? Number(id) : null;
}

export function configAnswer(
  result: { readonly etag: string; readonly body: { readonly cohort: string } } | null,
  known: string | null,
): Response {
  const headers = {
    'x-next-poll-seconds': String(result?.body.cohort === 'candidate' ? CANARY_POLL_SECONDS : POLL_SECONDS),
    ...(result === null ? (known === null ? {} : { etag: known }) : { etag: result.etag }),
  };
  if (result === null) return new Response(null, { status: 304, headers: { 'cache-control': 'no-store', ...headers } });
  return json(result.body, { headers });
}

/** OFREP clients send no more than a context. */
const OFREP_BODY_BYTES_MAX = 256 * 1024;

/** Undefined: not JSON. An empty body is an empty request. */
export async function ofrepBody(request: Request): Promise<unknown> {
  let text: string;
  try {
    text = await boundedText(request, OFREP_BODY_BYTES_MAX);
  } catch (error) {
    if (!isKnownError(error)) throw error;
    return error.status === 413 ? 'too large' : undefined;
  }
  if (text.trim() === '') return {};
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}

export function ofrepAnswer({ status, body, etag }: OfrepAnswer): Response {
  const headers = { 'cache-control': 'no-store', ...(etag === null ? {} : { etag }) };
  return body === null ? new Response(null, { status, headers }) : Response.json(body, { status, headers });
}

/** Protocol errors in the protocol's own shape; undefined where the request can be evaluated. */
export function ofrepRefusal(body: unknown, key: string): Response | undefined {
  const refuse = (status: 400 | 413, errorDetails: string): Response =>
    Response.json(
      { key, errorCode: 'PARSE_ERROR', errorDetails },
      { status, headers: { 'cache-control': 'no-store' } },
    );
  if (body === 'too large') return refuse(413, `the body is larger than ${OFREP_BODY_BYTES_MAX} bytes`);
  return body === undefined ? refuse(400, 'the body is not JSON') : undefined;
}

export const requireWritten = (revision: number): Response => {
  if (revision === 0) throw new ConsoleError(GrpcCode.ABORTED, 'nothing was written');
  return new Response(null, { status: 204 });
};
