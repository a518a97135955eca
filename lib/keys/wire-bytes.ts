/**
 * Bytes on the API: text where they are valid UTF-8, base64 where not (lib/api WireBytes). Exact both ways, and canonical:
 * equal bytes give equal wire forms, so that a wire form can serve as a map key through `wireId`.
 */
import type { WireBytes } from '../api/types.ts';
import {
  type ByteString,
  fromBase64,
  fromByteString,
  toBase64,
  toByteString,
  utf8Decode,
  utf8Encode,
} from '../base/bytes.ts';

export function toWire(bytes: Uint8Array): WireBytes {
  return utf8Decode(bytes) ?? { base64: toBase64(bytes) };
}

/** @throws RangeError when base64 is malformed or the text holds a lone surrogate (it has no UTF-8 form). */
export function fromWire(wire: WireBytes): Uint8Array {
  if (typeof wire !== 'string') return fromBase64(wire.base64);
  if (!wire.isWellFormed()) throw new RangeError('text holds half of a surrogate pair, which has no UTF-8 form');
  return utf8Encode(wire);
}

const isAscii = (text: string): boolean => !/[\u0080-\uffff]/.test(text);

/** As toWire, without a detour through bytes for the ASCII keys that most keys are. */
export function byteStringToWire(text: ByteString): WireBytes {
  return isAscii(text) ? text : toWire(fromByteString(text));
}

export function wireToByteString(wire: WireBytes): ByteString {
  return typeof wire === 'string' && isAscii(wire) ? (wire as string as ByteString) : toByteString(fromWire(wire));
}

/** A string that is equal exactly when the bytes are. */
export const wireId = (wire: WireBytes): string => (typeof wire === 'string' ? `t${wire}` : `b${wire.base64}`);

export const sameWire = (a: WireBytes, b: WireBytes): boolean => wireId(a) === wireId(b);

/** Number of bytes, not of characters. */
export const wireLength = (wire: WireBytes): number => fromWire(wire).length;

/**
 * For people: text as it is with what cannot be seen escaped ("a\nb"), other bytes as \xNN between the printable ASCII.
 * Backslashes are not doubled: this is for reading, never for reading back.
 */
export function displayBytes(wire: WireBytes): string {
  if (typeof wire === 'string') return wire.replace(UNSEEN, escapeUnseen);
  let out = '';
  for (const byte of fromBase64(wire.base64)) {
    out += byte >= 0x20 && byte < 0x7f ? String.fromCharCode(byte) : `\\x${byte.toString(16).padStart(2, '0')}`;
  }
  return out;
}

/** Controls, and the characters that hide or reorder others: without escapes two different keys could look alike. */
const UNSEEN = /[\p{Cc}\p{Cf}\p{Zl}\p{Zp}]/gu;

const SHORT: Readonly<Record<string, string>> = { '\n': '\\n', '\r': '\\r', '\t': '\\t', '\0': '\\0' };

function escapeUnseen(char: string): string {
  const code = char.codePointAt(0) ?? 0;
  if (code < 0x100) return SHORT[char] ?? `\\x${code.toString(16).padStart(2, '0')}`;
  return code < 0x1_0000 ? `\\u${code.toString(16).padStart(4, '0')}` : `\\u{${code.toString(16)}}`;
}
