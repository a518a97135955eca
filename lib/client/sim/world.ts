/**
 * Virtual time for programs made of promises: what is due earliest runs next, then every promise that follows from it settles,
 * then the clock moves on. One seed, one course of events.
 */
import { Prng } from '../../base/prng.ts';

interface Due {
  readonly at: number;
  readonly order: number;
  readonly run: () => void;
}

export class World {
  readonly prng: Prng;
  #now = 0;
  #order = 0;
  readonly #heap: Due[] = [];

  constructor(seed: number) {
    this.prng = new Prng(seed);
  }

  /** Milliseconds since the world began. */
  get now(): number {
    return this.#now;
  }

  after(ms: number, run: () => void): void {
    this.#push({ at: this.#now + Math.max(0, ms), order: this.#order++, run });
  }

  /** Lets everything happen that is due until then, and what follows from it. */
  async run(untilMs: number): Promise<void> {
    await settle();
    for (let next = this.#heap[0]; next !== undefined && next.at <= untilMs; next = this.#heap[0]) {
      this.#pop();
      this.#now = next.at;
      next.run();
      await settle();
    }
    this.#now = Math.max(this.#now, untilMs);
  }

  #push(due: Due): void {
    const heap = this.#heap;
    heap.push(due);
    for (let at = heap.length - 1; at > 0; ) {
      const parent = (at - 1) >> 1;
      if (isBefore(heap[parent], heap[at])) break;
      swap(heap, parent, at);
      at = parent;
    }
  }

  #pop(): void {
    const heap = this.#heap;
    swap(heap, 0, heap.length - 1);
    heap.pop();
    for (let at = 0; ; ) {
      let least = at;
      for (const child of [2 * at + 1, 2 * at + 2]) {
        if (child < heap.length && isBefore(heap[child], heap[least])) least = child;
      }
      if (least === at) return;
      swap(heap, least, at);
      at = least;
    }
  }
}

const isBefore = (a: Due | undefined, b: Due | undefined): boolean =>
  a !== undefined && b !== undefined && (a.at < b.at || (a.at === b.at && a.order < b.order));

function swap(heap: Due[], i: number, j: number): void {
  const [a, b] = [heap[i], heap[j]];
  if (a === undefined || b === undefined) return;
  heap[i] = b;
  heap[j] = a;
}

/** Resolves when every promise that can settle without time passing has: those run before the event loop turns. */
const settle = (): Promise<void> => new Promise((resolve) => setImmediate(resolve));
