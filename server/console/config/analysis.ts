/**
 * What a document would do before it does anything: faults by its own schema, by the merged document of every place it reaches, and
 * by every schema version that runs in the fleet; what changes, which version that is, and whom it reaches.
 */
import {
  bumped,
  type Change,
  FIRST_VERSION,
  growthWarnings,
  semanticDiff,
  suggestedBump,
} from '../../../lib/config/diff.ts';
import type { TargetDocument } from '../../../lib/config/documents.ts';
import { readFlagSet } from '../../../lib/config/flags/definition.ts';
import { type Json, type JsonObject, unfit } from '../../../lib/config/json.ts';
import { effective, type LayerContent } from '../../../lib/config/merge.ts';
import { covers, layersOf, placeId, type TargetId } from '../../../lib/config/target.ts';
import type { SchemaChecker } from './schema-checker.ts';
import type { ConfigSnapshot } from './snapshot.ts';

/** Places whose merged documents are checked; beyond them the answer says that there are more. */
const PLACES_MAX = 200;

export interface ConfigIssue {
  /** JSON pointer into the merged document. */
  readonly path: string;
  readonly message: string;
  readonly keyword: string;
  /** The place whose merged document is meant; the target itself for its own part. */
  readonly where: string;
  /** Hash of the schema that says so; null: a rule of the layers or of the format. */
  readonly schema: string | null;
}

export interface Analysis {
  readonly issues: readonly ConfigIssue[];
  readonly changes: readonly Change[];
  /** Null: nothing changed. */
  readonly suggested: string | null;
  readonly warnings: readonly string[];
  /** Live instances that would get it, by name. */
  readonly instances: readonly string[];
  /** Merged documents that were checked. */
  readonly places: readonly TargetId[];
}

/** What a check needs: the thread that validates. */
export interface Checking {
  readonly checker: SchemaChecker;
}

export async function analyse(
  context: Checking,
  snapshot: ConfigSnapshot,
  { target, content }: { readonly target: TargetDocument; readonly content: JsonObject },
): Promise<Analysis> {
  const id = target.target;
  const stable = snapshot.release(id, snapshot.assignment(id).value.stable);
  const before = stable?.content ?? {};
  const changes = semanticDiff(before, content);
  const bump = suggestedBump(changes);
  const latest = snapshot.releasesOf(id)[0];
  const suggested = latest === undefined ? FIRST_VERSION : bump === null ? null : bumped(latest.semver, bump);
  const places = placesOf(snapshot, id);
  const misfit = unfit(content);
  const own = misfit === undefined ? await ownIssues(context, snapshot, target, content) : [issueAt(misfit, id)];
  const merged = misfit === undefined ? await mergedIssues(context, snapshot, { places, target, content }) : [];
  const warnings = stable === null ? [] : growthWarnings(before, content, changes);
  return {
    issues: dedupe([...own, ...merged]),
    changes,
    suggested,
    warnings:
      places.length >= PLACES_MAX ? [...warnings, `only the first ${PLACES_MAX} places were checked`] : warnings,
    instances: snapshot.instancesOf(id).map(({ value }) => value.instanceId),
    places,
  };
}

const issueAt = ({ path, message }: { path: string; message: string }, where: string): ConfigIssue => ({
  path,
  message,
  keyword: 'document',
  where,
  schema: null,
});

/** Its own part: a layer is not the whole, so what is required may stand in another one. */
async function ownIssues(
  context: Checking,
  snapshot: ConfigSnapshot,
  { target, kind, schema }: TargetDocument,
  content: JsonObject,
): Promise<ConfigIssue[]> {
  const issues: ConfigIssue[] = [];
  if (kind === 'flags') {
    const set = readFlagSet(content);
    if (!set.ok) issues.push(...set.error.map((issue) => ({ ...issueAt(issue, target), keyword: 'flags' })));
  }
  const known = schema === null ? undefined : snapshot.get('schemas', schema)?.value;
  if (known !== undefined) {
    const found = (await context.checker.check(known, [content]))[0] ?? [];
    issues.push(
      ...found
        .filter(({ keyword }) => keyword !== 'required' && keyword !== 'x-rules')
        .map((issue) => ({ ...issue, where: target, schema })),
    );
  }
  return issues;
}

