/** OFREP 0.3: flags of a place, evaluated for a context, in the protocol's own shapes. */

import { type FlagSet, readFlagSet } from '../../../lib/config/flags/definition.ts';
import { type Evaluation, evaluateFlag } from '../../../lib/config/flags/evaluate.ts';
import { canonicalJson, isObject, type Json, type JsonObject } from '../../../lib/config/json.ts';
import { effective } from '../../../lib/config/merge.ts';
import { type Chosen, layerContent } from '../../../lib/config/resolve.ts';
import type { Place } from '../../../lib/config/target.ts';
import { sha256 } from './content.ts';
import { choose } from './serve.ts';
import type { ConfigSnapshot } from './snapshot.ts';

export interface OfrepAnswer {
  readonly status: 200 | 304 | 400 | 404 | 413 | 500;
  readonly body: JsonObject | null;
  readonly etag: string | null;
}

interface Flags {
  readonly set: FlagSet;
  readonly chosen: readonly Chosen[];
}

/** Who decides about the cohort: the instance where one is named, else the context's targetingKey. */
export interface OfrepRequest {
  readonly place: Place;
  readonly instanceId: string | null;
  readonly context: JsonObject;
  readonly timestamp: number;
}

const failure = (status: 400 | 404 | 500, key: string, errorCode: string, errorDetails: string): OfrepAnswer => ({
  status,
  body: { key, errorCode, errorDetails },
  etag: null,
});

/** The context out of a body; undefined when it is none. A missing one is an empty one: clients send {} then. */
export function contextOf(body: Json): JsonObject | undefined {
  if (!isObject(body)) return undefined;
  const { context = {} } = body;
  if (!isObject(context)) return undefined;
  const { targetingKey } = context;
  return targetingKey === undefined || typeof targetingKey === 'string' ? context : undefined;
}

export function evaluateOne(snapshot: ConfigSnapshot, request: OfrepRequest, key: string): OfrepAnswer {
  const flags = flagsFor(snapshot, request);
  if (flags === null) return failure(404, key, 'FLAG_NOT_FOUND', 'no flags are released for this place');
  if (flags === 'broken') return failure(500, key, 'GENERAL', 'the released flags cannot be read');
  const result = evaluateFlag({ set: flags.set, key, context: request.context, timestamp: request.timestamp });
  const status = result.ok ? 200 : result.errorCode === 'FLAG_NOT_FOUND' ? 404 : 400;
  return { status, body: itemOf(result, flags.chosen), etag: null };
}

/** All flags of the place; 304 when nothing that decides them has changed. */
export function evaluateAll(
  snapshot: ConfigSnapshot,
  request: OfrepRequest,
  options: { readonly ifNoneMatch: string | null; readonly eventsUri: string },
): OfrepAnswer {
  const flags = flagsFor(snapshot, request);
  if (flags === 'broken') return failure(500, '', 'GENERAL', 'the released flags cannot be read');
  const chosen = flags?.chosen ?? [];
  const etag = `"${sha256(`${versionText(chosen)}|${canonicalJson(request.context)}`).slice(0, 16)}"`;
  if (options.ifNoneMatch === etag) return { status: 304, body: null, etag };
  const { set } = flags ?? { set: { flags: new Map(), metadata: {} } };
  const items = [...set.flags.keys()].map((key) =>
    itemOf(evaluateFlag({ set, key, context: request.context, timestamp: request.timestamp }), chosen),
  );
  const eventStreams = [{ type: 'sse', endpoint: { requestUri: options.eventsUri }, inactivityDelaySec: 120 }];
  return {
    status: 200,
    body: { flags: items, metadata: { ...set.metadata, ...metadataOf(chosen) }, eventStreams },
    etag,
  };
}

/** What a stream of changes announces: no context is known there. */
export const flagsVersion = (snapshot: ConfigSnapshot, place: Place): string =>
  sha256(
    versionText(choose(snapshot, { ...place, instanceId: null, tags: [], appVersion: null, clientVersion: null })),
  ).slice(0, 16);

const versionText = (chosen: readonly Chosen[]): string =>
  chosen.map(({ target, release, generation }) => `${target} ${release.releaseId} ${generation}`).join('|');

function flagsFor(snapshot: ConfigSnapshot, { place, instanceId, context }: OfrepRequest): Flags | null | 'broken' {
  const key = typeof context.targetingKey === 'string' ? context.targetingKey : null;
  const chosen = choose(snapshot, {
    ...place,
    instanceId: instanceId ?? key,
    tags: [],
    appVersion: null,
    clientVersion: null,
  });
  if (chosen.length === 0) return null;
  const merged = effective(chosen.map(layerContent));
  const set = readFlagSet(merged.value);
  return set.ok ? { set: set.value, chosen } : 'broken';
}

/** So that an application can report what it really evaluated. */
function metadataOf(chosen: readonly Chosen[]): Readonly<Record<string, string | number>> {
  const narrowest = chosen.at(-1);
  if (narrowest === undefined) return {};
  const { release, generation, target } = narrowest;
  const cohort = chosen.some((one) => one.cohort === 'candidate') ? 'candidate' : 'stable';
  return { flagSetId: target, version: release.semver, releaseId: release.releaseId, generation, cohort };
}

function itemOf(result: Evaluation, chosen: readonly Chosen[]): JsonObject {
  const metadata = { ...metadataOf(chosen), ...result.metadata };
  if (!result.ok) return { key: result.key, errorCode: result.errorCode, errorDetails: result.errorDetails, metadata };
  const { key, reason, value, variant } = result;
  return {
    key,
    reason,
    ...(value === undefined ? {} : { value }),
    ...(variant === undefined ? {} : { variant }),
    metadata,
  };
}
