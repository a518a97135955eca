/** One measurement beside what it is measured against. */
export interface Figure {
  readonly part: string;
  readonly name: string;
  readonly unit: 'ms' | '/s' | 'bytes' | 'KB' | 'fps' | 'calls' | '%' | 'events';
  readonly ours: number;
  /** Another program in the same run, or a promise. */
  readonly against: { readonly who: 'etcd' | 'budget'; readonly value: number };
  /** Whether a larger number is the better one. */
  readonly more: 'better' | 'worse';
}

/** Above 1 is better than the opponent, whichever way the figure counts. */
export function advantage({ ours, against, more }: Figure): number {
  const [good, bad] = more === 'better' ? [ours, against.value] : [against.value, ours];
  if (bad === 0) return good === 0 ? 1 : Number.POSITIVE_INFINITY;
  return good / bad;
}

export function row(figure: Figure): string {
  const shown = (value: number): string => `${value.toFixed(value < 10 ? 2 : value < 1_000 ? 1 : 0)} ${figure.unit}`;
  return [
    figure.part.padEnd(15),
    figure.name.padEnd(66),
    shown(figure.ours).padStart(16),
    `${figure.against.who} ${shown(figure.against.value)}`.padStart(24),
    `${advantage(figure).toFixed(2)}x`.padStart(9),
  ].join(' ');
}

/** The p-quantile of some samples, 0 < p <= 1. */
export function quantile(samples: readonly number[], p: number): number {
  const sorted = samples.toSorted((a, b) => a - b);
  return sorted[Math.min(sorted.length - 1, Math.ceil(p * sorted.length) - 1)] ?? Number.NaN;
}
