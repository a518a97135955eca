/** Observations by bucket, not cumulated; the last bucket holds what is beyond the bounds. The shape of Prometheus. */
export class Histogram {
  /** Upper bounds, ascending. */
  readonly bounds: readonly number[];
  readonly counts: number[];
  sum = 0;

  constructor(bounds: readonly number[]) {
    this.bounds = bounds;
    this.counts = new Array<number>(bounds.length + 1).fill(0);
  }

  observe(value: number): void {
    const bucket = this.bounds.findIndex((bound) => value <= bound);
    const at = bucket === -1 ? this.bounds.length : bucket;
    this.counts[at] = (this.counts[at] as number) + 1;
    this.sum += value;
  }
}

/** `count` bounds, each the double of the one before. */
export function doublingBounds(first: number, count: number): readonly number[] {
  return Array.from({ length: count }, (_, i) => first * 2 ** i);
}
