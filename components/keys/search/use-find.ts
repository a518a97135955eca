'use client';

import { useEffect, useState } from 'react';
import { type FindRequest, findLines } from '../../../lib/api/find-client.ts';
import type { FindLine } from '../../../lib/api/find-types.ts';

type Line<Kind extends FindLine['kind']> = Extract<FindLine, { readonly kind: Kind }>;

export interface FindState {
  readonly start: Line<'start'> | null;
  readonly matches: readonly Line<'match'>[];
  readonly progress: Line<'progress'> | null;
  readonly end: Line<'end'> | null;
  readonly error: Error | null;
  readonly isStopped: boolean;
}

const NOTHING: FindState = { start: null, matches: [], progress: null, end: null, error: null, isStopped: false };
/** Lines are taken as they come and shown at this pace. */
const SHOW_MS = 100;

/** Runs a search while mounted and the request is the same; `stop` ends it and keeps what it found. */
export function useFind(storeId: string, request: FindRequest): FindState & { readonly stop: () => void } {
  const [state, setState] = useState<FindState>(NOTHING);
  const [abort, setAbort] = useState<AbortController | null>(null);
  const id = JSON.stringify(request);
  useEffect(() => {
    const own = new AbortController();
    setAbort(own);
    setState(NOTHING);
    const task = run(storeId, JSON.parse(id) as FindRequest, own.signal, setState);
    task.catch((error: unknown) => {
      if (own.signal.aborted) return;
      setState((now) => ({ ...now, error: error instanceof Error ? error : new Error(String(error)) }));
    });
    return () => own.abort();
  }, [storeId, id]);
  return {
    ...state,
    stop: () => {
      abort?.abort();
      setState((now) => ({ ...now, isStopped: true }));
    },
  };
}

async function run(
  storeId: string,
  request: FindRequest,
  signal: AbortSignal,
  show: (state: FindState) => void,
): Promise<void> {
  let state = NOTHING;
  let matches: Line<'match'>[] = [];
  let shownAt = 0;
  for await (const line of findLines(storeId, request, signal)) {
    if (signal.aborted) return;
    if (line.kind === 'match') matches.push(line);
    else if (line.kind === 'start') state = { ...state, start: line };
    else if (line.kind === 'progress') state = { ...state, progress: line };
    else if (line.kind === 'end') state = { ...state, end: line };
    else state = { ...state, error: new Error(line.message) };
    const now = performance.now();
    if (now - shownAt < SHOW_MS && state.end === null) continue;
    shownAt = now;
    state = { ...state, matches: [...state.matches, ...matches] };
    matches = [];
    show(state);
  }
  show({ ...state, matches: [...state.matches, ...matches] });
}
