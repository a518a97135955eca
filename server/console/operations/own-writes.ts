import { BoundedMap } from '../../../lib/base/bounded-map.ts';

/** Which revisions this console made itself: the store does not keep who wrote. Bounded; the oldest are forgotten. */
const OWN_WRITES_MAX = 100_000;

export class OwnWrites {
  readonly #by = new BoundedMap<number, string>(OWN_WRITES_MAX);

  note(revision: number, by: string): void {
    this.#by.set(revision, by);
  }

  /** Null: not made here, or so long ago that it is forgotten. */
  by(revision: number): string | null {
    return this.#by.get(revision) ?? null;
  }
}

export const THIS_CONSOLE = 'this console';
