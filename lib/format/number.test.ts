import fc from 'fast-check';
import { expect, test } from 'vitest';
import { compareInt, formatBytes, formatCount, formatRate, parseWireInt, plural } from './number.ts';

test('counts are grouped in threes and stay exact beyond 2^53', () => {
  expect(formatCount(18204)).toBe('18,204');
  expect(formatCount('9223372036854775807')).toBe('9,223,372,036,854,775,807');
  expect(formatCount(-1234)).toBe('-1,234');
  expect(plural(1, 'key')).toBe('1 key');
  expect(plural(2000, 'key')).toBe('2,000 keys');
});

test('sizes keep one decimal below a hundred of a unit', () => {
  expect(formatBytes(0)).toBe('0 B');
  expect(formatBytes(1023)).toBe('1023 B');
  expect(formatBytes(1536)).toBe('1.5 KiB');
  expect(formatBytes('2147483648')).toBe('2.0 GiB');
});

test('a small rate is never shown as none', () => {
  expect(formatRate(0)).toBe('0');
  expect(formatRate(0.01)).toBe('<0.1');
  expect(formatRate(3)).toBe('3');
  expect(formatRate(1204.4)).toBe('1,204');
});

test('a revision typed with separators is read, anything else is refused', () => {
  expect(parseWireInt(' 18,204 ')).toBe('18204');
  expect(parseWireInt('-3')).toBeUndefined();
  expect(parseWireInt('1e3')).toBeUndefined();
  expect(parseWireInt('')).toBeUndefined();
});

test('decimal strings are ordered by value', () => {
  fc.assert(
    fc.property(fc.bigInt(), fc.bigInt(), (a, b) => {
      expect(Math.sign(compareInt(a.toString(), b.toString()))).toBe(a < b ? -1 : a > b ? 1 : 0);
    }),
  );
});
