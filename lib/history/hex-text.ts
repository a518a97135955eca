/**
 * Bytes as hexadecimal text and back: rows of sixteen, as `xxd` lays them out. Every byte has two digits, so that what is typed is exactly
 * what is stored.
 *
 * Held by hex-text.test.ts: parseHex(hexText(bytes)) gives the bytes; what is not hexadecimal has its line and is never guessed at.
 */

export const HEX_ROW_BYTES = 16;

const DIGITS = Uint8Array.from('0123456789abcdef', (digit) => digit.charCodeAt(0));
const SPACE = 0x20;
const NEWLINE = 0x0a;
const DOT = 0x2e;
const ascii = new TextDecoder();

/** "de ad be ef", sixteen bytes a line. */
export function hexText(bytes: Uint8Array): string {
  const out = new Uint8Array(Math.max(0, bytes.length * 3 - 1));
  for (let i = 0, at = 0; i < bytes.length; i++) {
    if (i > 0) out[at++] = i % HEX_ROW_BYTES === 0 ? NEWLINE : SPACE;
    at = putByte(out, at, bytes[i] as number);
  }
  return ascii.decode(out);
}

/** "00000010  de ad be ef …  ...." a line: offset, bytes, and what of them is ASCII. @param from the offset of the first one */
export function hexDump(bytes: Uint8Array, from = 0): string {
  const rows = Math.ceil(bytes.length / HEX_ROW_BYTES);
  const out = new Uint8Array(rows * DUMP_ROW_CHARS).fill(SPACE);
  let at = 0;
  for (let start = 0; start < bytes.length; start += HEX_ROW_BYTES) {
    const offset = from + start;
    for (let shift = 24; shift >= 0; shift -= 8) at = putByte(out, at, (offset >>> shift) & 0xff);
    const text = at + 2 + HEX_ROW_BYTES * 3 + 1;
    at += 2;
    const end = Math.min(start + HEX_ROW_BYTES, bytes.length);
    for (let i = start; i < end; i++) {
      const byte = bytes[i] as number;
      putByte(out, at, byte);
      at += 3;
      out[text + i - start] = byte >= 0x20 && byte < 0x7f ? byte : DOT;
    }
    at = text + end - start;
    if (end < bytes.length) out[at++] = NEWLINE;
  }
  return ascii.decode(out.subarray(0, at));
}

/** Offset, two spaces, the bytes, two spaces, their ASCII, the end of the line. */
const DUMP_ROW_CHARS = 8 + 2 + HEX_ROW_BYTES * 3 + 1 + HEX_ROW_BYTES + 1;

function putByte(out: Uint8Array, at: number, byte: number): number {
  out[at] = DIGITS[byte >> 4] as number;
  out[at + 1] = DIGITS[byte & 15] as number;
  return at + 2;
}

export type ParsedHex =
  | { readonly bytes: Uint8Array }
  /** `line` is 1-based. */
  | { readonly bytes: null; readonly line: number; readonly reason: string };

/** Two digits a byte, of either case; white space between bytes says nothing. */
export function parseHex(text: string): ParsedHex {
  const out = new Uint8Array(text.length >> 1);
  let length = 0;
  let high = -1;
  for (let i = 0; i < text.length; i++) {
    const code = text.charCodeAt(i);
    const digit = digitOf(code);
    if (digit >= 0) {
      if (high < 0) high = digit;
      else {
        out[length++] = (high << 4) | digit;
        high = -1;
      }
    } else if (!isSpace(code)) {
      return fault(text, i, `“${String.fromCodePoint(text.codePointAt(i) ?? 0)}” is no hexadecimal digit`);
    } else if (high >= 0) return fault(text, i - 1, 'a byte has two digits, here is one');
  }
  if (high >= 0) return fault(text, text.length - 1, 'a byte has two digits, here is one');
  return { bytes: out.subarray(0, length) };
}

/** How many bytes begin before each line, for a text that may be half typed: half a byte counts where it is. */
export function bytesBeforeLines(lines: Iterable<string>): readonly number[] {
  const before: number[] = [];
  let digits = 0;
  for (const line of lines) {
    before.push(Math.ceil(digits / 2));
    for (let i = 0; i < line.length; i++) if (digitOf(line.charCodeAt(i)) >= 0) digits++;
  }
  return before;
}

function digitOf(code: number): number {
  if (code >= 0x30 && code <= 0x39) return code - 0x30;
  const letter = code | 0x20;
  return letter >= 0x61 && letter <= 0x66 ? letter - 0x57 : -1;
}

const isSpace = (code: number): boolean => code === SPACE || code === NEWLINE || code === 0x0d || code === 0x09;

function fault(text: string, at: number, reason: string): ParsedHex {
  return { bytes: null, line: text.slice(0, at).split('\n').length, reason };
}
