/** Keys and values of the API on the screen and in commands: exact to the byte, also where they are not text. */
import type { WireBytes } from '../api/types.ts';
import { fromBase64, toHex, utf8Encode } from '../base/bytes.ts';

export const isText = (value: WireBytes): value is string => typeof value === 'string';

/** The bytes themselves. */
export const wireToBytes = (value: WireBytes): Uint8Array =>
  isText(value) ? utf8Encode(value) : fromBase64(value.base64);

/** A name that no other key shares, for maps and React keys. */
export const wireId = (value: WireBytes): string => (isText(value) ? `t${value}` : `b${value.base64}`);

export const wireEquals = (a: WireBytes, b: WireBytes): boolean => wireId(a) === wireId(b);

const INVISIBLE = /[\p{Cc}\p{Cf}\u2028\u2029]/gu;

/** One line for a list: control and invisible characters become escapes, bytes that are not text become hex. */
export function displayWire(value: WireBytes): string {
  if (!isText(value)) return `0x${toHex(fromBase64(value.base64))}`;
  return value.replace(INVISIBLE, (char) => {
    if (char === '\n') return '⏎';
    if (char === '\t') return '⇥';
    const code = char.codePointAt(0) ?? 0;
    return code < 0x100 ? `\\x${code.toString(16).padStart(2, '0')}` : `\\u{${code.toString(16)}}`;
  });
}
