/**
 * MurmurHash3 x86 32-bit over bytes, unsigned. Ours because most packages hash UTF-16 units instead of UTF-8 bytes, and so
 * place ids like "usér-7" elsewhere than clients in other languages do.
 */
import { utf8Encode } from '../base/bytes.ts';

const C1 = 0xcc9e2d51;
const C2 = 0x1b873593;

const mixKey = (key: number): number => {
  const k = Math.imul(key, C1);
  return Math.imul((k << 15) | (k >>> 17), C2);
};

export function murmur3(bytes: Uint8Array, seed = 0): number {
  let hash = seed | 0;
  const blocksEnd = bytes.length & ~3;
  const byte = (at: number): number => bytes[at] ?? 0;
  for (let i = 0; i < blocksEnd; i += 4) {
    hash ^= mixKey(byte(i) | (byte(i + 1) << 8) | (byte(i + 2) << 16) | (byte(i + 3) << 24));
    hash = (Math.imul((hash << 13) | (hash >>> 19), 5) + 0xe6546b64) | 0;
  }
  let tail = 0;
  for (let i = bytes.length - 1; i >= blocksEnd; i--) tail = (tail << 8) | byte(i);
  if (bytes.length > blocksEnd) hash ^= mixKey(tail);
  hash ^= bytes.length;
  hash = Math.imul(hash ^ (hash >>> 16), 0x85ebca6b);
  hash = Math.imul(hash ^ (hash >>> 13), 0xc2b2ae35);
  return (hash ^ (hash >>> 16)) >>> 0;
}

/** Of the text's UTF-8 bytes. */
export const murmur3Text = (text: string, seed = 0): number => murmur3(utf8Encode(text), seed);
