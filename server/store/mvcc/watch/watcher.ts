/** One watcher, and the index that finds the watchers of a key: exact keys by hash, ranges by interval. */
import type { ByteString } from '../../../../lib/base/bytes.ts';
import type { Event } from '../../../../lib/base/etcdpb/mvcc.ts';
import { type KeyRange, keyRange } from '../key-range.ts';
import type { WatchSink, WatchSpec } from '../types.ts';
import { IntervalTree, OPEN_END } from './interval-tree.ts';

/**
 * synced: gets changes as they are made. unsynced: reads history by pump(). paused: its sink is full; it waits for
 * resume() and holds its place by `next`. cancelled: hears nothing more.
 */
export type WatcherState = 'synced' | 'unsynced' | 'paused' | 'cancelled';

export class Watcher {
  readonly range: KeyRange;
  readonly prevKv: boolean;
  readonly noPut: boolean;
  readonly noDelete: boolean;
  readonly sink: WatchSink;
  state: WatcherState = 'unsynced';
  /** Every event below this revision was delivered, or was not asked for. */
  next: number;
  /** Collected for the batch that is being made; empty between batches. */
  events: Event[] = [];

  constructor(spec: WatchSpec, sink: WatchSink, next: number) {
    this.range = keyRange(spec.key, spec.rangeEnd);
    this.prevKv = spec.prevKv;
    this.noPut = spec.noPut;
    this.noDelete = spec.noDelete;
    this.sink = sink;
    this.next = next;
  }

  wants(main: number, isDelete: boolean): boolean {
    return main >= this.next && !(isDelete ? this.noDelete : this.noPut);
  }
}

export class WatcherIndex {
  readonly all = new Set<Watcher>();
  readonly #byKey = new Map<ByteString, Set<Watcher>>();
  readonly #byRange = new IntervalTree<Watcher>();

  add(watcher: Watcher): void {
    this.all.add(watcher);
    const { range } = watcher;
    if (range.kind === 'range') this.#byRange.add({ from: range.from, to: range.to ?? OPEN_END }, watcher);
    if (range.kind !== 'key') return;
    const sharing = this.#byKey.get(range.key);
    if (sharing === undefined) this.#byKey.set(range.key, new Set([watcher]));
    else sharing.add(watcher);
  }

  delete(watcher: Watcher): void {
    if (!this.all.delete(watcher)) return;
    const { range } = watcher;
    if (range.kind === 'range') this.#byRange.delete({ from: range.from, to: range.to ?? OPEN_END }, watcher);
    if (range.kind !== 'key') return;
    const sharing = this.#byKey.get(range.key);
    sharing?.delete(watcher);
    if (sharing?.size === 0) this.#byKey.delete(range.key);
  }

  /** Visits the watchers whose range holds `key`. */
  match(key: ByteString, visit: (watcher: Watcher) => void): void {
    for (const watcher of this.#byKey.get(key) ?? []) visit(watcher);
    this.#byRange.stab(key, visit);
  }
}
