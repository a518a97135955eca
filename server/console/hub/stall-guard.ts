/**
 * Notices a watch that has gone silent: the store is known to be ahead of it, for a while, and even a ping stays without
 * an answer. A frozen server keeps its connections open, so no error tells.
 */
import type { Watcher } from '../../engines/engine.ts';

/** The store must be ahead for this long before the server is asked for a sign of life, … */
const STALL_MS = 700;
/** … and silent for this long before the watch moves elsewhere. */
const SILENCE_MS = 700;

export interface StallGuardOptions {
  /** How far the watch has come; 0 while there is none. */
  readonly revision: () => number;
  readonly watcher: () => Watcher | undefined;
  readonly now: () => number;
}

export class StallGuard {
  readonly #options: StallGuardOptions;
  #storeRevision = 0;
  #aliveAt = 0;
  #timer: NodeJS.Timeout | undefined;

  constructor(options: StallGuardOptions) {
    this.#options = options;
  }

  get storeRevision(): number {
    return this.#storeRevision;
  }

  /** Anything came over the watch. */
  alive(): void {
    this.#aliveAt = this.#options.now();
  }

  /** Some member reports this revision. */
  noteStoreRevision(revision: number): void {
    this.#storeRevision = Math.max(this.#storeRevision, revision);
    if (this.#options.revision() === 0 || !this.#isBehind() || this.#timer !== undefined) return;
    this.#later(STALL_MS, () => {
      if (this.#isBehind()) this.#ask();
    });
  }

  /** Another store: its revisions begin anew. */
  reset(): void {
    this.#storeRevision = 0;
  }

  close(): void {
    clearTimeout(this.#timer);
  }

  #isBehind(): boolean {
    return this.#storeRevision > this.#options.revision();
  }

  #ask(): void {
    const askedAt = this.#options.now();
    this.#options.watcher()?.ping();
    this.#later(SILENCE_MS, () => {
      if (this.#isBehind() && this.#aliveAt < askedAt) this.#options.watcher()?.reconnect('the server went silent');
    });
  }

  #later(ms: number, action: () => void): void {
    this.#timer = setTimeout(() => {
      this.#timer = undefined;
      action();
    }, ms);
    this.#timer.unref();
  }
}
