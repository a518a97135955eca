/**
 * What a watch shows of the ring, newest last: the changes that pass at least one of several subscriptions, each of which can be paused by
 * itself, while all can be held together. Rows that may not be shown yet wait beside the list and are counted; letting go adds them where
 * they belong. Before the ring stands what was read of the past, in place of a gap what was read to fill it.
 *
 * Both sides are bounded; what the bound lets go is told by a gap row of its own. Gap rows belong to every subscription: what was not seen
 * might have matched.
 */
import { Cell } from './cell.ts';
import { type ChangeFilter, matchesFilter, NO_FILTER } from './change-filter.ts';
import { type ChangeRing, type ChangeRow, RING_ROWS, revisionOf } from './change-ring.ts';
import { RateMeter } from './rate-meter.ts';
import { RowView } from './row-view.ts';

export interface WatchRow {
  readonly row: ChangeRow;
  /** Bit n: subscription n lets it pass. */
  readonly subs: number;
}

export interface SubscriptionCount {
  /** Changes that passed since the list began, shown or not. */
  readonly seen: number;
  /** Of these, not shown yet. */
  readonly waiting: number;
}

export const NO_ROWS: RowView<WatchRow> = new RowView([], 0, 0);

export interface WatchListState {
  /** Oldest first. */
  readonly rows: RowView<WatchRow>;
  /** Rows that wait. */
  readonly waiting: number;
  /** Rows that the bound let go, at the old end. */
  readonly forgotten: number;
  /** One for each subscription. */
  readonly counts: readonly SubscriptionCount[];
}

const NEVER = Number.POSITIVE_INFINITY;

export class WatchList {
  readonly state = new Cell<WatchListState>({ rows: NO_ROWS, waiting: 0, forgotten: 0, counts: [] });
  readonly #ring: ChangeRing;
  readonly #capacity: number;
  #filters: readonly ChangeFilter[] = [NO_FILTER];
  #rates: readonly RateMeter[] = [new RateMeter()];
  /** Rows from this one on wait. */
  #heldAt = NEVER;
  /** The same, for each subscription. */
  #pausedAt: readonly number[] = [NEVER];
  #past: readonly ChangeRow[] = [];
  readonly #filled = new Map<number, readonly ChangeRow[]>();
  /** Shown are those from `#start` on; what a view was given is never changed. */
  #shown: WatchRow[] = [];
  #start = 0;
  #waiting: WatchRow[] = [];
  /** First and last of the waiting rows that the bound let go. */
  #dropped: readonly ChangeRow[] = [];
  #droppedCount = 0;
  #forgotten = 0;
  #seen: number[] = [0];
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
    const missed = this.#ring.firstSeq - this.#readTo;
    if (this.#readTo === 0 && this.#past.length > 0) {
      // Only now is known where the ring begins, which is where the past read before it must end.
      this.#rebuild();
      return;
    }
    const fresh = this.#taken(this.#ring.since(this.#readTo), true);
    this.#readTo = this.#ring.nextSeq;
    if (missed > 0) fresh.unshift(this.#wrap(this.#missedRow(missed)));
    if (fresh.length === 0) return;
    this.#add(fresh);
    this.#publish();
  }

  /** Replaces the subscriptions and shows what they let pass of everything still held; what stands still goes on standing. */
  setFilters(filters: readonly ChangeFilter[]): void {
    this.#filters = filters;
    this.#rates = filters.map((_, index) => this.#rates[index] ?? new RateMeter());
    this.#pausedAt = filters.map((_, index) => this.#pausedAt[index] ?? NEVER);
    this.#rebuild();
  }

  /** Which subscriptions stand still, by index. */
  setPaused(paused: ReadonlySet<number>): void {
    const now = this.#pausedAt;
    this.#pausedAt = this.#filters.map((_, index) =>
      paused.has(index) ? Math.min(now[index] ?? NEVER, this.#readTo) : NEVER,
    );
    this.#letGo();
  }

  hold(): void {
    if (this.#heldAt === NEVER) this.#heldAt = this.#readTo;
  }

  release(): void {
    this.#heldAt = NEVER;
    this.#letGo();
  }

  /** What was read of the time before the ring, oldest first; what the ring has too is left out. */
  setPast(rows: readonly ChangeRow[]): void {
    this.#past = rows;
    this.#rebuild();
  }

  /** What was read in place of the gap row `seq`: the changes, and gap rows where it could not be read. */
  fillGap(seq: number, rows: readonly ChangeRow[]): void {
    this.#filled.set(
      seq,
      rows.map((row, index) => ({ ...row, seq: seq - 1 + (index + 1) / (rows.length + 1) })),
    );
    this.#rebuild();
  }

  /** Empties the list; the stream goes on. */
  clear(): void {
    this.#from = this.#ring.nextSeq;
    this.#past = [];
    this.#rebuild();
  }

  /** The oldest revision the stream itself brought; null: none yet. */
  oldestOfStream(): number | null {
    const oldest = this.#ring.at(this.#ring.firstSeq);
    return oldest === undefined ? null : Number(revisionOf(oldest));
  }

  /** Changes per second that pass a subscription, over the last two seconds. */
  ratePerSecond(index: number, now: number): number {
    return this.#rates[index]?.perSecond(now) ?? 0;
  }

