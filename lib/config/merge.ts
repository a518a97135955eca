/**
 * Layers into one document: RFC 7396, widest layer first (objects merge, arrays and scalars replace, null deletes). Every leaf of the result
 * knows the layer it came from. A layer may lock paths: no narrower layer may touch them.
 */
import { isObject, type Json, type JsonObject, joinPointer, type Pointer, splitPointer, valueAt } from './json.ts';
import type { TargetId } from './target.ts';

export interface LayerContent {
  readonly target: TargetId;
  readonly releaseId: string;
  readonly content: JsonObject;
  /** Pointers narrower layers must leave alone. */
  readonly locked: readonly Pointer[];
}

export interface Origin {
  readonly target: TargetId;
  readonly releaseId: string;
}

export interface LockViolation {
  /** What the narrower layer touched. */
  readonly path: Pointer;
  readonly target: TargetId;
  readonly lockedBy: TargetId;
}

export interface Effective {
  readonly value: JsonObject;
  /** One entry per leaf of `value`. */
  readonly provenance: Readonly<Record<Pointer, Origin>>;
  readonly violations: readonly LockViolation[];
}

/** RFC 7396. Never changes its arguments. */
export function mergePatch(target: Json | undefined, patch: Json): Json {
  if (!isObject(patch)) return patch;
  const merged = new Map<string, Json>(isObject(target) ? Object.entries(target) : []);
  for (const [key, value] of Object.entries(patch)) {
    if (value === null) merged.delete(key);
    else merged.set(key, mergePatch(merged.get(key), value));
  }
  return Object.fromEntries(merged);
}

/** A document under construction: branches have children, leaves a value; both know who put them there. */
type Node =
  | { readonly origin: Origin; readonly children: Map<string, Node> }
  | { readonly origin: Origin; readonly leaf: Json };

function plant(at: Node | undefined, patch: Json, origin: Origin): Node {
  if (!isObject(patch)) return { origin, leaf: patch };
  const node: Node = at !== undefined && 'children' in at ? at : { origin, children: new Map() };
  if (!('children' in node)) return node;
  for (const [key, value] of Object.entries(patch)) {
    if (value === null) node.children.delete(key);
    else node.children.set(key, plant(node.children.get(key), value, origin));
  }
  return node;
}

function harvest(node: Node, at: Pointer, provenance: Record<Pointer, Origin>): Json {
  if (!('children' in node)) {
    provenance[at] = node.origin;
    return node.leaf;
  }
  if (node.children.size === 0) provenance[at] = node.origin;
  return Object.fromEntries(
    [...node.children].map(([key, child]) => [key, harvest(child, joinPointer(at, key), provenance)]),
  );
}

const NOBODY: Origin = { target: '', releaseId: '' };

/** @param layers widest first */
export function effective(layers: readonly LayerContent[]): Effective {
  let root: Node = { origin: NOBODY, children: new Map() };
  for (const { target, releaseId, content } of layers) root = plant(root, content, { target, releaseId });
  const provenance: Record<Pointer, Origin> = {};
  const value = harvest(root, '', provenance);
  if (provenance['']?.target === '') delete provenance[''];
  return { value: isObject(value) ? value : {}, provenance, violations: lockViolations(layers) };
}

function lockViolations(layers: readonly LayerContent[]): LockViolation[] {
  if (layers.every(({ locked }) => locked.length === 0)) return [];
  // What stands before each layer has its say.
  const standing: Json[] = [{}];
  for (const { content } of layers) standing.push(mergePatch(standing.at(-1), content));
  return layers.flatMap((upper, i) =>
    upper.locked.flatMap((locked) =>
      layers.slice(i + 1).flatMap(({ target, content }, below) => {
        const path = touched(content, locked, standing[i + 1 + below] ?? {});
        return path === undefined ? [] : [{ path, target, lockedBy: upper.target }];
      }),
    ),
  );
}

/** Where a patch changes the pointer or what holds it; undefined when it leaves it alone. */
function touched(patch: JsonObject, pointer: Pointer, standing: Json): Pointer | undefined {
  let at: Json = patch;
  let path: Pointer = '';
  for (const segment of splitPointer(pointer) ?? []) {
    if (!isObject(at)) return path;
    const next: Json | undefined = Object.hasOwn(at, segment) ? at[segment] : undefined;
    if (next === undefined) return undefined;
    at = next;
    path = joinPointer(path, segment);
  }
  // An empty object merged into an existing one changes nothing; in place of anything else it does.
  const isHarmless = isObject(at) && Object.keys(at).length === 0 && isObject(valueAt(standing, path));
  return isHarmless ? undefined : path;
}
