import { expect, test } from 'vitest';
import type { WireRange } from '../../lib/api/types.ts';
import { identityOf, isLimited, readableWords } from './access-words.ts';

const as = (readable: readonly WireRange[] | null) => ({ mode: 'user', user: 'ada', isRoot: false, readable }) as const;

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
