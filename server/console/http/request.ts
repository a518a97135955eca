/** Reading requests: parameters, bounded JSON bodies, and who may send writes at all. */
import type { z } from 'zod';
import type { WireBytes } from '../../../lib/api/types.ts';
import { fromBase64 } from '../../../lib/base/bytes.ts';
import { GrpcCode } from '../../../lib/base/grpc-status.ts';
import { toWire } from '../../../lib/keys/wire-bytes.ts';
import { ConsoleError, invalidArgument, tooLarge } from '../errors.ts';

/** A value of etcd's largest request (1.5 MiB), doubled for base64 and escapes, and then some. */
export const BODY_BYTES_MAX = 8 * 1024 * 1024;

/** @throws ConsoleError INVALID_ARGUMENT whose detail names the field */
export function parse<S extends z.ZodType>(schema: S, input: unknown, fallbackField: string): z.output<S> {
  const result = schema.safeParse(input);
  if (result.success) return result.data;
  const issue = result.error.issues[0];
  const unknownKeys = issue?.code === 'unrecognized_keys' ? issue.keys : [];
  const path = [...(issue?.path ?? []), ...unknownKeys.slice(0, 1)].map(String).join('.');
  throw invalidArgument(path === '' ? fallbackField : path, issue?.message ?? 'is not valid');
}

/** Query parameters; `name64` (base64url) becomes `name` as bytes. @throws ConsoleError INVALID_ARGUMENT */
export function queryOf(request: Request): Record<string, WireBytes> {
  const out: Record<string, WireBytes> = {};
  for (const [name, value] of new URL(request.url).searchParams) {
    const isBytes = name.endsWith('64');
    const plain = isBytes ? name.slice(0, -2) : name;
    if (plain in out) throw invalidArgument(plain, 'is given twice');
    out[plain] = isBytes ? bytesParam(name, value) : value;
  }
  return out;
}

function bytesParam(name: string, value: string): WireBytes {
  try {
    return toWire(fromBase64(value));
  } catch {
    throw invalidArgument(name, 'is not base64url');
  }
}

/** @throws ConsoleError INVALID_ARGUMENT when it is too large or not JSON */
export async function jsonBody(request: Request): Promise<unknown> {
  const type = request.headers.get('content-type') ?? '';
  if (!/^application\/json\s*(;|$)/i.test(type)) throw invalidArgument('content-type', 'must be application/json');
  const text = await boundedText(request, BODY_BYTES_MAX);
  try {
    return JSON.parse(text);
  } catch {
    throw invalidArgument('body', 'is not valid JSON');
  }
}

/** Reads no further than `bytesMax`. @throws ConsoleError INVALID_ARGUMENT, 413 beyond it */
export async function boundedText(request: Request, bytesMax: number): Promise<string> {
  const decoder = new TextDecoder('utf-8', { fatal: true });
  let text = '';
  let size = 0;
  const refusal = () => tooLarge('body', `is larger than ${bytesMax} bytes`);
  if (Number(request.headers.get('content-length') ?? 0) > bytesMax) throw refusal();
  try {
    for await (const chunk of request.body ?? []) {
      size += chunk.length;
      if (size > bytesMax) throw refusal();
      text += decoder.decode(chunk, { stream: true });
    }
    return text + decoder.decode();
  } catch (cause) {
    if (cause instanceof TypeError) throw invalidArgument('body', 'is not valid UTF-8');
    throw cause;
  }
}

/**
 * Writes come from our own pages or from tools that are no browser. A page elsewhere cannot forge Sec-Fetch-Site or Origin,
 * and cannot send application/json without asking first.
 *
 * @throws ConsoleError PERMISSION_DENIED
 */
export function requireSameOrigin(request: Request): void {
  const site = request.headers.get('sec-fetch-site');
  const origin = request.headers.get('origin');
  const isForeignSite = site !== null && site !== 'same-origin' && site !== 'none';
  if (isForeignSite || (origin !== null && !isOwnOrigin(origin, request))) {
    throw new ConsoleError(GrpcCode.PERMISSION_DENIED, 'writes are accepted from this console’s own pages only', {
      ...(origin === null ? {} : { origin }),
    });
  }
}

function isOwnOrigin(origin: string, request: Request): boolean {
  const host = request.headers.get('host');
  return URL.canParse(origin) && new URL(origin).host === host;
}

const ADDRESS_HEADER = 'x-quorate-address';
const SECURE_HEADER = 'x-quorate-secure';

/** Put by our own server on every request, over whatever the client sent: only the socket knows. */
export const trustedHeaders = (socket: {
  readonly remoteAddress?: string | undefined;
  readonly encrypted?: boolean;
}): Readonly<Record<string, string>> => ({
  [ADDRESS_HEADER]: socket.remoteAddress ?? 'unknown',
  [SECURE_HEADER]: socket.encrypted === true ? '1' : '0',
});

export const addressOf = (request: Request): string => request.headers.get(ADDRESS_HEADER) ?? 'unknown';

/** Whether the browser reached us over TLS: only then it would send a Secure cookie back. */
export const isSecure = (request: Request): boolean => request.headers.get(SECURE_HEADER) === '1';
