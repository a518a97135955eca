import { expect, test } from 'vitest';
import { utf8Encode } from './bytes.ts';
import { crc32c } from './crc32c.ts';

// Published vectors: RFC 3720 appendix B.4 and the customary "123456789" check value.
test.each([
  [utf8Encode('123456789'), 0xe3069283],
  [new Uint8Array(32), 0x8a9136aa],
  [new Uint8Array(32).fill(0xff), 0x62a8ab43],
  [Uint8Array.from({ length: 32 }, (_, i) => i), 0x46dd794e],
])('matches the published vector %#', (bytes, expected) => {
  expect(crc32c(bytes)).toBe(expected);
});

test('chains like one pass', () => {
  const bytes = utf8Encode('The quick brown fox jumps over the lazy dog');
  for (let cut = 0; cut <= bytes.length; cut++) {
    expect(crc32c(bytes.subarray(cut), crc32c(bytes.subarray(0, cut)))).toBe(crc32c(bytes));
  }
});
