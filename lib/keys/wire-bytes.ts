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
 * A key for people, such that two different keys never look alike: text as it is, what cannot be seen or passes for something else escaped
 * ("a\nb", "a\u2215b"), backslashes doubled, other bytes as \xNN between the printable ASCII. (`.mono` in globals.css keeps the order of letters
 * that are written from right to left.)
 */
export function displayBytes(wire: WireBytes): string {
  if (typeof wire === 'string') return PLAIN.test(wire) ? wire : wire.replace(AMBIGUOUS, escapeChar);
  return asciiOf(fromBase64(wire.base64), '\\\\').replace(EDGE_SPACE, escapeChar);
}

/** Printable ASCII as it is, `backslash` for a backslash, other bytes as \xNN. */
export function asciiOf(bytes: Uint8Array, backslash: string): string {
  let out = '';
  for (const byte of bytes) {
    if (byte === 0x5c) out += backslash;
    else out += byte >= 0x20 && byte < 0x7f ? String.fromCharCode(byte) : hexEscape(byte);
  }
  return out;
}

/** Most keys. */
const PLAIN = /^[\w/.:@=%+,-]*$/;

/** Spaces that a page would drop: at an end, or beside another. */
const EDGE_SPACE = /^ +| +$|(?<= ) +/g;

/**
 * Controls, and what hides or reorders others; what escapes are made of; characters without a glyph of their own; what is hard to tell from a delimiter (slashes, dots, colons,
 * hyphens) or from a backslash; spaces that are none; marks that would sit on a delimiter; spaces that a page would drop.
 */
const AMBIGUOUS =
  /[\p{C}\p{DI}\\\u2800\u2044\u2215\u2571\u29f8\uff0f\u2024\uff0e\u2236\ua789\uff1a\u2010-\u2015\u2212\ufe58\ufe63\uff0d\u2216\u29f5\u29f9\u2572\ufe68\uff3c]|(?! )\p{Z}|(?<![\p{L}\p{M}\p{N}])\p{M}|^ +| +$|(?<= ) +/gu;

const SHORT: Readonly<Record<string, string>> = { '\n': '\\n', '\r': '\\r', '\t': '\\t', '\0': '\\0', '\\': '\\\\' };

/** Every character of `text`. \xNN is one byte, and so a character only below 0x80. */
export const escapeChar = (text: string): string => Array.from(text, escapeOne).join('');

function escapeOne(char: string): string {
  const code = char.codePointAt(0) ?? 0;
  if (code < 0x80) return SHORT[char] ?? hexEscape(code);
  return code < 0x1_0000 ? `\\u${code.toString(16).padStart(4, '0')}` : `\\u{${code.toString(16)}}`;
}

const hexEscape = (byte: number): string => `\\x${byte.toString(16).padStart(2, '0')}`;
