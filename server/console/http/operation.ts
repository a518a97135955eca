/** One operation of the HTTP API, as the OpenAPI document is made of them, and what many of them say. */
import type { z } from 'zod';

/** The store in a path, as a parameter. */
export const STORE = '{store}';

/** `routes` escapes what it puts into a path; a template must keep its braces. */
export const template = (path: string): string => decodeURIComponent(path);

/** Errors of every write. */
export const READ_ONLY = {
  '403': 'The store is read-only here, its users lack the permission, or the request came from a foreign page.',
};

/** Errors of a write that is guarded. */
export const CHANGED = {
  '409': 'Something changed since it was shown; nothing was written. `detail` says what stands there now.',
};

export interface Operation {
  readonly path: string;
  readonly method: 'get' | 'post' | 'put' | 'delete';
  readonly summary: string;
  readonly query?: z.ZodType;
  readonly body?: z.ZodType;
  /** 'nothing': 204. */
  readonly answer: z.ZodType | 'event-stream' | 'ndjson' | 'file' | 'text' | 'openapi' | 'nothing';
  /** Callers say who they are with each request, instead of by the cookie of a session. */
  readonly isForPrograms?: true;
  /** Beyond 400, 401, 404, 502 and 503, which every store route may answer. */
  readonly errors?: Readonly<Record<string, string>>;
}
