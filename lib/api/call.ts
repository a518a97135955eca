/** One call of the console's HTTP API, and how it fails. The routes are called through client.ts, config-client.ts and frame-client.ts. */
import { setBytesParam } from './bytes-param.ts';
import type { ApiError, WireBytes } from './types.ts';

/** A call that did not succeed. `code` is the gRPC code's name, or NETWORK when the console itself gave no answer. */
export class ApiFailure extends Error {
  readonly code: string;
  /** HTTP status; 0 when there was no answer. */
  readonly status: number;
  /** Method and path, for "where". */
  readonly where: string;
  readonly detail: Readonly<Record<string, unknown>>;

  constructor(fields: {
    code: string;
    message: string;
    status: number;
    where: string;
    detail?: Readonly<Record<string, unknown>>;
  }) {
    super(fields.message);
    this.name = 'ApiFailure';
    this.code = fields.code;
    this.status = fields.status;
    this.where = fields.where;
    this.detail = fields.detail ?? {};
  }
}

const NOT_IMPLEMENTED = 501;

/**
 * What a failed call left behind: 'none' nothing was written, 'unknown' something may have been. The store's own word counts, and
 * without one whether the console refused the call or failed in the middle of it.
 */
export function outcomeOf(failure: unknown): 'none' | 'unknown' {
  if (!(failure instanceof ApiFailure)) return 'none';
  const { status, detail, where } = failure;
  if (where.startsWith('GET ')) return 'none';
  if (detail.outcome === 'none' || detail.outcome === 'unknown') return detail.outcome;
  return status === 0 || (status >= 500 && status !== NOT_IMPLEMENTED) ? 'unknown' : 'none';
}

const isApiError = (value: unknown): value is ApiError =>
  typeof value === 'object' &&
  value !== null &&
  typeof (value as ApiError).code === 'string' &&
  typeof (value as ApiError).message === 'string';

/** Turns an answer that is not 2xx into the failure it carries. */
export async function failureOf(response: Response, where: string): Promise<ApiFailure> {
  const body: unknown = await response.json().catch(() => null);
  const status = response.status;
  if (isApiError(body)) {
    return new ApiFailure({
      code: body.code,
      message: body.message,
      status,
      where,
      ...(body.detail === undefined ? {} : { detail: body.detail }),
    });
  }
  return new ApiFailure({
    code: `HTTP ${status}`,
    message: `The console answered ${status} ${response.statusText}`.trim(),
    status,
    where,
  });
}

interface Call {
  readonly method?: 'GET' | 'PUT' | 'POST';
  readonly path: string;
  readonly params?: URLSearchParams;
  readonly body?: unknown;
  readonly signal?: AbortSignal | undefined;
}

/** @throws ApiFailure */
export async function call<T>({ method = 'GET', path, params, body, signal }: Call): Promise<T> {
  const query = params === undefined || params.size === 0 ? '' : `?${params}`;
  const where = `${method} ${path}`;
  const init: RequestInit = { method, signal: signal ?? null, headers: { accept: 'application/json' } };
  if (body !== undefined) {
    init.body = JSON.stringify(body);
    init.headers = { accept: 'application/json', 'content-type': 'application/json' };
  }
  let response: Response;
  try {
    response = await fetch(path + query, init);
  } catch (cause) {
    if (signal?.aborted === true) throw cause;
    throw new ApiFailure({ code: 'NETWORK', message: 'The console did not answer.', status: 0, where });
  }
  if (!response.ok) throw await failureOf(response, where);
  return (await response.json()) as T;
}

/** Parameters of an address; bytes under their own name, or under its base64 twin. */
export function bytesParams(
  fields: Readonly<Record<string, WireBytes | undefined>>,
  plain: Readonly<Record<string, string | number | null | undefined>> = {},
): URLSearchParams {
  const params = new URLSearchParams();
  for (const [name, value] of Object.entries(fields)) if (value !== undefined) setBytesParam(params, name, value);
  for (const [name, value] of Object.entries(plain))
    if (value !== undefined && value !== null) params.set(name, String(value));
  return params;
}
