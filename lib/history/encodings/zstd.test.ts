import { constants, zstdCompressSync } from 'node:zlib';
import fc from 'fast-check';
import { expect, test } from 'vitest';
import { equalBytes } from '../../base/bytes.ts';
import { unpackZstd } from './zstd.ts';

const packed = (bytes: Uint8Array, level = 3, withChecksum = false): Uint8Array =>
  zstdCompressSync(bytes, {
    params: {
      [constants.ZSTD_c_compressionLevel]: level,
      [constants.ZSTD_c_checksumFlag]: withChecksum ? 1 : 0,
    },
  });

const MAX = 16 * 1024 * 1024;

/** From noise to endless repetition, short and longer than a block. */
const content = fc
  .record({
    alphabet: fc.constantFrom(1, 2, 3, 20, 256),
    run: fc.integer({ min: 1, max: 64 }),
    length: fc.oneof(fc.integer({ min: 0, max: 300 }), fc.integer({ min: 0, max: 300_000 })),
    seed: fc.integer({ min: 1, max: 2 ** 31 - 1 }),
  })
  .map(({ alphabet, run, length, seed }) => {
    let state = seed;
    const random = (): number => {
      state ^= state << 13;
      state ^= state >>> 17;
      state ^= state << 5;
      return state >>> 0;
    };
    const out = new Uint8Array(length);
    for (let at = 0; at < length; ) {
      const from = random() % 3 === 0 && at > 0 ? random() % at : -1;
      for (let i = random() % (run * (from < 0 ? 1 : 8)); i >= 0 && at < length; i--, at++) {
        out[at] = from < 0 ? random() % alphabet : (out[from + i] ?? 0);
      }
    }
    return out;
  });

test('whatever the reference library packs is unpacked to the same bytes', () => {
  fc.assert(
    fc.property(content, fc.constantFrom(-5, 1, 3, 9, 19), fc.boolean(), (bytes, level, withChecksum) => {
      const unpacked = unpackZstd(packed(bytes, level, withChecksum), MAX);
      expect(unpacked.fault).toBe(null);
      expect(equalBytes(unpacked.bytes, bytes)).toBe(true);
    }),
    { numRuns: 150 },
  );
});

test('frames one behind the other are one value, and skippable ones say nothing', () => {
  const skippable = Uint8Array.of(0x53, 0x2a, 0x4d, 0x18, 2, 0, 0, 0, 9, 9);
  const both = Uint8Array.of(...packed(Uint8Array.of(1, 2)), ...skippable, ...packed(Uint8Array.of(3)));
  expect(unpackZstd(both, MAX)).toEqual({ bytes: Uint8Array.of(1, 2, 3), isCut: false, fault: null });
});

test('every length has its checksum, which only the bytes that were packed have', () => {
  for (let length = 0; length <= 200; length++) {
    const bytes = Uint8Array.from({ length }, (_, i) => (i * 151 + length) & 255);
    const whole = packed(bytes, 3, true);
    expect(unpackZstd(whole, MAX), `${length} bytes`).toEqual({ bytes, isCut: false, fault: null });
    const broken = Uint8Array.from(whole);
    const last = broken.length - 1 - (length % 4);
    broken[last] = (broken[last] ?? 0) ^ (1 << (length % 8));
    const fault = 'its checksum does not fit: this is not what was compressed';
    expect(unpackZstd(broken, MAX), 'what came of it is shown all the same').toEqual({ bytes, isCut: false, fault });
  }
});

test('a byte that changed in what is stored as it was is noticed by the checksum alone', () => {
  const bytes = Uint8Array.from({ length: 300 }, (_, i) => (i * i * 31) & 255);
  const [plain, sure] = [packed(bytes, 3, false), packed(bytes, 3, true)].map((whole) => {
    whole[100] = (whole[100] ?? 0) ^ 1;
    return unpackZstd(whole, MAX);
  });
  expect(plain?.fault).toBe(null);
  expect(sure?.fault).toMatch(/checksum does not fit/);
});

test('of what is cut the checksum is not asked', () => {
  const whole = packed(new Uint8Array(300_000), 3, true);
  expect(unpackZstd(whole, 1_000)).toMatchObject({ isCut: true, fault: null });
});

test('a bomb is unpacked to the bound and no further', () => {
  const bomb = packed(new Uint8Array(64 * 1024 * 1024));
  expect(bomb.length).toBeLessThan(16 * 1024);
  const { bytes, isCut } = unpackZstd(bomb, 1024 * 1024);
  expect([bytes.length, isCut]).toEqual([1024 * 1024, true]);
});

test('damaged data is a fault and never anything else', () => {
  fc.assert(
    fc.property(content, fc.nat(), fc.integer({ min: 1, max: 255 }), fc.nat(), (bytes, at, flip, cut) => {
      const broken = new Uint8Array(packed(bytes.subarray(0, 3_000)));
      const place = at % broken.length;
      broken[place] = (broken[place] ?? 0) ^ flip;
      const { bytes: some, fault } = unpackZstd(broken.subarray(0, broken.length - (cut % 3)), MAX);
      expect(fault === null || fault.length > 0).toBe(true);
      expect(some.length).toBeLessThanOrEqual(MAX);
    }),
    { numRuns: 500 },
  );
});
