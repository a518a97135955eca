import fc from 'fast-check';
import { expect, test } from 'vitest';
import { utf8Encode } from '../base/bytes.ts';
import type { KeyRange } from './ranges.ts';
import { ALL_KEYS, contains, intersect, isEverything, subtract, unionOf } from './ranges.ts';

/** Keys of at most two letters out of three, and every key between them. */
const LETTERS = ['\0', 'a', 'b'];
const KEYS = LETTERS.flatMap((x) => [x, ...LETTERS.flatMap((y) => [x + y, ...LETTERS.map((z) => x + y + z)])]);

const key = fc.constantFrom(...KEYS).map(utf8Encode);
const range: fc.Arbitrary<KeyRange> = fc.oneof(
  key.map((k) => ({ key: k, end: new Uint8Array(0) })),
  key.map((k) => ({ key: k, end: Uint8Array.of(0) })),
  fc.tuple(key, key).map(([k, end]) => ({ key: k, end })),
);

/** etcd's rule, byte by byte as text: the letters used sort the same way. */
function holds({ key: from, end }: KeyRange, text: string): boolean {
  const [f, e] = [from, end].map((bytes) => new TextDecoder().decode(bytes)) as [string, string];
  if (e === '') return text === f;
  return text >= f && (e === '\0' || text < e);
}

const members = (ranges: readonly KeyRange[]): string[] => KEYS.filter((text) => ranges.some((r) => holds(r, text)));

test('a union holds the same keys, and its ranges neither overlap nor touch', () => {
  fc.assert(
    fc.property(fc.array(range, { maxLength: 5 }), (ranges) => {
      const union = unionOf(ranges);
      expect(members(union)).toEqual(members(ranges));
      for (const text of KEYS) expect(union.filter((r) => holds(r, text)).length).toBeLessThanOrEqual(1);
      expect(unionOf(union)).toEqual(union);
    }),
  );
});

test('an intersection holds the keys of both', () => {
  fc.assert(
    fc.property(range, fc.array(range, { maxLength: 5 }), (wanted, allowed) => {
      const found = members(intersect(wanted, unionOf(allowed)));
      expect(found).toEqual(members(allowed).filter((text) => holds(wanted, text)));
    }),
  );
});

test('one key stays one key', () => {
  const one = { key: utf8Encode('/a'), end: new Uint8Array(0) };
  expect(unionOf([one])).toEqual([one]);
  expect(intersect(ALL_KEYS, [one])).toEqual([one]);
  expect(contains([one], utf8Encode('/a'))).toBe(true);
  expect(contains([one], utf8Encode('/a\0'))).toBe(false);
});

test('everything is one range without an upper end from the first possible key on', () => {
  expect(isEverything(unionOf([ALL_KEYS, { key: utf8Encode('/a'), end: utf8Encode('/b') }]))).toBe(true);
  expect(isEverything([{ key: new Uint8Array(0), end: Uint8Array.of(0) }])).toBe(true);
  expect(isEverything([{ key: utf8Encode('a'), end: Uint8Array.of(0) }])).toBe(false);
  expect(isEverything([])).toBe(false);
});

test('a difference holds the keys of the one that are in none of the others', () => {
  fc.assert(
    fc.property(range, fc.array(range, { maxLength: 5 }), (wanted, taken) => {
      const left = subtract(wanted, unionOf(taken));
      const gone = new Set(members(taken));
      expect(members(left)).toEqual(members([wanted]).filter((text) => !gone.has(text)));
      expect(unionOf(left)).toEqual(left);
    }),
  );
});
