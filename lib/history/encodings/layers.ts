/** What the bytes of a value are wrapped in, told by marks that are no accident. Cheap: a few bytes, or for base64 one reading. */
import type { WireBytes } from '../../api/types.ts';
import { fromBase64, utf8Encode } from '../../base/bytes.ts';

export type LayerName = 'gzip' | 'zlib' | 'zstd' | 'kubernetes' | 'base64' | 'messagePack';

export const LAYER_WORD: Readonly<Record<LayerName, string>> = {
  gzip: 'gzip',
  zlib: 'zlib',
  zstd: 'Zstandard',
  kubernetes: 'Kubernetes protobuf',
  base64: 'base64',
  messagePack: 'MessagePack',
};

const startsWith = (bytes: Uint8Array, ...mark: readonly number[]): boolean =>
  bytes.length > mark.length && mark.every((byte, at) => bytes[at] === byte);

/** The outermost layer; null: none that is known, or none for certain. */
export function layerOf(bytes: Uint8Array): LayerName | null {
  if (startsWith(bytes, 0x1f, 0x8b, 8)) return 'gzip';
  if (startsWith(bytes, 0x28, 0xb5, 0x2f, 0xfd)) return 'zstd';
  if (startsWith(bytes, 0x6b, 0x38, 0x73, 0)) return 'kubernetes';
  if (isZlibHead(bytes)) return 'zlib';
  if (isBase64(bytes)) return 'base64';
  return isMapHead(bytes) ? 'messagePack' : null;
}

/** RFC 1950: deflate with a window of 32 KiB, no dictionary, and a check that fits. */
function isZlibHead(bytes: Uint8Array): boolean {
  const [method = 0, flags = 0] = bytes;
  return bytes.length > 6 && method === 0x78 && (flags & 0x20) === 0 && ((method << 8) | flags) % 31 === 0;
}

/** A map with members, the first of whose names is text: whether all of it is MessagePack is seen by reading it. */
function isMapHead(bytes: Uint8Array): boolean {
  const [head = 0] = bytes;
  const at = head > 0x80 && head <= 0x8f ? 1 : head === 0xde ? 3 : head === 0xdf ? 5 : -1;
  const name = bytes[at] ?? 0;
  return at > 0 && ((name > 0xa0 && name <= 0xbf) || name === 0xd9);
}

/** Shorter texts of its letters are words as often. */
const BASE64_CHARS_MIN = 16;

/** Padded to whole groups of four, in one line or in lines of equal length. */
function isBase64(bytes: Uint8Array): boolean {
  if (bytes.length < BASE64_CHARS_MIN) return false;
  let letters = 0;
  let padding = 0;
  for (const byte of bytes) {
    if (byte === 0x0a || byte === 0x0d) continue;
    if (byte === 0x3d) padding++;
    else if (padding > 0 || !isBase64Letter(byte)) return false;
    else letters++;
  }
  return letters >= BASE64_CHARS_MIN - 2 && padding <= 2 && (letters + padding) % 4 === 0;
}

const isBase64Letter = (byte: number): boolean =>
  (byte >= 0x41 && byte <= 0x5a) ||
  (byte >= 0x61 && byte <= 0x7a) ||
  (byte >= 0x30 && byte <= 0x39) ||
  byte === 0x2b ||
  byte === 0x2f;

/** Whether it is worth looking into a value: from its beginning alone, so that no page waits for it. */
export function mayBeWrapped(value: WireBytes): boolean {
  if (typeof value === 'string' && !value.startsWith('k8s\0')) return /^[A-Za-z0-9+/]{14,}/.test(value);
  return layerOf(headOf(value)) !== null;
}

const HEAD_BYTES = 48;

const headOf = (value: WireBytes): Uint8Array =>
  typeof value === 'string' ? utf8Encode(value.slice(0, HEAD_BYTES)) : fromBase64(value.base64.slice(0, HEAD_BYTES));
