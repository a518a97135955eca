/**
 * The replicated log of one member, in memory since the last compaction, and the marks that say how far it got:
 *
 *   start ≤ applied ≤ applying ≤ commit ≤ last        handed ≤ last        stable ≤ handed
 *
 *   start     last entry covered by a snapshot         commit    known to be durable on a quorum
 *   handed    given to the driver to persist           stable    durable on this member's own disk
 *   applying  given to the driver to apply             applied   applied by the driver
 *
 * The marks are asserted where they move. An entry is handed out for applying only once it is stable here too, so that a
 * state machine can never be durable beyond the log it came from.
 */
import { assert, defined } from '../../../lib/base/assert.ts';
import { type LogIndex, logIndex, type Term, term } from '../../../lib/base/brand.ts';
import type { Entry, EntryId, SnapshotMetadata } from './types.ts';

/** Bookkeeping that travels and is stored with each entry; counted so that empty entries are not free. */
const ENTRY_OVERHEAD_BYTES = 32;
/** Entries handed out for applying and not yet applied. One entry always passes. */
export const APPLYING_BYTES_MAX = 4 * 1024 * 1024;

const NOWHERE: EntryId = { term: term(0), index: logIndex(0) };

const entryBytes = (entry: Entry): number => entry.data.length + ENTRY_OVERHEAD_BYTES;
export const entriesBytes = (entries: readonly Entry[]): number =>
  entries.reduce((sum, entry) => sum + entryBytes(entry), 0);

export interface LogOptions {
  readonly start: EntryId;
  readonly entries: readonly Entry[];
  readonly commitIndex: LogIndex;
  readonly appliedIndex: LogIndex;
}

export class RaftLog {
  #start: EntryId;
  #entries: Entry[];
  #commit: LogIndex;
  #applying: LogIndex;
  #applied: LogIndex;
  #handed: LogIndex;
  #stable: LogIndex;
  #applyingBytes = 0;
  /** For each persist under way, oldest first: the index up to which it makes the present log durable. */
  #attested: LogIndex[] = [];
  #snapshot: SnapshotMetadata | undefined;
  #isSnapshotHanded = false;

