import { expect, test } from 'vitest';
import { isSince, parseVersion } from './etcd-version.ts';

const at = (text: string, since: readonly string[]): boolean => isSince(parseVersion(text), since);

test('a change carried back is there from that release of its line on', () => {
  const since = ['3.4.42', '3.5.28', '3.6.9'];
  expect(['3.4.41', '3.5.27', '3.6.8'].map((text) => at(text, since))).toEqual([false, false, false]);
  expect(['3.4.42', '3.5.30', '3.6.9', '3.7.0', '4.0.0'].map((text) => at(text, since))).toEqual(Array(5).fill(true));
});

test('a line that is not named has a change only when it is younger than all that are', () => {
  expect(at('3.5.99', ['3.6.0'])).toBe(false);
  expect(at('3.5.0', ['3.4.38', '3.6.6'])).toBe(false);
  expect(at('3.7.0', ['3.4.38', '3.6.6'])).toBe(true);
});

test('the version is found in what a server prints', () => {
  expect(parseVersion('etcd Version: 3.4.23\nGit SHA: Not provided\n')).toEqual({ major: 3, minor: 4, patch: 23 });
  expect(() => parseVersion('nothing')).toThrow('no version');
});
