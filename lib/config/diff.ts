/** What changed by meaning: order of keys and white space do not exist. Arrays change as wholes, as RFC 7396 replaces them. */
import { isArray, isObject, type Json, joinPointer, leavesOf, type Pointer, sameJson, typeOf } from './json.ts';

export type ChangeKind = 'added' | 'removed' | 'changed' | 'retyped';

export interface Change {
  readonly path: Pointer;
  readonly kind: ChangeKind;
  /** Null also where there was nothing; `kind` tells. */
  readonly before: Json;
  readonly after: Json;
}

export function semanticDiff(before: Json, after: Json): Change[] {
  const changes: Change[] = [];
  compare(before, after, '', changes);
  return changes;
}

function compare(before: Json, after: Json, path: Pointer, changes: Change[]): void {
  if (before === after) return;
  if (isObject(before) && isObject(after)) {
    for (const [key, old] of Object.entries(before)) {
      const at = joinPointer(path, key);
      if (!Object.hasOwn(after, key)) whole('removed', old, at, changes);
      else compare(old, after[key] ?? null, at, changes);
    }
    for (const [key, value] of Object.entries(after)) {
      if (!Object.hasOwn(before, key)) whole('added', value, joinPointer(path, key), changes);
    }
    return;
  }
  if (typeOf(before) !== typeOf(after)) changes.push({ path, kind: 'retyped', before, after });
  else if (!sameJson(before, after)) changes.push({ path, kind: 'changed', before, after });
}

/** A branch that comes or goes, leaf by leaf. */
function whole(kind: 'added' | 'removed', value: Json, path: Pointer, changes: Change[]): void {
  for (const [at, leaf] of leavesOf(value, path)) {
    changes.push(
      kind === 'added' ? { path: at, kind, before: null, after: leaf } : { path: at, kind, before: leaf, after: null },
    );
  }
}

export type Bump = 'major' | 'minor' | 'patch';

/** Major: something a program may rely on goes or changes its type; minor: something new; patch: values only. Null: no change. */
export function suggestedBump(changes: readonly Change[]): Bump | null {
  if (changes.length === 0) return null;
  if (changes.some(({ kind }) => kind === 'removed' || kind === 'retyped')) return 'major';
  return changes.some(({ kind }) => kind === 'added') ? 'minor' : 'patch';
}

export const FIRST_VERSION = '1.0.0';

export function bumped(version: string, bump: Bump): string {
  const [major = 0, minor = 0, patch = 0] = version.split('.').map((part) => Number.parseInt(part, 10));
  if (bump === 'major') return `${major + 1}.0.0`;
  if (bump === 'minor') return `${major}.${minor + 1}.0`;
  return `${major}.${minor}.${patch + 1}`;
}

/** A document or an array that grew by half or more has taken networks down before: worth a sentence (§2.6). */
const GROWTH_WARNED = 1.5;
const GROWTH_BYTES_MIN = 1024;
const GROWTH_ITEMS_MIN = 10;

export function growthWarnings(before: Json, after: Json, changes: readonly Change[]): string[] {
  const warnings: string[] = [];
  // As long as the canonical text, whatever the order of keys.
  const [was, is] = [JSON.stringify(before).length, JSON.stringify(after).length];
  if (is >= GROWTH_BYTES_MIN && is > was * GROWTH_WARNED)
    warnings.push(`the document grows from ${was} to ${is} bytes`);
  for (const { path, before: old, after: now } of changes) {
    if (!isArray(old) || !isArray(now) || now.length < GROWTH_ITEMS_MIN) continue;
    if (now.length > old.length * GROWTH_WARNED)
      warnings.push(`${path} grows from ${old.length} to ${now.length} items`);
  }
  return warnings;
}

/** Values under such names are shown as dots until somebody asks for them. */
export const isSecretPath = (path: Pointer): boolean =>
  /(^|[/_.-])(password|passwd|secret|token|api[_-]?key|private[_-]?key|credential)s?$/i.test(path);
