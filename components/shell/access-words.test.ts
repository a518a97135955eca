import { expect, test } from 'vitest';
import type { WireRange } from '../../lib/api/types.ts';
import { identityOf, isLimited, rangeWords, readableWords } from './access-words.ts';

const as = (readable: readonly WireRange[] | null) => ({ mode: 'user', user: 'ada', isRoot: false, readable }) as const;

test.each<[WireRange, string]>([
  [{ key: '/app/', end: '/app0' }, '/app/…'],
  [{ key: '/motd', end: '' }, '/motd'],
  [{ key: '/a', end: '/c' }, 'from /a up to /c'],
  [{ key: '/a', end: '\0' }, '/a and everything after it'],
])('the range %j is called %s', (range, words) => {
  expect(rangeWords(range)).toBe(words);
});

test('what a user reads is one short sentence', () => {
  expect(readableWords(as(null))).toBe('reads every key');
  expect(readableWords(as([]))).toBe('reads nothing');
  expect(
    readableWords(
      as([
        { key: '/app/', end: '/app0' },
        { key: '/motd', end: '' },
      ]),
    ),
  ).toBe('reads /app/… and 1 more');
});

test('users are told apart, and only those who may not read everything are limited', () => {
  expect(identityOf(as(null))).not.toBe(identityOf({ ...as(null), user: 'bob' }));
  expect(identityOf({ mode: 'open' })).not.toBe(identityOf({ mode: 'signIn' }));
  expect([as(null), as([]), { mode: 'open' } as const].map(isLimited)).toEqual([false, true, false]);
});
