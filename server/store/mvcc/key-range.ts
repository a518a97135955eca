/** etcd's range conventions: empty end = the single key, "\0" = every key >= key, end <= key = nothing. */
import { type ByteString, toByteString } from '../../../lib/base/bytes.ts';
import type { KeyBounds } from './key-tree.ts';

export type KeyRange =
  | { readonly kind: 'key'; readonly key: ByteString }
  | ({ readonly kind: 'range' } & KeyBounds)
  | { readonly kind: 'empty' };

const OPEN_END = '\0' as ByteString;

export function keyRange(key: ByteString, rangeEnd: ByteString): KeyRange {
  if (rangeEnd.length === 0) return { kind: 'key', key };
  if (rangeEnd === OPEN_END) return { kind: 'range', from: key, to: undefined };
  return rangeEnd > key ? { kind: 'range', from: key, to: rangeEnd } : { kind: 'empty' };
}

export const keyRangeOf = (request: { readonly key: Uint8Array; readonly rangeEnd: Uint8Array }): KeyRange =>
  keyRange(toByteString(request.key), toByteString(request.rangeEnd));

export const EVERYTHING: KeyRange & { readonly kind: 'range' } = {
  kind: 'range',
  from: '' as ByteString,
  to: undefined,
};
