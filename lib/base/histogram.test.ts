import { expect, test } from 'vitest';
import { doublingBounds, Histogram } from './histogram.ts';

test('an observation falls into the first bucket that holds it', () => {
  const histogram = new Histogram([1, 2]);
  for (const value of [0.5, 1, 1.5, 9]) histogram.observe(value);
  expect(histogram.counts).toEqual([2, 1, 1]);
  expect(histogram.sum).toBe(12);
});

test('bounds double from the first', () => {
  expect(doublingBounds(0.5, 4)).toEqual([0.5, 1, 2, 4]);
});
