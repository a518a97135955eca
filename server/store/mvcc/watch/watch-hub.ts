/**
 * Watches over a KvStore (etcd's watchable store): live changes to synced watchers, history to the others in bounded
 * slices, compaction cancels whom it overtakes.
 *
 * Invariants (watch-hub.test.ts against a naive replay):
 * - a watcher gets every event of its range with revision >= its start exactly once and in order, or is told that
 *   compaction took it: `next` moves only over what its sink took;
 * - events of one revision travel in one batch;
 * - a sink is called from notify(), pump() and compacted(), never from watch().
 */
import type { Revision } from '../../../../lib/base/brand.ts';
import type { Event } from '../../../../lib/base/etcdpb/mvcc.ts';
import type { KeyRange } from '../key-range.ts';
import type { KvStore } from '../kv-store.ts';
import type { Row } from '../row-table.ts';
import type { Watchable, WatchBatch, WatchHandle, WatchSink, WatchSpec } from '../types.ts';
import { countWatchers, type WatchedRanges } from './watched-ranges.ts';
import { Watcher, WatcherIndex } from './watcher.ts';

/** One slice of history, cut at a revision boundary: whichever of these is reached first. */
const SLICE_REVISIONS_MAX = 1000;
const SLICE_ROWS_MAX = 10_000;
const SLICE_BYTES_MAX = 8 * 1024 * 1024;

export class WatchHub implements Watchable {
  readonly #synced = new WatcherIndex();
  readonly #unsynced = new WatcherIndex();
  readonly #paused = new Set<Watcher>();
  #kv: KvStore;
  #eventCount = 0;

  constructor(kv: KvStore) {
    this.#kv = kv;
  }

  watch(spec: WatchSpec, sink: WatchSink): WatchHandle {
    const current = this.#kv.revision();
    const watcher = new Watcher(spec, sink, spec.startRevision === 0 ? current + 1 : spec.startRevision);
    if (watcher.next > current) this.#move(watcher, 'synced');
    else this.#move(watcher, 'unsynced');
    return {
      resume: () => {
        if (watcher.state === 'paused') this.#move(watcher, 'unsynced');
      },
      // A start in the future is not synced yet: progress below the start revision would be a lie to its client.
      isSynced: () => watcher.state === 'synced' && watcher.next <= this.#kv.revision() + 1,
      cancel: () => this.#move(watcher, 'cancelled'),
    };
  }

  watcherCount(): number {
    return this.#synced.all.size + this.#unsynced.all.size + this.#paused.size;
  }

  slowCount(): number {
    return this.#unsynced.all.size + this.#paused.size;
  }

  watchersOf(range: KeyRange, compactRevision: number): WatchedRanges {
    return countWatchers(this.#everyone(), range, compactRevision);
  }

  *#everyone(): Iterable<Watcher> {
    yield* this.#synced.all;
    yield* this.#unsynced.all;
    yield* this.#paused;
  }

  eventCount(): number {
    return this.#eventCount;
  }

