/**
 * Request headers, checked as RFC 9113 §8.2 and §8.3 demand. `:authority` may hold anything: grpc-go sends its whole target,
 * "http://host:port", when a client was configured with a URL, and real servers take it.
 */
import type { Field } from './hpack-decoder.ts';

const NAME = /^[!#$%&'*+\-.^_`|~0-9a-z]+$/;
const BAD_VALUE = /[\0\r\n]/;
const PSEUDO: ReadonlySet<string> = new Set([':method', ':scheme', ':path', ':authority']);
const REQUIRED = [':method', ':scheme', ':path'];
/** They speak of an HTTP/1.1 connection (§8.2.2). */
const FORBIDDEN: ReadonlySet<string> = new Set([
  'connection',
  'keep-alive',
  'proxy-connection',
  'transfer-encoding',
  'upgrade',
]);

export class RequestHead {
  readonly #fields: readonly Field[];
  readonly path: string;
  readonly contentType: string | undefined;
  /** Bytes the body must have, when the client announced them. */
  readonly contentLength: number | undefined;

  constructor(fields: readonly Field[]) {
    this.#fields = fields;
    this.path = this.get(':path') ?? '';
    this.contentType = this.get('content-type');
    const length = this.get('content-length');
    this.contentLength = length === undefined ? undefined : Number(length);
  }

  /** The first value under a name. */
  get(name: string): string | undefined {
    for (const field of this.#fields) if (field[0] === name) return field[1];
    return undefined;
  }
}

/** The head, or why the request is malformed. */
export function parseRequestHead(fields: readonly Field[]): RequestHead | string {
  const seen = new Set<string>();
  let hasRegular = false;
  for (const [name, value] of fields) {
    if (name.startsWith(':')) {
      if (hasRegular) return `${name} behind a regular field`;
      if (!PSEUDO.has(name)) return `${name} in a request`;
      if (seen.has(name)) return `${name} twice`;
      seen.add(name);
      if (BAD_VALUE.test(value)) return `a forbidden byte in ${name}`;
      continue;
    }
    hasRegular = true;
    const reason = whyMalformed(name, value);
    if (reason !== undefined) return reason;
  }
  for (const name of REQUIRED) if (!seen.has(name)) return `${name} is missing`;
  const head = new RequestHead(fields);
  if (head.path === '') return ':path is empty';
  return head;
}

/** Why a trailer section is malformed, undefined when it is not. */
export function whyTrailersMalformed(fields: readonly Field[]): string | undefined {
  for (const [name, value] of fields) {
    const reason = name.startsWith(':') ? `${name} in trailers` : whyMalformed(name, value);
    if (reason !== undefined) return reason;
  }
  return undefined;
}

function whyMalformed(name: string, value: string): string | undefined {
  if (!NAME.test(name)) return 'a header name has a forbidden character';
  if (BAD_VALUE.test(value)) return `a forbidden byte in ${name}`;
  if (FORBIDDEN.has(name)) return `${name} has no place in HTTP/2`;
  if (name === 'te' && value !== 'trailers') return 'te may only be trailers';
  if (name === 'content-length' && !/^\d{1,15}$/.test(value)) return 'content-length is no number';
  return undefined;
}
