import fc from 'fast-check';
import { expect, test } from 'vitest';
import { inRanges, rangesOf, revisionsIn, TOO_MANY } from './revision-ranges.ts';

test('ranges hold exactly the revisions they were made of', () => {
  const ascending = fc.uniqueArray(fc.integer({ min: 1, max: 60 })).map((list) => list.toSorted((a, b) => a - b));
  fc.assert(
    fc.property(ascending, (revisions) => {
      const text = rangesOf(revisions);
      for (let revision = 1; revision <= 60; revision++) {
        expect(inRanges(text, revision)).toBe(revisions.includes(revision));
      }
    }),
  );
  expect(rangesOf([3, 4, 5, 9])).toBe('3-5,9');
  expect(rangesOf(Array.from({ length: 10_000 }, (_, i) => 1_000_000 + i * 2))).toBe(TOO_MANY);
});

test('ranges tell their revisions one by one, unless they are more than asked for', () => {
  fc.assert(
    fc.property(fc.uniqueArray(fc.integer({ min: 1, max: 300 }), { minLength: 1 }), fc.nat(100), (some, most) => {
      const revisions = some.toSorted((a, b) => a - b);
      const told = revisionsIn(rangesOf(revisions), most);
      expect(told).toEqual(revisions.length > most ? null : revisions.map(String));
    }),
  );
  expect(revisionsIn(TOO_MANY, 10)).toBeNull();
  expect(inRanges(TOO_MANY, 10)).toBe(false);
});