interface Merging {
  readonly places: readonly TargetId[];
  readonly target: TargetDocument;
  readonly content: JsonObject;
}

async function mergedIssues(
  context: Checking,
  snapshot: ConfigSnapshot,
  { places, target, content }: Merging,
): Promise<ConfigIssue[]> {
  const issues: ConfigIssue[] = [];
  const bySchema = new Map<string, { where: TargetId; value: Json }[]>();
  for (const place of places) {
    const layers = layersWith(snapshot, place, { target, content });
    const { value, violations } = effective(layers);
    for (const { path, target: by, lockedBy } of violations) {
      issues.push({
        path,
        message: `is locked by ${lockedBy}; ${by} may not change it`,
        keyword: 'locked',
        where: place,
        schema: null,
      });
    }
    for (const schema of schemasAt(snapshot, place, target))
      bySchema.set(schema, [...(bySchema.get(schema) ?? []), { where: place, value }]);
  }
  for (const [schema, documents] of bySchema) {
    const known = snapshot.get('schemas', schema)?.value;
    if (known === undefined) continue;
    const answers = await context.checker.check(
      known,
      documents.map(({ value }) => value),
    );
    for (const [i, { where }] of documents.entries()) {
      issues.push(...(answers[i] ?? []).map((issue) => ({ ...issue, where, schema })));
    }
  }
  return issues;
}

/** The layers of a place as they are served, with `content` in place of what its target serves. */
export function layersWith(
  snapshot: ConfigSnapshot,
  place: TargetId,
  candidate: { readonly target: TargetDocument; readonly content: JsonObject } | null,
): LayerContent[] {
  return layersOf(place).flatMap((layer): LayerContent[] => {
    if (candidate !== null && layer === candidate.target.target) {
      return [{ target: layer, releaseId: 'draft', content: candidate.content, locked: candidate.target.locked }];
    }
    const release = snapshot.release(layer, snapshot.assignment(layer).value.stable);
    return release === null
      ? []
      : [{ target: layer, releaseId: release.releaseId, content: release.content, locked: release.locked }];
  });
}

/** The schemas a place's merged document must meet: of each layer's target, and of every version its instances run. */
function schemasAt(snapshot: ConfigSnapshot, place: TargetId, edited: TargetDocument): ReadonlySet<string> {
  const own = layersOf(place).flatMap((layer) => {
    const schema = layer === edited.target ? edited.schema : (snapshot.get('targets', layer)?.value.schema ?? null);
    return schema === null ? [] : [schema];
  });
  const running = snapshot.instancesOf(place).flatMap(({ value }) => value.schemaVersions);
  return new Set([...own, ...running]);
}

/** The narrowest places below a target that exist: where instances live or a service has configuration of its own; itself where there is none. */
export function placesOf(snapshot: ConfigSnapshot, target: TargetId): TargetId[] {
  const all = new Set([
    ...[...snapshot.all('instances').values()].map(({ value }) => placeId(value)),
    ...[...snapshot.all('assign').values()]
      .filter(({ value }) => value.stable !== null)
      .map(({ value }) => value.target),
  ]);
  const below = [...all].filter((place) => covers(target, place)).sort();
  const narrowest = below.filter((place, i) => !(below[i + 1]?.startsWith(`${place}/`) ?? false));
  return narrowest.length === 0 ? [target] : narrowest.slice(0, PLACES_MAX);
}

/** The same fault of one schema in a hundred places is told once, with the first of them. */
function dedupe(issues: readonly ConfigIssue[]): ConfigIssue[] {
  const seen = new Map<string, ConfigIssue>();
  for (const issue of issues) {
    const id = `${issue.path}\u0000${issue.message}\u0000${issue.schema}`;
    if (!seen.has(id)) seen.set(id, issue);
  }
  return [...seen.values()];
}
