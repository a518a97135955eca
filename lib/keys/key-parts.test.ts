import fc from 'fast-check';
import { expect, test } from 'vitest';
import { keyParts } from './key-parts.ts';

test('a long key is cut before its end, a short one stays whole', () => {
  expect(keyParts('config/web/server.json', 6)).toEqual(['config/web/serve', 'r.json']);
  expect(keyParts('config/a.json', 10)).toEqual(['', 'config/a.json']);
});

test('both pieces make the key, and no character is cut in two', () => {
  fc.assert(
    fc.property(fc.string({ unit: 'grapheme', maxLength: 60 }), fc.integer({ min: 1, max: 20 }), (text, chars) => {
      const [head, tail] = keyParts(text, chars);
      expect(head + tail).toBe(text);
      expect(head.isWellFormed() && tail.isWellFormed()).toBe(true);
      expect([...tail].length).toBeLessThanOrEqual(chars * 2);
    }),
  );
});
