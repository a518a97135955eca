/** The text format of Prometheus, written family by family. */
import type { Histogram } from './histogram.ts';

export type Labels = Readonly<Record<string, string>>;
export interface Sample {
  readonly labels: Labels;
  readonly value: number;
}
export interface HistogramSample {
  readonly labels: Labels;
  readonly histogram: Histogram;
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

  histogram(name: string, help: string, histogram: Histogram): void {
    this.histograms(name, help, [{ labels: {}, histogram }]);
  }

  histograms(name: string, help: string, samples: readonly HistogramSample[]): void {
    if (samples.length === 0) return;
    this.#head(name, 'histogram', help);
    for (const { labels, histogram } of samples) {
      const { bounds, counts, sum } = histogram;
      let count = 0;
      counts.forEach((inBucket, i) => {
        count += inBucket;
        const le = bounds[i] === undefined ? '+Inf' : String(bounds[i]);
        this.#lines.push(`${name}_bucket${renderLabels({ ...labels, le })} ${count}`);
      });
      const rendered = renderLabels(labels);
      this.#lines.push(`${name}_sum${rendered} ${sum}`, `${name}_count${rendered} ${count}`);
    }
  }

  toString(): string {
    return `${this.#lines.join('\n')}\n`;
  }

  #head(name: string, type: string, help: string): void {
    this.#lines.push(`# HELP ${name} ${help}`, `# TYPE ${name} ${type}`);
  }
}

function renderLabels(labels: Labels): string {
  const pairs = Object.entries(labels).map(([key, value]) => `${key}="${escaped(value)}"`);
  return pairs.length === 0 ? '' : `{${pairs.join(',')}}`;
}

/** The format knows three escapes and no others. */
const escaped = (value: string): string =>
  value.replaceAll('\\', '\\\\').replaceAll('"', '\\"').replaceAll('\n', '\\n');
