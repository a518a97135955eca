import { expect, test } from 'vitest';
import { lineAt, stripCode } from './strip-code.ts';

test('comments vanish and line breaks stay', () => {
  expect(stripCode('a; // b\n/* c\nd */ e', { strings: false })).toBe('a;     \n    \n     e');
});

test('string contents vanish on request, quotes stay', () => {
  expect(stripCode("f('a // b', `c`)", { strings: true })).toBe("f('      ', ` `)");
  expect(stripCode("f('a // b')", { strings: false })).toBe("f('a // b')");
});

test('a regular expression with quotes and slashes is no string, and a division is no expression', () => {
  expect(stripCode('x.match(/[\'"/]/); // y', { strings: false })).toBe('x.match(/[\'"/]/);     ');
  expect(stripCode('a / b / c; // d', { strings: false })).toBe('a / b / c;     ');
});

test('an offset becomes a line number', () => {
  expect(lineAt('a\nb\nc', 4)).toBe(3);
});
