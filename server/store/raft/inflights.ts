/**
 * The window of appendEntries messages sent to one follower and not yet acknowledged, bounded by count and by bytes.
 *
 * Invariant: last indexes are strictly increasing, so one acknowledgement frees a prefix (inflights.test.ts).
 */
import { assert } from '../../../lib/base/assert.ts';

/** Freed slots are reclaimed in one copy when this many have gathered at the front. */
const RECLAIM_AT = 64;

export class Inflights {
  readonly #countMax: number;
  readonly #bytesMax: number;
  #lastIndexes: number[] = [];
  #sizes: number[] = [];
  #head = 0;
  #bytes = 0;

  constructor(limits: { readonly countMax: number; readonly bytesMax: number }) {
    this.#countMax = limits.countMax;
    this.#bytesMax = limits.bytesMax;
  }

  get count(): number {
    return this.#lastIndexes.length - this.#head;
  }

  get bytes(): number {
    return this.#bytes;
  }

  /** True when nothing more may be sent. The message that crosses the byte limit is still let through. */
  isFull(): boolean {
    return this.count >= this.#countMax || this.#bytes >= this.#bytesMax;
  }

  /** Records a message whose last entry is `lastIndex`. */
  add(lastIndex: number, bytes: number): void {
    assert(!this.isFull(), `inflights: add of ${lastIndex} to a full window of ${this.count}`);
    const newest = this.#lastIndexes.at(-1);
    assert(
      this.count === 0 || (newest !== undefined && newest < lastIndex),
      `inflights: ${lastIndex} after ${newest ?? 0}`,
    );
    this.#lastIndexes.push(lastIndex);
    this.#sizes.push(bytes);
    this.#bytes += bytes;
  }

  /** Frees every message whose last entry is at or below `index`. */
  freeUpTo(index: number): void {
    while (this.count > 0 && (this.#lastIndexes[this.#head] ?? 0) <= index) {
      this.#bytes -= this.#sizes[this.#head] ?? 0;
      this.#head++;
    }
    if (this.#head < RECLAIM_AT && this.count > 0) return;
    this.#lastIndexes = this.#lastIndexes.slice(this.#head);
    this.#sizes = this.#sizes.slice(this.#head);
    this.#head = 0;
  }

  reset(): void {
    this.#lastIndexes = [];
    this.#sizes = [];
    this.#head = 0;
    this.#bytes = 0;
  }
}
