/** JSON values, their canonical text, and pointers (RFC 6901) into them. */

export type Json = null | boolean | number | string | readonly Json[] | JsonObject;
export interface JsonObject {
  readonly [key: string]: Json;
}

/** "" is the whole document; "/a/0" its first element of a. */
export type Pointer = string;

export const isObject = (value: Json | undefined): value is JsonObject =>
  typeof value === 'object' && value !== null && !Array.isArray(value);

export const isArray = (value: Json | undefined): value is readonly Json[] => Array.isArray(value);

/** How deep a document or a schema may nest. */
export const DEPTH_MAX = 64;

export type JsonType = 'null' | 'boolean' | 'number' | 'string' | 'array' | 'object';

export function typeOf(value: Json): JsonType {
  if (value === null) return 'null';
  if (isArray(value)) return 'array';
  return typeof value as Exclude<JsonType, 'null' | 'array'>;
}

export const joinPointer = (parent: Pointer, key: string | number): Pointer =>
  `${parent}/${String(key).replaceAll('~', '~0').replaceAll('/', '~1')}`;

/** The segments of a pointer; undefined when it is none. */
export function splitPointer(pointer: Pointer): readonly string[] | undefined {
  if (pointer === '') return [];
  if (!pointer.startsWith('/') || /~(?![01])/.test(pointer)) return undefined;
  return pointer
    .slice(1)
    .split('/')
    .map((segment) => segment.replaceAll('~1', '/').replaceAll('~0', '~'));
}

/** What stands at a pointer; undefined when nothing does. */
export function valueAt(document: Json, pointer: Pointer): Json | undefined {
  let at: Json | undefined = document;
  for (const segment of splitPointer(pointer) ?? []) {
    if (isArray(at)) at = /^(0|[1-9]\d*)$/.test(segment) ? at[Number(segment)] : undefined;
    else if (isObject(at)) at = Object.hasOwn(at, segment) ? at[segment] : undefined;
    else return undefined;
  }
  return at;
}

/**
 * One text per value: keys in UTF-16 order, no spaces, numbers as ECMAScript writes them (RFC 8785). The address of a
 * release is the hash of it.
 */
export function canonicalJson(value: Json): string {
  if (isArray(value)) return `[${value.map(canonicalJson).join(',')}]`;
  if (!isObject(value)) return JSON.stringify(value);
  const keys = Object.keys(value).sort((a, b) => (a < b ? -1 : 1));
  return `{${keys.map((key) => `${JSON.stringify(key)}:${canonicalJson(value[key] ?? null)}`).join(',')}}`;
}

export const sameJson = (a: Json, b: Json): boolean => a === b || canonicalJson(a) === canonicalJson(b);

/** The end of every branch: scalars, arrays and empty objects. */
export function* leavesOf(value: Json, at: Pointer = ''): Generator<readonly [pointer: Pointer, value: Json]> {
  if (isObject(value) && Object.keys(value).length > 0) {
    for (const [key, child] of Object.entries(value)) yield* leavesOf(child, joinPointer(at, key));
  } else {
    yield [at, value];
  }
}

/** What makes a document unfit to be configuration, with its place; undefined when it is fit. */
export function unfit(value: Json, at: Pointer = '', depth = 0): { path: Pointer; message: string } | undefined {
  if (depth > DEPTH_MAX) return { path: at, message: `nests deeper than ${DEPTH_MAX} levels` };
  if (typeof value === 'number' && !Number.isFinite(value)) return { path: at, message: 'is no number JSON can hold' };
  if (typeof value === 'string' && !value.isWellFormed())
    return { path: at, message: 'holds half of a surrogate pair' };
  if (typeof value !== 'object' || value === null) return undefined;
  for (const [key, child] of Object.entries(value)) {
    const path = joinPointer(at, key);
    // Assigning it would change a prototype instead of adding a key, here or in an application.
    if (key === '__proto__') return { path, message: 'may not be a key: programs would take it for a prototype' };
    const problem = unfit(child, path, depth + 1);
    if (problem !== undefined) return problem;
  }
  return undefined;
}
