/** Changes per second over the last minutes, in whole seconds, puts and deletes apart. Constant memory. */
export const HISTORY_SECONDS = 180;

export interface SecondCount {
  /** Epoch second. */
  readonly second: number;
  readonly puts: number;
  readonly deletes: number;
}

export class RateHistory {
  readonly #puts = new Array<number>(HISTORY_SECONDS).fill(0);
  readonly #deletes = new Array<number>(HISTORY_SECONDS).fill(0);
  readonly #seconds = new Array<number>(HISTORY_SECONDS).fill(-1);

  add({ puts, deletes, at }: { readonly puts: number; readonly deletes: number; readonly at: number }): void {
    const second = Math.floor(at / 1_000);
    const slot = second % HISTORY_SECONDS;
    const isNew = this.#seconds[slot] !== second;
    this.#seconds[slot] = second;
    this.#puts[slot] = (isNew ? 0 : (this.#puts[slot] ?? 0)) + puts;
    this.#deletes[slot] = (isNew ? 0 : (this.#deletes[slot] ?? 0)) + deletes;
  }

  /** The last `count` whole seconds before `now`, oldest first; seconds without changes count zero. */
  last(count: number, now: number): readonly SecondCount[] {
    const end = Math.floor(now / 1_000);
    return Array.from({ length: count }, (_, index) => {
      const second = end - count + index;
      const slot = second % HISTORY_SECONDS;
      const isHeld = this.#seconds[slot] === second;
      return { second, puts: isHeld ? (this.#puts[slot] ?? 0) : 0, deletes: isHeld ? (this.#deletes[slot] ?? 0) : 0 };
    });
  }
}
