/**
 * A stretch of a list that only grows at its end: reading it needs no copy, and it stays what it is while the list goes on growing.
 */
export class RowView<T> implements Iterable<T> {
  readonly length: number;
  readonly #rows: readonly T[];
  readonly #start: number;

  /** @param rows never changed between `start` and `end` any more */
  constructor(rows: readonly T[], start: number, end: number) {
    this.#rows = rows;
    this.#start = start;
    this.length = end - start;
  }

  /** Undefined outside; counts from the end when negative. */
  at(index: number): T | undefined {
    const at = index < 0 ? this.length + index : index;
    return at < 0 || at >= this.length ? undefined : this.#rows[this.#start + at];
  }

  *[Symbol.iterator](): Generator<T> {
    for (let at = 0; at < this.length; at++) yield this.#rows[this.#start + at] as T;
  }
}
