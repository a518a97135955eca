/** Finding a text in bytes: exact to the byte; text without capitals ignores ASCII case. */
import { type ByteString, toByteString, utf8Encode } from '../../../lib/base/bytes.ts';

/** [start, length] in bytes of the first place; null: none. */
export type ByteMatcher = (bytes: ByteString) => readonly [number, number] | null;

export function textMatcher(text: string): ByteMatcher {
  const needle = toByteString(utf8Encode(text));
  const place = (at: number): readonly [number, number] | null => (at < 0 ? null : [at, needle.length]);
  if (needle !== lowerAscii(needle)) return (bytes) => place(bytes.indexOf(needle));
  return (bytes) => {
    const exact = bytes.indexOf(needle);
    return exact >= 0 ? place(exact) : place(lowerAscii(bytes).indexOf(needle));
  };
}

/** Only A-Z: other bytes are not letters but parts of UTF-8 sequences. */
export const lowerAscii = (text: string): string =>
  /[A-Z]/.test(text) ? text.replace(/[A-Z]+/g, (letters) => letters.toLowerCase()) : text;
