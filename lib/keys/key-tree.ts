/**
 * Keys as a tree: how a flat, byte-ordered key space splits into folders at a delimiter.
 *
 * Nothing is normalised, because etcd does not: "/a", "a", "a/" and "a//b" are four different keys. So
 * - with delimiter "/" the key "/a" lies in the folder "/", whose own name is the empty segment before it;
 * - "a//b" lies in "a/" then "a//"; the second folder's name is empty;
 * - "a/" is a key inside the folder "a/", with an empty name;
 * - "a" and "a/b" are one child "a" that is a key and a folder at once.
 */
import type { ByteString } from '../base/bytes.ts';

export interface Child {
  readonly name: ByteString;
  /** The folder's path with its delimiter; null when `key` itself stands directly under the prefix. */
  readonly folder: ByteString | null;
}

/** The child of `prefix` under which `key` lies. `key` must start with `prefix`; an empty delimiter means no folders. */
export function childOf(prefix: ByteString, key: ByteString, delimiter: ByteString): Child {
  const at = delimiter === '' ? -1 : key.indexOf(delimiter, prefix.length);
  if (at < 0) return { name: key.slice(prefix.length) as ByteString, folder: null };
  return {
    name: key.slice(prefix.length, at) as ByteString,
    folder: key.slice(0, at + delimiter.length) as ByteString,
  };
}

/** Folders that `path` (key or folder) lies in, outermost first, itself not included: "/a/b" → "/", "/a/". */
export function ancestorFolders(path: ByteString, delimiter: ByteString): ByteString[] {
  const out: ByteString[] = [];
  if (delimiter === '') return out;
  let at = path.indexOf(delimiter);
  while (at >= 0 && at + delimiter.length < path.length) {
    out.push(path.slice(0, at + delimiter.length) as ByteString);
    at = path.indexOf(delimiter, at + delimiter.length);
  }
  return out;
}

/** The folder a key or folder lies in; empty at the top. */
export const parentFolder = (path: ByteString, delimiter: ByteString): ByteString =>
  ancestorFolders(path, delimiter).at(-1) ?? ('' as ByteString);

/** The last segment, for display: "/a/b" → "b", "/a/" → "a". */
export function nameOf(path: ByteString, delimiter: ByteString): ByteString {
  const own = path.slice(parentFolder(path, delimiter).length);
  const isFolder = delimiter !== '' && own.endsWith(delimiter);
  return (isFolder ? own.slice(0, -delimiter.length) : own) as ByteString;
}

/** First key after all keys that start with `prefix`; null when there is no such bound (empty or all 0xff). */
export function prefixEnd(prefix: ByteString): ByteString | null {
  for (let i = prefix.length - 1; i >= 0; i--) {
    const code = prefix.charCodeAt(i);
    if (code < 0xff) return (prefix.slice(0, i) + String.fromCharCode(code + 1)) as ByteString;
  }
  return null;
}
