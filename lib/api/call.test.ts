import { expect, test } from 'vitest';
import { ApiFailure, outcomeOf } from './call.ts';

const failure = (status: number, more: { where?: string; outcome?: string } = {}): ApiFailure =>
  new ApiFailure({
    code: 'UNAVAILABLE',
    message: 'no',
    status,
    where: more.where ?? 'PUT /api/v1/stores/local/key',
    ...(more.outcome === undefined ? {} : { detail: { outcome: more.outcome } }),
  });

test('the word of the store decides whether something may have been written', () => {
  expect(outcomeOf(failure(503, { outcome: 'none' }))).toBe('none');
  expect(outcomeOf(failure(503, { outcome: 'unknown' }))).toBe('unknown');
  expect(outcomeOf(failure(429, { outcome: 'unknown' }))).toBe('unknown');
});

test('without such a word, a refusal wrote nothing and a failure may have', () => {
  expect([400, 403, 409, 429, 501].map((status) => outcomeOf(failure(status)))).toEqual(Array(5).fill('none'));
  expect([0, 500, 502, 503, 504].map((status) => outcomeOf(failure(status)))).toEqual(Array(5).fill('unknown'));
});

test('reading writes nothing, however it fails', () => {
  expect(outcomeOf(failure(0, { where: 'GET /api/v1/stores' }))).toBe('none');
  expect(outcomeOf(new TypeError('no snapshot'))).toBe('none');
});
