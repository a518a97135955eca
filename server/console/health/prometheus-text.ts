/** Reads the text format of Prometheus, as far as numbers of known names are wanted. Lines that are none of them are passed over. */

export interface PrometheusSample {
  readonly labels: ReadonlyMap<string, string>;
  readonly value: number;
}

/** Samples by name; of histograms under `name_bucket`, `name_sum`, `name_count`. */
export type PrometheusSamples = ReadonlyMap<string, readonly PrometheusSample[]>;

const LINE = /^([a-zA-Z_:][a-zA-Z0-9_:]*)(?:\{(.*)\})?[ \t]+(\S+)(?:[ \t]+-?\d+)?[ \t]*$/;
const LABEL = /([a-zA-Z_][a-zA-Z0-9_]*)\s*=\s*"((?:[^"\\]|\\.)*)"\s*,?\s*/y;

/** @param wanted names of samples, suffixes included */
export function parsePrometheus(text: string, wanted: ReadonlySet<string>): PrometheusSamples {
  const found = new Map<string, PrometheusSample[]>();
  for (const line of text.split('\n')) {
    const name = line.slice(0, line.search(/[{ \t]/));
    if (!wanted.has(name)) continue;
    const match = LINE.exec(line);
    const labels = match === null ? null : parseLabels(match[2] ?? '');
    if (match === null || labels === null) continue;
    const value = parseValue(match[3] ?? '');
    if (value === null) continue;
    const samples = found.get(name);
    if (samples === undefined) found.set(name, [{ labels, value }]);
    else samples.push({ labels, value });
  }
  return found;
}

function parseLabels(text: string): ReadonlyMap<string, string> | null {
  const labels = new Map<string, string>();
  LABEL.lastIndex = 0;
  while (LABEL.lastIndex < text.length) {
    const match = LABEL.exec(text);
    if (match === null) return null;
    labels.set(
      match[1] ?? '',
      (match[2] ?? '').replace(/\\(.)/g, (_, c: string) => (c === 'n' ? '\n' : c)),
    );
  }
  return labels;
}

function parseValue(text: string): number | null {
  if (text === '+Inf' || text === 'Inf') return Number.POSITIVE_INFINITY;
  if (text === '-Inf') return Number.NEGATIVE_INFINITY;
  const value = Number(text);
  return Number.isNaN(value) ? null : value;
}
