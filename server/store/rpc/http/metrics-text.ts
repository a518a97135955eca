/** The text format of Prometheus, written family by family. */
import type { Histogram } from '../../ports/metered-disk.ts';

export type Labels = Readonly<Record<string, string>>;
export interface Sample {
  readonly labels: Labels;
  readonly value: number;
}

export class MetricsText {
  readonly #lines: string[] = [];

  gauge(name: string, help: string, value: number | boolean | string, labels: Labels = {}): void {
    this.family(name, 'gauge', help, [{ labels, value: Number(value) }]);
  }

  counter(name: string, help: string, value: number): void {
    this.family(name, 'counter', help, [{ labels: {}, value }]);
  }

  family(name: string, type: 'counter' | 'gauge', help: string, samples: readonly Sample[]): void {
    if (samples.length === 0) return;
    this.#head(name, type, help);
    for (const { labels, value } of samples) this.#lines.push(`${name}${renderLabels(labels)} ${value}`);
  }

  histogram(name: string, help: string, { bounds, counts, sum }: Histogram): void {
    this.#head(name, 'histogram', help);
    let count = 0;
    counts.forEach((inBucket, i) => {
      count += inBucket;
      this.#lines.push(`${name}_bucket{le="${bounds[i] ?? '+Inf'}"} ${count}`);
    });
    this.#lines.push(`${name}_sum ${sum}`, `${name}_count ${count}`);
  }

  toString(): string {
    return `${this.#lines.join('\n')}\n`;
  }

  #head(name: string, type: string, help: string): void {
    this.#lines.push(`# HELP ${name} ${help}`, `# TYPE ${name} ${type}`);
  }
}

function renderLabels(labels: Labels): string {
  const pairs = Object.entries(labels).map(([key, value]) => `${key}=${JSON.stringify(value)}`);
  return pairs.length === 0 ? '' : `{${pairs.join(',')}}`;
}
