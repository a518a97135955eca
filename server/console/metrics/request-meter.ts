/**
 * Counts what browsers and tools ask of this console, by the templates of its routes: their number is bounded, whatever paths
 * anybody invents.
 */
import { Histogram } from '../../../lib/base/histogram.ts';
import type { Sample } from '../../../lib/base/prometheus-text.ts';

/** Upper bounds in seconds: 1 ms doubled up to 8 s. */
const REQUEST_BUCKETS_SECONDS: readonly number[] = Array.from({ length: 14 }, (_, i) => 0.001 * 2 ** i);
const METHODS: ReadonlySet<string> = new Set(['GET', 'HEAD', 'POST', 'PUT', 'DELETE', 'OPTIONS']);

export class RequestMeter {
  readonly #templates: readonly (readonly string[])[];
  /** By "method template status". */
  readonly #counts = new Map<string, { readonly labels: Sample['labels']; count: number }>();
  readonly durations = new Histogram(REQUEST_BUCKETS_SECONDS);
  #underWay = 0;

  /** @param templates of the HTTP API: "/api/v1/stores/{store}/key" */
  constructor(templates: readonly string[]) {
    this.#templates = [...new Set(templates)].map((template) => template.split('/'));
  }

  /** A request came; call what is returned once, when it has been answered or given up. */
  begin(method: string, path: string): (status: number, seconds: number) => void {
    this.#underWay++;
    const route = this.#routeOf(path);
    return (status, seconds) => {
      this.#underWay--;
      this.#count({ method: METHODS.has(method) ? method : 'other', route, status: String(status) });
      // Streams last as long as somebody looks: they would say nothing of speed.
      if (route.endsWith('/live') || route.endsWith('/events')) return;
      this.durations.observe(seconds);
    };
  }

  get underWay(): number {
    return this.#underWay;
  }

  counts(): readonly Sample[] {
    return [...this.#counts.values()].map(({ labels, count }) => ({ labels, value: count }));
  }

  #count(labels: { readonly method: string; readonly route: string; readonly status: string }): void {
    const key = `${labels.method} ${labels.route} ${labels.status}`;
    const known = this.#counts.get(key);
    if (known === undefined) this.#counts.set(key, { labels, count: 1 });
    else known.count++;
  }

  /** The template of the API, or what kind of thing else it is. */
  #routeOf(path: string): string {
    const parts = path.split('/');
    const fits = (template: readonly string[]) =>
      template.length === parts.length && template.every((part, i) => part.startsWith('{') || part === parts[i]);
    const template = this.#templates.find(fits);
    if (template !== undefined) return template.join('/');
    if (path.startsWith('/_next/')) return 'asset';
    return path.startsWith('/api/') ? 'unknown' : 'page';
  }
}
