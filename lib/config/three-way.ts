/**
 * Two documents that began as one, put together by meaning: what only one side changed is taken from it, what both changed alike is taken
 * once, and where they differ somebody must choose. Arrays are wholes, as everywhere in configuration.
 *
 * Invariants (three-way.test.ts): with an unchanged side the other one comes out; swapping the sides swaps only the conflicts' sides; a
 * choice for every conflict leaves none.
 */
import { isObject, type Json, type JsonObject, joinPointer, type Pointer, sameJson } from './json.ts';

export type Side = 'mine' | 'theirs';

/** Undefined: it is not there. */
type Maybe = Json | undefined;

/** One place where the two differ from what they began as. */
export interface Difference {
  readonly path: Pointer;
  /** Who changed it; `conflict`: both, and not alike. */
  readonly by: Side | 'both' | 'conflict';
  readonly base: Maybe;
  readonly mine: Maybe;
  readonly theirs: Maybe;
}

export interface Merged {
  readonly document: JsonObject;
  /** In the order of the documents. */
  readonly differences: readonly Difference[];
  /** Conflicts nobody has chosen in; `document` has mine there. */
  readonly open: readonly Pointer[];
}

export interface Versions {
  /** What both began as. */
  readonly base: JsonObject;
  readonly mine: JsonObject;
  readonly theirs: JsonObject;
}

export function mergeThreeWays(
  { base, mine, theirs }: Versions,
  choices: ReadonlyMap<Pointer, Side> = new Map(),
): Merged {
  const differences: Difference[] = [];
  const document = merge({ base, mine, theirs, path: '' }, choices, differences);
  const open = differences.filter(({ by, path }) => by === 'conflict' && !choices.has(path)).map(({ path }) => path);
  return { document: isObject(document) ? document : {}, differences, open };
}

interface Place {
  readonly base: Maybe;
  readonly mine: Maybe;
  readonly theirs: Maybe;
  readonly path: Pointer;
}

function merge(place: Place, choices: ReadonlyMap<Pointer, Side>, found: Difference[]): Maybe {
  const { base, mine, theirs, path } = place;
  const isMineChanged = !same(mine, base);
  const isTheirsChanged = !same(theirs, base);
  if (!isMineChanged && !isTheirsChanged) return base;
  if (isObject(mine) && isObject(theirs) && (base === undefined || isObject(base)))
    return mergeObjects({ base: base ?? {}, mine, theirs, path }, choices, found);
  if (same(mine, theirs)) {
    found.push({ ...place, by: 'both' });
    return mine;
  }
  const by = isMineChanged && isTheirsChanged ? 'conflict' : isMineChanged ? 'mine' : 'theirs';
  found.push({ ...place, by });
  if (by === 'theirs') return theirs;
  return by === 'conflict' && choices.get(path) === 'theirs' ? theirs : mine;
}

function mergeObjects(
  { base, mine, theirs, path }: { base: JsonObject; mine: JsonObject; theirs: JsonObject; path: Pointer },
  choices: ReadonlyMap<Pointer, Side>,
  found: Difference[],
): JsonObject {
  const merged: Record<string, Json> = {};
  for (const key of new Set([...Object.keys(mine), ...Object.keys(theirs), ...Object.keys(base)])) {
    const value = merge(
      { base: own(base, key), mine: own(mine, key), theirs: own(theirs, key), path: joinPointer(path, key) },
      choices,
      found,
    );
    if (value !== undefined) merged[key] = value;
  }
  return merged;
}

const own = (object: JsonObject, key: string): Maybe => (Object.hasOwn(object, key) ? object[key] : undefined);

const same = (a: Maybe, b: Maybe): boolean => a === b || (a !== undefined && b !== undefined && sameJson(a, b));