  constructor(options: LogOptions) {
    this.#start = { term: options.start.term, index: options.start.index };
    this.#entries = [...options.entries];
    assertContiguous(this.#start, this.#entries);
    this.#applied = options.appliedIndex;
    this.#applying = options.appliedIndex;
    // The commit index is not flushed on its own, so a durable state machine may know more than the last hard state.
    this.#commit = logIndex(Math.max(options.commitIndex, options.appliedIndex));
    this.#handed = this.lastIndex();
    this.#stable = this.#handed;
    assert(this.#start.index <= this.#applied, `log: applied ${this.#applied} is before start ${this.#start.index}`);
    assert(this.#commit <= this.#handed, `log: commit ${this.#commit} is beyond the last entry ${this.#handed}`);
  }

  get commitIndex(): LogIndex {
    return this.#commit;
  }
  get appliedIndex(): LogIndex {
    return this.#applied;
  }
  get applyingIndex(): LogIndex {
    return this.#applying;
  }
  get stableIndex(): LogIndex {
    return this.#stable;
  }

  firstIndex(): LogIndex {
    return logIndex(this.#start.index + 1);
  }

  lastIndex(): LogIndex {
    return logIndex(this.#start.index + this.#entries.length);
  }

  last(): EntryId {
    const entry = this.#entries.at(-1);
    return entry === undefined ? this.#start : { term: entry.term, index: entry.index };
  }

  /** The term at `index`; undefined when it is compacted away or beyond the end. The start itself is known. */
  termAt(index: LogIndex): Term | undefined {
    if (index === this.#start.index) return this.#start.term;
    return this.#entries[index - this.#start.index - 1]?.term;
  }

  matches(id: EntryId): boolean {
    return this.termAt(id.index) === id.term;
  }

  /** Election restriction (Raft paper §5.4.1): the later last term wins, then the longer log. */
  isUpToDate(candidate: EntryId): boolean {
    const own = this.last();
    return candidate.term > own.term || (candidate.term === own.term && candidate.index >= own.index);
  }

  /** Entries from..to (both included), at least one when there is one, then as many as fit in `bytesMax`. */
  slice(range: { readonly from: LogIndex; readonly to: LogIndex }, bytesMax: number): Entry[] {
    const first = range.from - this.#start.index - 1;
    const limit = Math.min(range.to - this.#start.index, this.#entries.length);
    assert(first >= 0, `log: entry ${range.from} is compacted away, first is ${this.firstIndex()}`);
    let bytes = 0;
    let end = first;
    while (end < limit) {
      bytes += entryBytes(this.#at(end));
      if (end > first && bytes > bytesMax) break;
      end++;
    }
    return this.#entries.slice(first, end);
  }

  /** The leader's own append: always at the end. */
  append(entries: readonly Entry[]): void {
    assertContiguous(this.last(), entries);
    for (const entry of entries) this.#entries.push(entry);
  }

  /**
   * A follower's append (Raft paper §5.3): undefined when `previous` does not match; else the last index that now
   * agrees with the leader. Entries already present stay; from the first conflict on the old tail is dropped.
   */
  tryAppend(previous: EntryId, entries: readonly Entry[]): LogIndex | undefined {
    if (!this.matches(previous)) return undefined;
    assertContiguous(previous, entries);
    const fresh = entries.findIndex((entry) => !this.matches(entry));
    if (fresh >= 0) {
      const conflict = logIndex(previous.index + fresh + 1);
      assert(conflict > this.#commit, `log: entry ${conflict} conflicts with commit ${this.#commit}`);
      this.#truncateFrom(conflict);
      for (const entry of entries.slice(fresh)) this.#entries.push(entry);
    }
    return logIndex(previous.index + entries.length);
  }

  /**
   * The highest index at or below `from` whose term is at most `atMost`, with its term (0 when out of the log). Every entry
   * above it is known not to agree with a log whose term there is `atMost`: the hint that lets one exchange skip a term.
   */
  findAgreement(from: LogIndex, atMost: Term): EntryId {
    let index: number = from;
    while (index > 0) {
      const found = this.termAt(logIndex(index));
      if (found === undefined) return { term: term(0), index: logIndex(index) };
      if (found <= atMost) return { term: found, index: logIndex(index) };
      index--;
    }
    return NOWHERE;
  }

  /** Commit rule of the leader (Raft paper §5.4.2): only an entry of its own term is committed by counting. */
  commitIfOwnTerm(index: LogIndex, own: Term): boolean {
    if (index <= this.#commit || this.termAt(index) !== own) return false;
    this.commitTo(index);
    return true;
  }

  /** Never goes back. @throws AssertionError when this log lacks the entry: data was lost, voting on would lose more. */
  commitTo(index: LogIndex): void {
    if (index <= this.#commit) return;
    const last = this.lastIndex();
    assert(index <= last, `log: commit ${index} is beyond the last entry ${last}: was the log truncated or lost?`);
    this.#commit = index;
  }

  hasEntriesToPersist(): boolean {
    return this.#handed < this.lastIndex();
  }

  snapshotToPersist(): SnapshotMetadata | undefined {
    return this.#isSnapshotHanded ? undefined : this.#snapshot;
  }

  /** A snapshot was accepted and is not installed yet. */
  isInstalling(): boolean {
    return this.#snapshot !== undefined;
  }

  /** Hands out what is not handed yet and opens a persist; finishPersist() closes them in the same order. */
  beginPersist(): Entry[] {
    const entries = this.#entries.slice(this.#handed - this.#start.index);
    this.#handed = this.lastIndex();
    this.#isSnapshotHanded = this.#snapshot !== undefined;
    this.#attested.push(this.#handed);
    return entries;
  }

  /**
   * The oldest open persist is durable. Why a queue and not just "index and term are durable": a tail may be replaced
   * twice while the first write is under way, and come back identical (A, B, A). The first write's completion would then seem
   * to cover entries that the second write is about to overwrite. Truncation therefore lowers every open persist.
   */
  finishPersist(snapshot: SnapshotMetadata | undefined): void {
    const attested = defined(this.#attested.shift(), 'log: finishPersist without beginPersist');
    if (attested > this.#stable) this.#stable = attested;
    if (snapshot === undefined) return;
    if (this.#snapshot?.index === snapshot.index) {
      this.#snapshot = undefined;
      this.#isSnapshotHanded = false;
    }
    this.#applied = logIndex(Math.max(this.#applied, snapshot.index));
    this.#applying = logIndex(Math.max(this.#applying, snapshot.index));
    this.#applyingBytes = 0;
  }

  hasEntriesToApply(): boolean {
    return (
      this.#snapshot === undefined &&
      this.#applying < Math.min(this.#commit, this.#stable) &&
      this.#applyingBytes < APPLYING_BYTES_MAX
    );
  }

  /** The next committed, locally durable entries, each exactly once, bounded by APPLYING_BYTES_MAX. */
  beginApply(): Entry[] {
    if (!this.hasEntriesToApply()) return [];
    const to = logIndex(Math.min(this.#commit, this.#stable));
    const entries = this.slice({ from: logIndex(this.#applying + 1), to }, APPLYING_BYTES_MAX - this.#applyingBytes);
    this.#applying = logIndex(this.#applying + entries.length);
    this.#applyingBytes += entriesBytes(entries);
    return entries;
  }

  finishApply(index: LogIndex): void {
    if (index <= this.#applied) return;
    assert(index <= this.#applying, `log: applied ${index} was never handed out, applying is ${this.#applying}`);
    const from = Math.max(0, this.#applied - this.#start.index);
    const done = this.#entries.slice(from, Math.max(from, index - this.#start.index));
    this.#applyingBytes = Math.max(0, this.#applyingBytes - entriesBytes(done));
    this.#applied = index;
  }

  /** Drops entries up to and including `index`. Returns false when they were gone already. */
  compact(index: LogIndex): boolean {
    assert(index <= this.#applied, `log: compact to ${index} is beyond applied ${this.#applied}`);
    if (index <= this.#start.index) return false;
    const kept = defined(this.termAt(index), `log: no term at ${index}`);
    this.#entries = this.#entries.slice(index - this.#start.index);
    this.#start = { term: kept, index };
    return true;
  }

  /** Replaces the whole log by a snapshot that is ahead of it. */
  restore(snapshot: SnapshotMetadata): void {
    assert(snapshot.index > this.#commit, `log: snapshot ${snapshot.index} is not beyond commit ${this.#commit}`);
    this.#start = { term: snapshot.term, index: snapshot.index };
    this.#entries = [];
    this.#commit = snapshot.index;
    this.#handed = snapshot.index;
    this.#stable = logIndex(0);
    this.#attested = this.#attested.map(() => logIndex(0));
    this.#snapshot = snapshot;
    this.#isSnapshotHanded = false;
  }

  uncommitted(): Entry[] {
    return this.#entries.slice(this.#commit - this.#start.index);
  }

  /** True when a committed entry not applied yet satisfies `test`. */
  someUnapplied(test: (entry: Entry) => boolean): boolean {
    const from = Math.max(this.#applied, this.#start.index) - this.#start.index;
    return this.#entries.slice(from, this.#commit - this.#start.index).some(test);
  }

  #truncateFrom(index: LogIndex): void {
    this.#entries.length = index - this.#start.index - 1;
    const kept = logIndex(index - 1);
    if (this.#handed > kept) this.#handed = kept;
    if (this.#stable > kept) this.#stable = kept;
    this.#attested = this.#attested.map((attested) => (attested > kept ? kept : attested));
  }

  #at(position: number): Entry {
    return defined(this.#entries[position], `log: no entry at position ${position}`);
  }
}

function assertContiguous(previous: EntryId, entries: readonly Entry[]): void {
  let before = previous;
  for (const entry of entries) {
    assert(entry.index === before.index + 1, `log: entry ${entry.index} does not follow ${before.index}`);
    assert(entry.term >= before.term, `log: term ${entry.term} of entry ${entry.index} is below ${before.term}`);
    before = entry;
  }
}
