/** Quantiles of what happened between two readings of a histogram of Prometheus. */
import type { PrometheusSample, PrometheusSamples } from './prometheus-text.ts';

/** Cumulated counts by upper bound, bounds ascending, the last one infinite. */
export interface HistogramReading {
  readonly bounds: readonly number[];
  readonly counts: readonly number[];
}

/** @param where only samples whose label has this value */
export function histogramOf(
  samples: PrometheusSamples,
  name: string,
  where?: { readonly label: string; readonly is: string },
): HistogramReading | null {
  const chosen = (samples.get(`${name}_bucket`) ?? []).filter(
    ({ labels }) => where === undefined || labels.get(where.label) === where.is,
  );
  const buckets = chosen
    .map((sample) => ({ bound: boundOf(sample), count: sample.value }))
    .filter(({ bound }) => !Number.isNaN(bound))
    .sort((a, b) => a.bound - b.bound);
  if (buckets.at(-1)?.bound !== Number.POSITIVE_INFINITY) return null;
  return { bounds: buckets.map(({ bound }) => bound), counts: buckets.map(({ count }) => count) };
}

const boundOf = ({ labels }: PrometheusSample): number => {
  const text = labels.get('le') ?? '';
  return text === '+Inf' ? Number.POSITIVE_INFINITY : Number(text || 'NaN');
};

/**
 * The quantile of what was observed between the two readings, linear within its bucket as Prometheus reckons it; beyond the
 * last finite bound that bound. Null: nothing was observed, or the counter began anew in between (a restart).
 */
export function quantileBetween(before: HistogramReading, after: HistogramReading, quantile: number): number | null {
  if (before.bounds.join() !== after.bounds.join()) return null;
  const counts = after.counts.map((count, i) => count - (before.counts[i] ?? 0));
  const total = counts.at(-1) ?? 0;
  if (counts.some((count) => count < 0) || total <= 0) return null;
  const rank = quantile * total;
  const at = counts.findIndex((count) => count >= rank);
  const upper = after.bounds[at] ?? Number.POSITIVE_INFINITY;
  const lower = at === 0 ? 0 : (after.bounds[at - 1] ?? 0);
  if (upper === Number.POSITIVE_INFINITY) return lower;
  const below = at === 0 ? 0 : (counts[at - 1] ?? 0);
  const within = (counts[at] ?? 0) - below;
  return within <= 0 ? upper : lower + ((upper - lower) * (rank - below)) / within;
}
