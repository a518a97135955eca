import fc from 'fast-check';
import { expect, test } from 'vitest';
import { histogramOf, quantileBetween } from './histogram.ts';
import { parsePrometheus } from './prometheus-text.ts';

const TEXT = `# HELP a_seconds how long
# TYPE a_seconds histogram
a_seconds_bucket{le="0.001"} 10
a_seconds_bucket{le="0.002"} 14
a_seconds_bucket{le="+Inf"} 15
a_seconds_sum 0.2
a_seconds_count 15
rtt_bucket{To="8e9e05c52164694d",le="0.1"} 3 1700000000000
rtt_bucket{To="8e9e05c52164694d",le="+Inf"} 4
rtt_bucket{To="91bc3c398fb3c146",le="+Inf"} 9
odd{text="a \\"quoted\\" {brace}, comma\\n"} 1e+06
broken{le= 1
broken NaN
other 5`;
const all = new Set(['a_seconds_bucket', 'rtt_bucket', 'odd', 'broken']);

test('names that are wanted are read with their labels, escapes and exponents; the rest is passed over', () => {
  const samples = parsePrometheus(TEXT, all);
  expect([...samples.keys()]).toEqual(['a_seconds_bucket', 'rtt_bucket', 'odd']);
  expect(samples.get('odd')).toEqual([{ labels: new Map([['text', 'a "quoted" {brace}, comma\n']]), value: 1e6 }]);
});

test('a histogram is read for one value of a label, and is none without its last bucket', () => {
  const samples = parsePrometheus(TEXT, all);
  expect(histogramOf(samples, 'rtt', { label: 'To', is: '8e9e05c52164694d' })).toEqual({
    bounds: [0.1, Number.POSITIVE_INFINITY],
    counts: [3, 4],
  });
  expect(histogramOf(samples, 'rtt', { label: 'To', is: 'nobody' })).toBeNull();
});

const reading = (counts: readonly number[]) => ({ bounds: [1, 2, 4, Number.POSITIVE_INFINITY], counts });

test('a quantile is of what came between the readings, not of all time', () => {
  const before = reading([1_000, 1_000, 1_000, 1_000]);
  expect(quantileBetween(before, reading([1_000, 1_000, 1_010, 1_010]), 0.5)).toBe(3);
  expect(quantileBetween(before, reading([1_000, 1_000, 1_000, 1_010]), 0.5), 'beyond the last bound').toBe(4);
});

test('nothing between the readings, or a counter that began anew, has no quantile', () => {
  const before = reading([5, 5, 5, 5]);
  expect(quantileBetween(before, before, 0.99)).toBeNull();
  expect(quantileBetween(before, reading([1, 2, 2, 2]), 0.99)).toBeNull();
});

test('a quantile never leaves the bucket that holds the observation of its rank', () => {
  const bounds = [1, 2, 4, 8];
  fc.assert(
    fc.property(
      fc.array(fc.double({ min: 0.01, max: 7.9, noNaN: true }), { minLength: 1, maxLength: 60 }),
      (values) => {
        const count = (bound: number) => values.filter((value) => value <= bound).length;
        const after = { bounds: [...bounds, Number.POSITIVE_INFINITY], counts: [...bounds.map(count), values.length] };
        const before = { ...after, counts: after.counts.map(() => 0) };
        const sorted = values.toSorted((a, b) => a - b);
        const truth = sorted[Math.ceil(0.99 * values.length) - 1] ?? 0;
        const got = quantileBetween(before, after, 0.99) ?? -1;
        const bucket = bounds.findIndex((bound) => truth <= bound);
        expect(got).toBeGreaterThanOrEqual(bounds[bucket - 1] ?? 0);
        expect(got).toBeLessThanOrEqual(bounds[bucket] ?? 0);
      },
    ),
  );
});
