/** Reads the lines of a search as they come. */

import { setBytesParam } from './bytes-param.ts';
import { failureOf } from './call.ts';
import type { FindLine, FindQuery } from './find-types.ts';
import { routes } from './routes.ts';
import type { WireBytes, WireInt } from './types.ts';

export interface FindRequest extends FindQuery {
  readonly prefix: WireBytes;
  readonly rev: WireInt | null;
  readonly limit: number;
}

/** @throws ApiFailure when it is refused; when aborted, whatever fetch throws then */
export async function* findLines(store: string, request: FindRequest, signal: AbortSignal): AsyncGenerator<FindLine> {
  const params = new URLSearchParams({
    in: request.in,
    mode: request.mode,
    q: request.q,
    limit: String(request.limit),
  });
  setBytesParam(params, 'prefix', request.prefix);
  if (request.rev !== null) params.set('rev', request.rev);
  const path = routes.find(store);
  const response = await fetch(`${path}?${params}`, { signal });
  if (!response.ok || response.body === null) throw await failureOf(response, `GET ${path}`);
  const reader = response.body.pipeThrough(new TextDecoderStream()).getReader();
  let rest = '';
  for (;;) {
    const { done, value } = await reader.read();
    if (done) return;
    const lines = (rest + value).split('\n');
    rest = lines.pop() ?? '';
    for (const line of lines) yield JSON.parse(line) as FindLine;
  }
}
