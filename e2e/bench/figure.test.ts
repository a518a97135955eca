import { expect, test } from 'vitest';
import { advantage, type Figure, quantile, row } from './figure.ts';

const figure = (ours: number, value: number, more: Figure['more']): Figure => ({
  part: 'store',
  name: 'puts',
  unit: 'ms',
  ours,
  against: { who: 'etcd', value },
  more,
});

test('an advantage above one is ours, whether more or less is better', () => {
  expect(advantage(figure(5, 10, 'worse'))).toBe(2);
  expect(advantage(figure(5, 10, 'better'))).toBe(0.5);
  expect(advantage(figure(0, 10, 'worse'))).toBe(Number.POSITIVE_INFINITY);
  expect(advantage(figure(0, 0, 'worse')), 'nothing was promised, nothing is there').toBe(1);
  expect(advantage(figure(3, 0, 'worse')), 'nothing was promised').toBe(0);
});

test('a row names both numbers and their ratio', () => {
  expect(row(figure(5, 10, 'worse'))).toMatch(/^store\s+puts\s+5\.00 ms\s+etcd 10\.0 ms\s+2\.00x$/);
});

test('quantiles are samples, the highest for p = 1', () => {
  const samples = [5, 1, 4, 2, 3];
  expect([0.2, 0.5, 0.99, 1].map((p) => quantile(samples, p))).toEqual([1, 3, 5, 5]);
});
