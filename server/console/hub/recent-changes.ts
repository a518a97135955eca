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
    let low = this.#start;
    let high = this.#ring.length;
    while (low < high) {
      const middle = (low + high) >>> 1;
      if ((this.#ring[middle] as Recent).revision <= revision) low = middle + 1;
      else high = middle;
    }
    return this.#ring.slice(low).map((recent) => recent.event);
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
