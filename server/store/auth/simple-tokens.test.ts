import { expect, test } from 'vitest';
import { SimpleTokens, TOKENS_MAX } from './simple-tokens.ts';

const assign = (token: string, username = 'alice') => ({ kind: 'assign', token, username }) as const;

test('a token lives as long after its last use as after its birth', () => {
  const tokens = new SimpleTokens(1000);
  tokens.take(assign('t'), 0);
  expect(tokens.use('t', 999)).toBe('alice');
  expect(tokens.use('t', 1998)).toBe('alice');
  expect(tokens.use('t', 2998)).toBeUndefined();
  expect(tokens.use('t', 2998)).toBeUndefined();
});

test('unused tokens are forgotten when others come, without being asked for', () => {
  const tokens = new SimpleTokens(1000);
  for (let i = 0; i < 10; i++) tokens.take(assign(`t${i}`), i * 100);
  expect(tokens.use('t0', 900)).toBe('alice');
  tokens.take(assign('last'), 1500);
  // t1 to t5 ended by 1500; t0 was used at 900.
  expect(tokens.size).toBe(6);
  expect(tokens.use('t0', 1500)).toBe('alice');
  expect(tokens.use('t5', 1500)).toBeUndefined();
});

test("a user's tokens go with him, and all of them when authentication is turned off", () => {
  const tokens = new SimpleTokens(1000);
  tokens.take(assign('a', 'alice'), 0);
  tokens.take(assign('b', 'bob'), 0);
  tokens.take({ kind: 'dropUser', username: 'alice' }, 0);
  expect([tokens.use('a', 0), tokens.use('b', 0)]).toEqual([undefined, 'bob']);
  tokens.take({ kind: 'dropAll' }, 0);
  expect(tokens.use('b', 0)).toBeUndefined();
});

test('beyond the bound the one unused for longest goes', () => {
  const tokens = new SimpleTokens(1000);
  for (let i = 0; i < TOKENS_MAX; i++) tokens.take(assign(`t${i}`), 0);
  expect(tokens.use('t0', 1)).toBe('alice');
  tokens.take(assign('one more'), 1);
  expect(tokens.size).toBe(TOKENS_MAX);
  expect([tokens.use('t0', 1), tokens.use('t1', 1), tokens.use('one more', 1)]).toEqual(['alice', undefined, 'alice']);
});
