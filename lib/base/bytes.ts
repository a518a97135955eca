/**
 * Bytes as etcd sees them: ordered by memcmp, never by JavaScript's UTF-16 order.
 *
 * `ByteString` is the in-memory key form: a latin1 string with one char per byte, for which `<` IS byte order, which
 * hashes fast, and which costs one byte per char in V8. Convert at the edge with `toByteString`/`fromByteString`.
 */
import type { Brand } from './brand.ts';

export type ByteString = Brand<string, 'ByteString'>;

export const EMPTY_BYTES: Uint8Array = new Uint8Array(0);

const CHUNK = 8192;

/** One char (0..255) per byte. */
export function toByteString(bytes: Uint8Array): ByteString {
  if (bytes.length <= CHUNK) return String.fromCharCode.apply(null, bytes as unknown as number[]) as ByteString;
  let out = '';
  for (let i = 0; i < bytes.length; i += CHUNK) {
    out += String.fromCharCode.apply(null, bytes.subarray(i, i + CHUNK) as unknown as number[]);
  }
  return out as ByteString;
}

export function fromByteString(text: ByteString): Uint8Array {
  const out = new Uint8Array(text.length);
  for (let i = 0; i < text.length; i++) out[i] = text.charCodeAt(i);
  return out;
}

/** memcmp order: negative, 0 or positive. A prefix sorts before its extension. */
export function compareBytes(a: Uint8Array, b: Uint8Array): number {
  const n = Math.min(a.length, b.length);
  for (let i = 0; i < n; i++) {
    const d = (a[i] as number) - (b[i] as number);
    if (d !== 0) return d;
  }
  return a.length - b.length;
}

export function equalBytes(a: Uint8Array, b: Uint8Array): boolean {
  return a.length === b.length && compareBytes(a, b) === 0;
}

export function concatBytes(parts: readonly Uint8Array[]): Uint8Array {
  let length = 0;
  for (const part of parts) length += part.length;
  const out = new Uint8Array(length);
  let at = 0;
  for (const part of parts) {
    out.set(part, at);
    at += part.length;
  }
  return out;
}

const encoder = new TextEncoder();
const strictDecoder = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true });

export const utf8Encode = (text: string): Uint8Array => encoder.encode(text);

/** The text, or undefined when `bytes` is not valid UTF-8 (nothing is replaced, so nothing is lost). */
export function utf8Decode(bytes: Uint8Array): string | undefined {
  try {
    return strictDecoder.decode(bytes);
  } catch {
    return undefined;
  }
}

export function toHex(bytes: Uint8Array): string {
  let out = '';
  for (const byte of bytes) out += byte.toString(16).padStart(2, '0');
  return out;
}

/** Standard base64 with padding, in browser and server alike. */
export function toBase64(bytes: Uint8Array): string {
  return btoa(toByteString(bytes));
}

/** Standard or URL-safe base64, padding optional. @throws RangeError on any other character. */
export function fromBase64(text: string): Uint8Array {
  let binary: string;
  try {
    binary = atob(text.replaceAll('-', '+').replaceAll('_', '/'));
  } catch {
    throw new RangeError('not valid base64');
  }
  return fromByteString(binary as ByteString);
}

/**
 * The range end that makes [prefix, end) mean "every key that starts with prefix" (etcd clientv3 GetPrefixRangeEnd):
 * the last byte below 0xff is raised by one and the rest dropped; all 0xff, or empty, gives "\0" = to the end.
 */
export function prefixRangeEnd(prefix: Uint8Array): Uint8Array {
  for (let i = prefix.length - 1; i >= 0; i--) {
    const byte = prefix[i] as number;
    if (byte < 0xff) {
      // A copy of its own: a Buffer's slice() shares its bytes.
      const end = new Uint8Array(prefix.subarray(0, i + 1));
      end[i] = byte + 1;
      return end;
    }
  }
  return Uint8Array.of(0);
}