  #rebuild(): void {
    this.#shown = [];
    this.#start = 0;
    this.#waiting = [];
    this.#dropped = [];
    this.#droppedCount = 0;
    this.#forgotten = 0;
    this.#seen = this.#filters.map(() => 0);
    this.#readTo = this.#ring.nextSeq;
    for (const seq of this.#filled.keys()) if (seq < this.#ring.firstSeq) this.#filled.delete(seq);
    this.#add(this.#taken(this.#source(), false));
    this.#publish();
  }

  *#source(): Generator<ChangeRow> {
    const before = this.oldestOfStream();
    const past = this.#past.filter((row) => before === null || Number(revisionOf(row)) < before);
    for (const [index, row] of past.entries()) yield { ...row, seq: this.#ring.firstSeq - past.length + index };
    for (const row of this.#ring.since(this.#from)) {
      const instead = this.#filled.get(row.seq);
      if (instead === undefined) yield row;
      else yield* instead;
    }
  }

  /** @param isFresh they count in the rates */
  #taken(rows: Iterable<ChangeRow>, isFresh: boolean): WatchRow[] {
    const found: WatchRow[] = [];
    for (const row of rows) {
      const one = this.#wrap(row);
      if (one.subs === 0) continue;
      found.push(one);
      if (row.kind === 'gap') continue;
      for (let bit = 0; bit < this.#filters.length; bit++) {
        if ((one.subs & (1 << bit)) === 0) continue;
        this.#seen[bit] = (this.#seen[bit] ?? 0) + 1;
        if (isFresh && !row.isPast) this.#rates[bit]?.add(1, row.receivedAt);
      }
    }
    return found;
  }

  #wrap(row: ChangeRow): WatchRow {
    if (row.kind === 'gap') return { row, subs: (1 << this.#filters.length) - 1 };
    let subs = 0;
    for (const [bit, filter] of this.#filters.entries()) if (matchesFilter(row.event, filter)) subs |= 1 << bit;
    return { row, subs };
  }

  #maySee({ row, subs }: WatchRow): boolean {
    if (row.seq >= this.#heldAt) return false;
    return this.#pausedAt.some((edge, bit) => (subs & (1 << bit)) !== 0 && row.seq < edge);
  }

  #add(rows: readonly WatchRow[]): void {
    const visible: WatchRow[] = [];
    for (const one of rows) {
      if (this.#maySee(one)) visible.push(one);
      else this.#waiting.push(one);
    }
    this.#show(visible);
    this.#boundWaiting();
  }

  /** Shows what waits no longer. */
  #letGo(): void {
    const visible: WatchRow[] = [];
    if (this.#droppedCount > 0 && this.#heldAt === NEVER) {
      visible.push(this.#wrap(this.#droppedRow()));
      this.#dropped = [];
      this.#droppedCount = 0;
    }
    const still: WatchRow[] = [];
    for (const one of this.#waiting) (this.#maySee(one) ? visible : still).push(one);
    this.#waiting = still;
    this.#show(visible);
    this.#publish();
  }

  #show(rows: readonly WatchRow[]): void {
    const first = rows[0];
    if (first === undefined) return;
    const last = this.#shown.at(-1);
    if (last !== undefined && first.row.seq < last.row.seq) {
      // A subscription that goes on brings rows from between those that others have shown meanwhile.
      this.#shown = [...this.#shown.slice(this.#start), ...rows].sort((a, b) => a.row.seq - b.row.seq);
      this.#start = 0;
    } else for (const row of rows) this.#shown.push(row);
    const over = Math.max(0, this.#shown.length - this.#start - this.#capacity);
    this.#forgotten += over;
    this.#start += over;
    // As many gone as are shown: cutting them off costs one copy now and then, not one for each batch.
    if (this.#start < this.#capacity) return;
    this.#shown = this.#shown.slice(this.#start);
    this.#start = 0;
  }

  #boundWaiting(): void {
    const over = this.#waiting.length - this.#capacity;
    if (over <= 0) return;
    const gone = this.#waiting.splice(0, over).map(({ row }) => row);
    const first = this.#dropped[0] ?? gone[0];
    const last = gone.at(-1);
    this.#dropped = first === undefined || last === undefined ? [] : [first, last];
    this.#droppedCount += over;
  }

  /** Stands for waiting rows that were let go. */
  #droppedRow(): ChangeRow {
    const [first, last] = this.#dropped;
    return {
      seq: (first?.seq ?? 0) + 0.5,
      kind: 'gap',
      from: first === undefined ? '0' : revisionOf(first),
      to: last === undefined ? '0' : revisionOf(last),
      reason: `${this.#droppedCount} changes came while paused that this list could not hold`,
      receivedAt: first?.receivedAt ?? 0,
    };
  }

  /** Stands for rows that left the ring before this list could read them. */
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
    const waiting = this.#filters.map(() => 0);
    for (const { subs } of this.#waiting)
      for (let bit = 0; bit < waiting.length; bit++)
        if ((subs & (1 << bit)) !== 0) waiting[bit] = (waiting[bit] ?? 0) + 1;
    this.state.set({
      rows: new RowView(this.#shown, this.#start, this.#shown.length),
      waiting: this.#waiting.length + this.#droppedCount,
      forgotten: this.#forgotten,
      counts: this.#filters.map((_, bit) => ({ seen: this.#seen[bit] ?? 0, waiting: waiting[bit] ?? 0 })),
    });
  }
}
