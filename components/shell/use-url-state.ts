'use client';

import { useSearchParams } from 'next/navigation';
import { useCallback, useEffect, useMemo, useSyncExternalStore } from 'react';
import { readParam, type UrlParam, type UrlParamWithFallback, writeParam } from './url-params.ts';
import { type Changes, type History, UrlWriter } from './url-writer.ts';

/** The tab's address bar. Next hears of what goes through `history` and renders the page with it. */
const writer = new UrlWriter({
  path: () => location.pathname,
  search: () => location.search,
  go: (address, how) => {
    if (how === 'push') history.pushState(null, '', address);
    else history.replaceState(null, '', address);
  },
  now: () => performance.now(),
  after: (ms, task) => {
    if (ms === 0) queueMicrotask(task);
    else setTimeout(task, ms);
  },
});

export interface UrlOptions {
  /** 'push' lets Back return to where one was; 'replace' (the default) leaves no trace. */
  readonly history?: History;
}

type Params = Readonly<Record<string, UrlParam<unknown>>>;

type ValueOf<P> = P extends UrlParamWithFallback<infer T> ? T : P extends UrlParam<infer T> ? T | null : never;
type Values<P extends Params> = { readonly [Name in keyof P]: ValueOf<P[Name]> };
type Setting<P extends Params> = {
  readonly [Name in keyof P]?: (P[Name] extends UrlParam<infer T> ? T : never) | null;
};

const NONE: Changes = new Map();

/**
 * State that lives in the address, several parameters at a time; those not named in a set stay as they are. `params` must be a constant of
 * the module.
 */
export function useUrlStates<P extends Params>(
  params: P,
  { history = 'replace' }: UrlOptions = {},
): readonly [Values<P>, (setting: Setting<P>, options?: UrlOptions) => void] {
  const search = useSearchParams();
  const overlay = useSyncExternalStore(writer.subscribe, writer.get, () => NONE);
  useEffect(() => writer.settle(search.toString()), [search]);
  // As one text, so that the values stay the same objects until the address says something else.
  const texts = JSON.stringify(Object.keys(params).map((name) => overlay.get(name) ?? search.getAll(name)));
  const values = useMemo(() => {
    const read = JSON.parse(texts) as readonly (readonly string[])[];
    return Object.fromEntries(
      Object.entries(params).map(([name, param], at) => [name, readParam(param, read[at] ?? [])]),
    ) as Values<P>;
  }, [params, texts]);
  const set = useCallback(
    (setting: Setting<P>, options: UrlOptions = {}) => {
      const changes = new Map<string, readonly string[]>();
      for (const [name, value] of Object.entries(setting)) {
        const param = params[name] as UrlParam<unknown> | undefined;
        if (param !== undefined && value !== undefined) changes.set(name, writeParam(param, value));
      }
      writer.set(changes, options.history ?? history);
    },
    [params, history],
  );
  return [values, set];
}

/** One parameter of the address, as useState would hold it. */
export function useUrlState<T>(
  name: string,
  param: UrlParamWithFallback<T>,
  options?: UrlOptions,
): readonly [T, (value: T | null, options?: UrlOptions) => void];
export function useUrlState<T>(
  name: string,
  param: UrlParam<T>,
  options?: UrlOptions,
): readonly [T | null, (value: T | null, options?: UrlOptions) => void];
export function useUrlState<T>(name: string, param: UrlParam<T>, options: UrlOptions = {}) {
  const params = useMemo(() => ({ [name]: param as UrlParam<unknown> }), [name, param]);
  const [values, setAll] = useUrlStates(params, options);
  const set = useCallback(
    (value: T | null, how?: UrlOptions) => setAll({ [name]: value } as never, how),
    [name, setAll],
  );
  return [values[name], set] as const;
}
