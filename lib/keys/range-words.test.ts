import { expect, test } from 'vitest';
import type { WireRange } from '../api/types.ts';
import { utf8Encode } from '../base/bytes.ts';
import { prefixRange, rangeWords } from './range-words.ts';

test.each<[WireRange, string]>([
  [{ key: '/app/', end: '/app0' }, '/app/…'],
  [{ key: '/motd', end: '' }, '/motd'],
  [{ key: '/a', end: '/c' }, 'from /a up to /c'],
  [{ key: '/a', end: '\0' }, '/a and everything after it'],
  [{ key: '\0', end: '\0' }, 'every key'],
  [{ key: '', end: '\0' }, 'every key'],
])('the range %j is called %s', (range, words) => {
  expect(rangeWords(range)).toBe(words);
});

test('a prefix becomes the range of its keys, the empty one every key there can be', () => {
  expect(prefixRange(utf8Encode('/app/'))).toEqual({ key: '/app/', end: '/app0' });
  expect(rangeWords(prefixRange(utf8Encode('')))).toBe('every key');
  expect(prefixRange(Uint8Array.of(0xff))).toEqual({ key: { base64: '/w==' }, end: '\0' });
});
