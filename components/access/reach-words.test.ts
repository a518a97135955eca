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
