import { expect, test } from 'vitest';
import { createRequestIds } from './request-ids.ts';

test('ids count on from where the run began', () => {
  const next = createRequestIds(41n);
  expect([next(), next()]).toEqual([42n, 43n]);
});

test('ids stay 64 bits wide and are never 0', () => {
  const next = createRequestIds(2n ** 64n - 2n);
  expect([next(), next(), next()]).toEqual([2n ** 64n - 1n, 1n, 2n]);
});
