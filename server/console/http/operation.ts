/** One operation of the HTTP API, as the OpenAPI document is made of them. */
import type { z } from 'zod';

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
