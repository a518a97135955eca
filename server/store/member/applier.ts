/**
 * Committed entries into the state machine, in order, in bounded slices, so that a long catch-up never holds up ticks.
 *
 * Invariant: an entry is applied once; what a snapshot covers is never applied after it (the core's contract, types.ts).
 */
import type { Applied, StateMachine } from '../apply/types.ts';
import type { Clock } from '../ports/clock.ts';
import { ENTRY_NORMAL, type Entry, type EntryId, type RaftNode } from '../raft/types.ts';

/** Entries applied in one go; the largest legal transaction takes about a millisecond. */
const SLICE_ENTRIES_MAX = 256;

export interface ApplierHooks {
  /** A request was applied; `ms` long. */
  readonly onMeasured: (entry: Entry, applied: Applied, ms: number) => void;
  readonly onApplied: (entry: Entry, applied: Applied) => void;
  readonly onMembershipChanged: () => void;
}

export class Applier {
  readonly #machine: StateMachine;
  readonly #raft: RaftNode;
  readonly #clock: Clock;
  readonly #hooks: ApplierHooks;
  #queue: Entry[] = [];
  #next = 0;
  #last: EntryId | undefined;

  constructor(
    parts: { readonly machine: StateMachine; readonly raft: RaftNode; readonly clock: Clock },
    hooks: ApplierHooks,
  ) {
    this.#machine = parts.machine;
    this.#raft = parts.raft;
    this.#clock = parts.clock;
    this.#hooks = hooks;
  }

  get hasWork(): boolean {
    return this.#next < this.#queue.length;
  }

  /** Term and index of the last entry applied in this run. */
  get last(): EntryId | undefined {
    return this.#last;
  }

  push(entries: readonly Entry[]): void {
    if (entries.length === 0) return;
    if (!this.hasWork) {
      this.#queue = [];
      this.#next = 0;
    }
    for (const entry of entries) this.#queue.push(entry);
  }

  /** Applies one slice. False when there was nothing to do. */
  run(): boolean {
    const end = Math.min(this.#queue.length, this.#next + SLICE_ENTRIES_MAX);
    if (this.#next >= end) return false;
    let last = this.#last;
    for (; this.#next < end; this.#next++) {
      const entry = this.#queue[this.#next] as Entry;
      this.#apply(entry);
      last = entry;
    }
    if (last !== undefined) {
      this.#last = { term: last.term, index: last.index };
      this.#raft.applied(last.index);
    }
    return true;
  }

  /** A snapshot replaced the state machine. */
  replaced(by: EntryId): void {
    this.#queue = [];
    this.#next = 0;
    this.#last = by;
  }

  #apply(entry: Entry): void {
    if (entry.type === ENTRY_NORMAL) {
      const since = this.#clock.now();
      const applied = this.#machine.apply(entry);
      this.#hooks.onMeasured(entry, applied, this.#clock.now() - since);
      this.#hooks.onApplied(entry, applied);
      return;
    }
    const { change } = this.#machine.decodeConfChange(entry);
    const confState = this.#raft.applyConfChange(change);
    this.#hooks.onApplied(entry, this.#machine.applyConfChange(entry, confState));
    this.#hooks.onMembershipChanged();
  }
}
