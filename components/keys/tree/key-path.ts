/**
 * Where a key stands in the tree: its segments under a delimiter, exact to the byte.
 *
 * Inside the tree every path is a ByteString (one char per byte), so `<` is the store's order and no key is mangled.
 * Segments may be empty ("//a", "/a/"): an empty segment is a folder or key whose name has no bytes, never skipped.
 */
import type { WireBytes } from '../../../lib/api/types.ts';
import {
  type ByteString,
  fromBase64,
  fromByteString,
  toBase64,
  toByteString,
  utf8Decode,
  utf8Encode,
} from '../../../lib/base/bytes.ts';

export const ROOT_PATH = '' as ByteString;

export const toPath = (wire: WireBytes): ByteString =>
  toByteString(typeof wire === 'string' ? utf8Encode(wire) : fromBase64(wire.base64));

/** UTF-8 text where the bytes allow it, else base64: the way every key travels. */
export function toWire(path: ByteString): WireBytes {
  const bytes = fromByteString(path);
  return utf8Decode(bytes) ?? { base64: toBase64(bytes) };
}

export interface Segment {
  /** Bytes between two delimiters. */
  readonly name: ByteString;
  /** The key itself when nothing follows, else the folder's prefix with its delimiter. */
  readonly path: ByteString;
  readonly isKey: boolean;
}

/** The child of `prefix` on the way to `key`, which must start with it. An empty delimiter makes the tree flat. */
export function segmentUnder(prefix: ByteString, key: ByteString, delimiter: ByteString): Segment {
  const cut = delimiter === '' ? -1 : key.indexOf(delimiter, prefix.length);
  if (cut < 0) return { name: key.slice(prefix.length) as ByteString, path: key, isKey: true };
  return {
    name: key.slice(prefix.length, cut) as ByteString,
    path: key.slice(0, cut + delimiter.length) as ByteString,
    isKey: false,
  };
}

/** Every folder prefix above `key`, outermost first, the root left out: "/a/b" gives "/" and "/a/". */
export function foldersAbove(key: ByteString, delimiter: ByteString): readonly ByteString[] {
  const out: ByteString[] = [];
  for (let prefix = ROOT_PATH; ; ) {
    const segment = segmentUnder(prefix, key, delimiter);
    if (segment.isKey) return out;
    out.push(segment.path);
    prefix = segment.path;
  }
}

export const joinPath = (prefix: ByteString, name: ByteString): ByteString => `${prefix}${name}` as ByteString;
