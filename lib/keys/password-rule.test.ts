import { expect, test } from 'vitest';
import { PASSWORD_BYTES_MAX, PASSWORD_CHARACTERS_MIN, passwordProblem } from './password-rule.ts';

test('a password of the least length will do, one character less will not', () => {
  expect(passwordProblem('x'.repeat(PASSWORD_CHARACTERS_MIN), 'ada')).toBeNull();
  expect(passwordProblem('x'.repeat(PASSWORD_CHARACTERS_MIN - 1), 'ada')).toBe('has 11 characters; 12 are the least');
});

test('characters count as people count them, bytes as the store does', () => {
  expect(passwordProblem('🔑'.repeat(6), 'ada')).toContain('has 6 characters');
  expect(passwordProblem('x'.repeat(PASSWORD_BYTES_MAX), 'ada')).toBeNull();
  expect(passwordProblem('🔑'.repeat(19), 'ada')).toBe('has 76 bytes; the store reads 72 at most');
});

test('the name of the user is no password, in whatever case', () => {
  expect(passwordProblem('Administrator', 'administrator')).toBe('is the name of the user');
});

test('half a surrogate pair is refused: the store could not tell it from another', () => {
  expect(passwordProblem(`${'x'.repeat(12)}\ud800`, 'ada')).toContain('half of a surrogate pair');
});
