import { expect, test } from 'vitest';
import { reachWords } from './reach-words.ts';

const APP = { key: '/app/', end: '/app0' };
const ALL = { key: '\0', end: '\0' };

test('what somebody reaches is one short phrase', () => {
  expect(reachWords({ read: [], write: [] })).toBe('nothing');
  expect(reachWords({ read: [APP], write: [APP] })).toBe('reads and writes /app/…');
  expect(reachWords({ read: [ALL], write: [APP] })).toBe('reads every key, writes /app/…');
  expect(reachWords({ read: [], write: [APP, { key: '/motd', end: '' }] })).toBe('writes /app/…, /motd');
});

test('of many ranges the first are named and the rest is counted', () => {
  const many = Array.from({ length: 8 }, (_, i) => ({ key: `/k${i}`, end: '' }));
  expect(reachWords({ read: many, write: [] })).toBe('reads /k0, /k1, /k2, /k3, /k4, /k5 and 2 more');
});
