/**
 * Changes of the address that come from the page itself, without a navigation. What is set is read at once, by every reader; the address
 * follows in the same turn, and then at most once per FLUSH_MS, because browsers refuse more.
 *
 * Invariants (url-writer.test.ts): changes of one turn are one entry of the history; several parameters never overwrite each other;
 * what was set on a page that has been left meanwhile is dropped.
 */

export type History = 'push' | 'replace';
/** The texts of each name, as often as it occurs; none: it is left out. */
export type Changes = ReadonlyMap<string, readonly string[]>;

/** The window, as far as it is needed. */
export interface AddressBar {
  readonly path: () => string;
  readonly search: () => string;
  readonly go: (address: string, history: History) => void;
  readonly now: () => number;
  readonly after: (ms: number, task: () => void) => void;
}

export const FLUSH_MS = 50;
const NONE: Changes = new Map();

export class UrlWriter {
  #overlay: Changes = NONE;
  #history: History = 'replace';
  #path = '';
  #isWaiting = false;
  #flushedAt = Number.NEGATIVE_INFINITY;
  readonly #listeners = new Set<() => void>();
  readonly #bar: AddressBar;

  constructor(bar: AddressBar) {
    this.#bar = bar;
  }

  /** What is set and may not be in the address yet. */
  readonly get = (): Changes => this.#overlay;

  readonly subscribe = (listener: () => void): (() => void) => {
    this.#listeners.add(listener);
    return () => this.#listeners.delete(listener);
  };

  set(changes: Changes, history: History): void {
    this.#overlay = new Map([...this.#overlay, ...changes]);
    if (history === 'push') this.#history = 'push';
    if (!this.#isWaiting) {
      this.#isWaiting = true;
      this.#path = this.#bar.path();
      const wait = Math.max(0, this.#flushedAt + FLUSH_MS - this.#bar.now());
      this.#bar.after(wait, () => this.#flush());
    }
    this.#tell();
  }

  /** The page has been rendered with these parameters: what is in them is no news any more. */
  settle(rendered: string): void {
    if (this.#overlay.size === 0 || this.#isWaiting) return;
    if (normal(this.#bar.search()) !== normal(rendered)) return;
    this.#overlay = NONE;
    this.#tell();
  }

  #flush(): void {
    this.#isWaiting = false;
    this.#flushedAt = this.#bar.now();
    const history = this.#history;
    this.#history = 'replace';
    const before = normal(this.#bar.search());
    const after = overlaid(before, this.#overlay).toString();
    if (this.#bar.path() === this.#path && after !== before) {
      this.#bar.go(after === '' ? this.#path : `${this.#path}?${after}`, history);
      return;
    }
    this.#overlay = NONE;
    this.#tell();
  }

  #tell(): void {
    for (const listener of this.#listeners) listener();
  }
}

const normal = (search: string): string => new URLSearchParams(search).toString();

/** The parameters with the changes applied. */
function overlaid(search: string, changes: Changes): URLSearchParams {
  const params = new URLSearchParams(search);
  for (const [name, texts] of changes) {
    params.delete(name);
    for (const text of texts) params.append(name, text);
  }
  return params;
}