  /** Delivers the changes of the request that just became `revision`. */
  notify(revision: Revision, changes: readonly Row[]): void {
    if (this.#synced.all.size === 0 || changes.length === 0) return;
    const only = changes.length === 1 ? (changes[0] as Row) : undefined;
    if (only !== undefined) this.#notifyOne(revision, only);
    else this.#notifyMany(revision, changes);
  }

  pump(): boolean {
    this.#cancelOvertaken(this.#unsynced.all);
    if (this.#unsynced.all.size === 0) return false;
    let from = Number.POSITIVE_INFINITY;
    for (const watcher of this.#unsynced.all) from = Math.min(from, watcher.next);
    const { touched, through } = this.#collectSlice(from);
    for (const watcher of touched) {
      const { events } = watcher;
      watcher.events = [];
      if (watcher.state === 'unsynced') this.#deliver(watcher, { revision: through, events });
    }
    const current = this.#kv.revision();
    for (const watcher of [...this.#unsynced.all]) {
      if (watcher.next <= through) watcher.next = through + 1;
      if (watcher.next > current) this.#move(watcher, 'synced');
    }
    return this.#unsynced.all.size > 0;
  }

  /** The store was compacted: whoever has not read past the new compact revision is cancelled. */
  compacted(): void {
    this.#cancelOvertaken(this.#unsynced.all);
    this.#cancelOvertaken(this.#paused);
  }

  /** The state was replaced by a snapshot: everyone reads on from where he was, in the new history. */
  replaceStore(kv: KvStore): void {
    this.#kv = kv;
    for (const watcher of [...this.#synced.all]) {
      if (watcher.next <= kv.revision()) this.#move(watcher, 'unsynced');
    }
    this.compacted();
  }

  #notifyOne(revision: Revision, row: Row): void {
    const { rows } = this.#kv.index;
    const isDelete = rows.isTombstone(row);
    const batches = new Map<boolean, WatchBatch>();
    const reached: Watcher[] = [];
    this.#synced.match(this.#kv.index.keyOf(rows.slot(row)), (watcher) => {
      if (watcher.wants(revision, isDelete)) reached.push(watcher);
    });
    for (const watcher of reached) {
      if (watcher.state !== 'synced') continue;
      let batch = batches.get(watcher.prevKv);
      if (batch === undefined) {
        batch = { revision, events: [this.#kv.event(row, watcher)] };
        batches.set(watcher.prevKv, batch);
      }
      this.#deliver(watcher, batch);
    }
  }

  #notifyMany(revision: Revision, changes: readonly Row[]): void {
    const reached = new Set<Watcher>();
    for (const row of changes) this.#collectRow(this.#synced, row, reached);
    for (const watcher of reached) {
      const { events } = watcher;
      watcher.events = [];
      if (watcher.state === 'synced') this.#deliver(watcher, { revision, events });
    }
  }

  /** Adds the event of `row` to each watcher of `group` that wants it. True when there was one. */
  #collectRow(group: WatcherIndex, row: Row, reached: Set<Watcher>): boolean {
    const { rows } = this.#kv.index;
    const main = rows.main(row);
    const isDelete = rows.isTombstone(row);
    const made = new Map<boolean, Event>();
    group.match(this.#kv.index.keyOf(rows.slot(row)), (watcher) => {
      if (!watcher.wants(main, isDelete)) return;
      let event = made.get(watcher.prevKv);
      if (event === undefined) {
        event = this.#kv.event(row, watcher);
        made.set(watcher.prevKv, event);
      }
      watcher.events.push(event);
      reached.add(watcher);
    });
    return made.size > 0;
  }

  #collectSlice(from: number): { touched: Set<Watcher>; through: Revision } {
    const { rows } = this.#kv.index;
    const touched = new Set<Watcher>();
    let through = this.#kv.revision();
    let last = 0;
    let revisions = 0;
    let visited = 0;
    let bytes = 0;
    rows.forEachFrom({ main: from, sub: 0 }, (row) => {
      const main = rows.main(row);
      if (main !== last) {
        if (revisions === SLICE_REVISIONS_MAX || visited >= SLICE_ROWS_MAX || bytes >= SLICE_BYTES_MAX) {
          through = (main - 1) as Revision;
          return false;
        }
        last = main;
        revisions++;
      }
      visited++;
      if (this.#collectRow(this.#unsynced, row, touched)) bytes += rows.length(row);
      return true;
    });
    return { touched, through };
  }

  #deliver(watcher: Watcher, batch: WatchBatch): void {
    // Moved on before the call: the sink may cancel or look at isSynced() from inside it.
    const place = watcher.next;
    watcher.next = batch.revision + 1;
    if (watcher.sink.deliver(batch)) {
      this.#eventCount += batch.events.length;
      return;
    }
    watcher.next = Math.max(place, batch.events[0]?.kv?.modRevision ?? place);
    if (watcher.state !== 'cancelled') this.#move(watcher, 'paused');
  }

  #cancelOvertaken(group: ReadonlySet<Watcher>): void {
    const compactRevision = this.#kv.compactRevision();
    for (const watcher of [...group]) {
      if (watcher.next >= compactRevision || watcher.state === 'cancelled') continue;
      this.#move(watcher, 'cancelled');
      watcher.sink.compacted(compactRevision);
    }
  }

  #move(watcher: Watcher, to: Watcher['state']): void {
    this.#synced.delete(watcher);
    this.#unsynced.delete(watcher);
    this.#paused.delete(watcher);
    if (watcher.state === 'cancelled') return;
    watcher.state = to;
    if (to === 'synced') this.#synced.add(watcher);
    else if (to === 'unsynced') this.#unsynced.add(watcher);
    else if (to === 'paused') this.#paused.add(watcher);
  }
}
