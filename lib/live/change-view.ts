/**
 * A filtered window on the ring, newest last, that can be held still. While held, matching rows wait beside the window and are counted;
 * releasing it adds them. Both sides are bounded; what the bound lets go is told by a gap row of its own. Gap rows pass every filter:
 * what was not seen might have matched.
 */
import { Cell } from './cell.ts';
import { type ChangeFilter, matchesFilter, NO_FILTER } from './change-filter.ts';
import { type ChangeRing, type ChangeRow, RING_ROWS } from './change-ring.ts';

export interface ChangeViewState {
  /** Oldest first. Replaced, never changed in place. */
  readonly rows: readonly ChangeRow[];
  readonly isHeld: boolean;
  /** Matching rows that wait while held. */
  readonly waiting: number;
  /** Matching rows that the bound let go, at the old end. */
  readonly forgotten: number;
}

const EMPTY: ChangeViewState = { rows: [], isHeld: false, waiting: 0, forgotten: 0 };

export class ChangeView {
  readonly state = new Cell<ChangeViewState>(EMPTY);
  readonly #ring: ChangeRing;
  readonly #capacity: number;
  #filter: ChangeFilter = NO_FILTER;
  #rows: readonly ChangeRow[] = [];
  #waiting: ChangeRow[] = [];
  /** Waiting rows the bound let go while held. */
  #dropped: ChangeRow[] = [];
  #droppedCount = 0;
  #forgotten = 0;
  #isHeld = false;
  #readTo: number;
  /** Rows before this one were cleared away by the reader. */
  #from: number;

  constructor(ring: ChangeRing, capacity: number = RING_ROWS) {
    this.#ring = ring;
    this.#capacity = capacity;
    this.#readTo = ring.firstSeq;
    this.#from = ring.firstSeq;
    this.read();
  }

  /** Takes in what the ring has got since. Call when the store announces changes. */
  read(): void {
    const fresh = this.#matching(this.#readTo);
    const missed = this.#ring.firstSeq - this.#readTo;
    this.#readTo = this.#ring.nextSeq;
    if (missed > 0) fresh.unshift(this.#missedRow(missed));
    if (fresh.length === 0) return;
    if (this.#isHeld) this.#wait(fresh);
    else this.#append(fresh);
    this.#publish();
  }

  hold(): void {
    if (this.#isHeld) return;
    this.#isHeld = true;
    this.#publish();
  }

  release(): void {
    if (!this.#isHeld) return;
    this.#isHeld = false;
    const lost = this.#dropped;
    if (this.#droppedCount > 0) this.#append([this.#droppedRow(lost)]);
    this.#append(this.#waiting);
    this.#waiting = [];
    this.#dropped = [];
    this.#droppedCount = 0;
    this.#publish();
  }

  /** Shows what the new filter lets pass of all that the ring still holds, keeping a held window where it stands. */
  setFilter(filter: ChangeFilter): void {
    const heldAt = this.#isHeld ? (this.#waiting[0]?.seq ?? this.#readTo) : this.#ring.nextSeq;
    this.#filter = filter;
    const all = this.#matching(this.#from);
    this.#rows = all.filter((row) => row.seq < heldAt);
    this.#waiting = all.filter((row) => row.seq >= heldAt);
    this.#readTo = this.#ring.nextSeq;
    this.#forgotten = 0;
    this.#publish();
  }

  /** Empties the window; the stream goes on. */
  clear(): void {
    this.#from = this.#ring.nextSeq;
    this.#readTo = this.#from;
    this.#rows = [];
    this.#waiting = [];
    this.#dropped = [];
    this.#droppedCount = 0;
    this.#forgotten = 0;
    this.#publish();
  }

  #matching(from: number): ChangeRow[] {
    const found: ChangeRow[] = [];
    for (const row of this.#ring.since(from))
      if (row.kind === 'gap' || matchesFilter(row.event, this.#filter)) found.push(row);
    return found;
  }

  #append(rows: readonly ChangeRow[]): void {
    const all = [...this.#rows, ...rows];
    const over = Math.max(0, all.length - this.#capacity);
    this.#forgotten += over;
    this.#rows = over === 0 ? all : all.slice(over);
  }

  #wait(rows: readonly ChangeRow[]): void {
    for (const row of rows) this.#waiting.push(row);
    const over = this.#waiting.length - this.#capacity;
    if (over <= 0) return;
    const gone = this.#waiting.splice(0, over);
    const first = this.#dropped[0] ?? gone[0];
    const last = gone.at(-1);
    this.#dropped = first === undefined || last === undefined ? [] : [first, last];
    this.#droppedCount += over;
  }

  /** Stands for waiting rows that were let go. */
  #droppedRow([first, last]: readonly ChangeRow[]): ChangeRow {
    return {
      seq: (first?.seq ?? 0) + 0.5,
      kind: 'gap',
      from: first === undefined ? '0' : revisionOf(first),
      to: last === undefined ? '0' : revisionOf(last),
      reason: `${this.#droppedCount} changes came while paused that this list could not hold`,
      receivedAt: first?.receivedAt ?? 0,
    };
  }

  /** Stands for rows that left the ring before this view could read them. */
  #missedRow(count: number): ChangeRow {
    const next = this.#ring.at(this.#ring.firstSeq);
    const to = next === undefined ? '0' : revisionOf(next);
    return {
      seq: this.#ring.firstSeq - 0.5,
      kind: 'gap',
      from: '0',
      to,
      reason: `${count} changes came faster than this page could take them`,
      receivedAt: next?.receivedAt ?? 0,
    };
  }

  #publish(): void {
    this.state.set({
      rows: this.#rows,
      isHeld: this.#isHeld,
      waiting: this.#waiting.length + this.#droppedCount,
      forgotten: this.#forgotten,
    });
  }
}

const revisionOf = (row: ChangeRow): string => (row.kind === 'change' ? row.event.revision : row.to);
