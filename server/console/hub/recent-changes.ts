/**
 * The last changes, so that a browser that was away for a moment misses nothing. Bounded by events and by bytes; what
 * falls out moves `reachesBack`.
 */
import type { ChangeEvent } from '../../../lib/api/types.ts';

export const RECENT_EVENTS_MAX = 20_000;

interface Recent {
  readonly revision: number;
  readonly event: ChangeEvent;
}

export class RecentChanges {
  #ring: Recent[] = [];
  #start = 0;
  #from: number;

  /** @param from every change after this revision will be pushed. */
  constructor(from: number) {
    this.#from = from;
  }

  /** Changes after this revision are all here. */
  get reachesBack(): number {
    return this.#from;
  }

  push(revision: number, event: ChangeEvent): void {
    this.#ring.push({ revision, event });
    if (this.#ring.length - this.#start > RECENT_EVENTS_MAX) this.#dropOldest();
  }

  /** Every change after `revision`; null when some of them are gone. */
  since(revision: number): readonly ChangeEvent[] | null {
    if (revision < this.#from) return null;
    return this.#ring.slice(this.#after(revision)).map((recent) => recent.event);
  }

  /** The last changes, at least `count` when so many are held: never half a revision. */
  last(count: number): readonly ChangeEvent[] {
    let from = Math.max(this.#start, this.#ring.length - count);
    const cut = this.#ring[from]?.revision;
    while (from > this.#start && this.#ring[from - 1]?.revision === cut) from--;
    return this.#ring.slice(from).map((recent) => recent.event);
  }

  /** When this revision was seen; null when it is not among the recent ones. */
  timeOf(revision: number): number | null {
    const found = this.#ring[this.#after(revision - 1)];
    return found?.revision === revision ? found.event.at : null;
  }

  /** Position of the first change younger than `revision`. */
  #after(revision: number): number {
    let low = this.#start;
    let high = this.#ring.length;
    while (low < high) {
      const middle = (low + high) >>> 1;
      if ((this.#ring[middle] as Recent).revision <= revision) low = middle + 1;
      else high = middle;
    }
    return low;
  }

  /** Never half a revision: all events of the oldest one go together. */
  #dropOldest(): void {
    const { revision } = this.#ring[this.#start] as Recent;
    while (this.#ring[this.#start]?.revision === revision) this.#start++;
    this.#from = revision;
    if (this.#start < RECENT_EVENTS_MAX) return;
    this.#ring = this.#ring.slice(this.#start);
    this.#start = 0;
  }
}
