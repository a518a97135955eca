/** The configuration part of the HTTP API, as functions for the browser (the rest: client.ts). */
import { queryOptions } from '@tanstack/react-query';
import type { Release } from '../config/documents.ts';
import type { Rollout } from '../config/rollout-document.ts';
import { call } from './call.ts';
import type { ConfigMarks } from './config-marks.ts';
import type {
  CheckAnswer,
  CheckBody,
  ConfigOverview,
  ConfigTargetDetail,
  ConfigWritten,
  DraftPutBody,
  EvaluateBody,
  EvaluatedFlag,
  PointBody,
  PublishBody,
  RolloutActBody,
  RolloutCreateBody,
  RolloutDetail,
  TargetPutBody,
} from './config-types.ts';
import type { PrefixSchemaList, PrefixSchemaPutBody } from './prefix-schema-types.ts';
import type { ProbeBody } from './probe-types.ts';
import { routes } from './routes.ts';
import type { WireInt } from './types.ts';

type Signal = AbortSignal | undefined;

function paramsOf(fields: Readonly<Record<string, string | null>>): URLSearchParams {
  const params = new URLSearchParams();
  for (const [name, value] of Object.entries(fields)) if (value !== null) params.set(name, value);
  return params;
}

export const configApi = {
  overview: (store: string, rev: WireInt | null, signal?: Signal) =>
    call<ConfigOverview>({ path: routes.config(store), params: paramsOf({ rev }), signal }),
  marks: (store: string, signal?: Signal) => call<ConfigMarks>({ path: routes.configMarks(store), signal }),
  target: (store: string, target: string, rev: WireInt | null, signal?: Signal) =>
    call<ConfigTargetDetail>({ path: routes.configTarget(store), params: paramsOf({ target, rev }), signal }),
  putTarget: (store: string, body: TargetPutBody) =>
    call<ConfigWritten>({ method: 'PUT', path: routes.configTarget(store), body }),
  putDraft: (store: string, body: DraftPutBody) =>
    call<ConfigWritten>({ method: 'PUT', path: routes.configDraft(store), body }),
  check: (store: string, body: CheckBody, signal?: Signal) =>
    call<CheckAnswer>({ method: 'POST', path: routes.configCheck(store), body, signal }),
  publish: (store: string, body: PublishBody) =>
    call<Release>({ method: 'POST', path: routes.configPublish(store), body }),
  point: (store: string, body: PointBody) =>
    call<ConfigWritten>({ method: 'POST', path: routes.configPoint(store), body }),
  prefixes: (store: string, rev: WireInt | null, signal?: Signal) =>
    call<PrefixSchemaList>({ path: routes.configPrefixes(store), params: paramsOf({ rev }), signal }),
  putPrefixSchema: (store: string, body: PrefixSchemaPutBody) =>
    call<ConfigWritten>({ method: 'PUT', path: routes.configPrefixes(store), body }),
  probe: (store: string, body: ProbeBody) =>
    call<ConfigWritten>({ method: 'POST', path: routes.configProbe(store), body }),
  release: (store: string, query: { readonly target: string; readonly release: string }, signal?: Signal) =>
    call<Release>({ path: routes.configRelease(store), params: paramsOf(query), signal }),
  rollout: (store: string, id: string, rev: WireInt | null, signal?: Signal) =>
    call<RolloutDetail>({ path: routes.configRollout(store), params: paramsOf({ id, rev }), signal }),
  createRollout: (store: string, body: RolloutCreateBody) =>
    call<Rollout>({ method: 'PUT', path: routes.configRollout(store), body }),
  act: (store: string, body: RolloutActBody) =>
    call<Rollout>({ method: 'POST', path: routes.configRollout(store), body }),
  evaluate: (store: string, body: EvaluateBody, signal?: Signal) =>
    call<readonly EvaluatedFlag[]>({ method: 'POST', path: routes.configEvaluate(store), body, signal }),
} as const;

const LIVE_STALE_MS = 10_000;
const staleTimeOf = (rev: WireInt | null): number => (rev === null ? LIVE_STALE_MS : Number.POSITIVE_INFINITY);

/** Prefix of all of them, for invalidation. */
export const configKey = (store: string) => ['store', store, 'config'] as const;

export const configQueries = {
  overview: (store: string, rev: WireInt | null) =>
    queryOptions({
      queryKey: [...configKey(store), 'overview', rev],
      queryFn: ({ signal }) => configApi.overview(store, rev, signal),
      staleTime: staleTimeOf(rev),
    }),
  marks: (store: string) =>
    queryOptions({
      queryKey: [...configKey(store), 'marks'],
      queryFn: ({ signal }) => configApi.marks(store, signal),
      // Who may not read configuration sees no marks.
      retry: false,
      staleTime: LIVE_STALE_MS,
    }),
  target: (store: string, target: string, rev: WireInt | null) =>
    queryOptions({
      queryKey: [...configKey(store), 'target', target, rev],
      queryFn: ({ signal }) => configApi.target(store, target, rev, signal),
      staleTime: staleTimeOf(rev),
    }),
  rollout: (store: string, id: string, rev: WireInt | null) =>
    queryOptions({
      queryKey: [...configKey(store), 'rollout', id, rev],
      queryFn: ({ signal }) => configApi.rollout(store, id, rev, signal),
      staleTime: staleTimeOf(rev),
    }),
  prefixes: (store: string, rev: WireInt | null) =>
    queryOptions({
      queryKey: [...configKey(store), 'prefixes', rev],
      queryFn: ({ signal }) => configApi.prefixes(store, rev, signal),
      staleTime: staleTimeOf(rev),
    }),
  release: (store: string, target: string, release: string) =>
    queryOptions({
      // Releases never change.
      queryKey: ['store', store, 'config-release', target, release],
      queryFn: ({ signal }) => configApi.release(store, { target, release }, signal),
      staleTime: Number.POSITIVE_INFINITY,
    }),
} as const;
