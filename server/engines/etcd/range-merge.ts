/**
 * Several watchers of one stream, read as one sequence. The server keeps the order of revisions within a watcher only; a
 * transaction over two ranges arrives as two messages, and other revisions may come between. So events are held until the
 * server says how far every watcher of the stream has been served (a progress answer), and handed on up to there.
 *
 * Servers before 3.4.25 and 3.5.8 give that answer too early now and then (etcd issue 15220). An event at or below what
 * was handed on tells; then the sequence cannot be kept and the caller must begin anew.
 */
import type { StoredEvent } from '../engine.ts';

/** The first releases of 3.4 and 3.5 whose progress answers wait for every watcher of the stream. */
const MENDED: Readonly<Record<string, number>> = { '3.4': 25, '3.5': 8 };

/** @param version as Status tells it, "3.4.23". Unknown ones count as new. */
export function answersTooEarly(version: string): boolean {
  const [, line = '', patch = ''] = /^(\d+\.\d+)\.(\d+)/.exec(version) ?? [];
  const mended = MENDED[line];
  return mended !== undefined && Number(patch) < mended;
}

export class RangeMerge {
  /** Handed on up to here. */
  #released: number;
  #held: StoredEvent[] = [];

  /** @param startRevision of every watcher */
  constructor(startRevision: number) {
    this.#released = startRevision - 1;
  }

  /** False: an event came after the server had denied that there are any. */
  add(events: readonly StoredEvent[]): boolean {
    if (events.some((event) => event.kv.modRevision <= this.#released)) return false;
    this.#held.push(...events);
    return true;
  }

  /** Every watcher was served up to `revision`. The events up to there, in revision order; within a revision as they came. */
  release(revision: number): readonly StoredEvent[] {
    this.#released = Math.max(this.#released, revision);
    const ready = this.#held.filter((event) => event.kv.modRevision <= revision);
    this.#held = this.#held.filter((event) => event.kv.modRevision > revision);
    return ready.sort((a, b) => a.kv.modRevision - b.kv.modRevision);
  }

  /** Something waits for the next answer. */
  get holds(): boolean {
    return this.#held.length > 0;
  }
}
