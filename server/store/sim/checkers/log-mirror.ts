/** A copy of one member's log in memory, rebuilt from what its Readies hand out; the checkers never look into the core. */
import { assert } from '../../../../lib/base/assert.ts';
import type { Entry, EntryId, Ready } from '../../raft/types.ts';
import type { DurableLog } from '../actor.ts';

export class LogMirror {
  #start: EntryId;
  readonly #entries: Entry[];

  constructor(log: DurableLog) {
    this.#start = log.start;
    this.#entries = [...log.entries];
  }

  get lastIndex(): number {
    return this.#start.index + this.#entries.length;
  }

  /** Everything up to here is covered by a snapshot. */
  get startIndex(): number {
    return this.#start.index;
  }

  entryAt(index: number): Entry | undefined {
    return this.#entries[index - this.#start.index - 1];
  }

  termAt(index: number): number | undefined {
    return index === this.#start.index ? this.#start.term : this.entryAt(index)?.term;
  }

  take(ready: Ready): void {
    if (ready.snapshot !== undefined) {
      this.#start = ready.snapshot;
      this.#entries.length = 0;
    }
    for (const entry of ready.entries) {
      const position = entry.index - this.#start.index - 1;
      assert(position >= 0 && position <= this.#entries.length, `mirror: entry ${entry.index} leaves a gap`);
      this.#entries.length = position;
      this.#entries.push(entry);
    }
  }
}
