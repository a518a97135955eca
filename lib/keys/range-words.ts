/** A range of keys in words. */
import type { WireRange } from '../api/types.ts';
import { equalBytes, prefixRangeEnd } from '../base/bytes.ts';
import { displayBytes, fromWire, toWire } from './wire-bytes.ts';

const isZero = (bytes: Uint8Array): boolean => bytes.length === 1 && bytes[0] === 0;

/** "/app/…" for a prefix, the key for a single one, "from /a up to /b" for what is neither, "every key". */
export function rangeWords({ key, end }: WireRange): string {
  const [keyBytes, endBytes] = [fromWire(key), fromWire(end)];
  const from = displayBytes(key);
  if (endBytes.length === 0) return from;
  if (isZero(endBytes)) {
    return keyBytes.length === 0 || isZero(keyBytes) ? 'every key' : `${from} and everything after it`;
  }
  return equalBytes(prefixRangeEnd(keyBytes), endBytes) ? `${from}…` : `from ${from} up to ${displayBytes(end)}`;
}

/** Every key that starts with `prefix`; the empty one: every key there can be. */
export function prefixRange(prefix: Uint8Array): WireRange {
  const zero = toWire(Uint8Array.of(0));
  return prefix.length === 0 ? { key: zero, end: zero } : { key: toWire(prefix), end: toWire(prefixRangeEnd(prefix)) };
}
