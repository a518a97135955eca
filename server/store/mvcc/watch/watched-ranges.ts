/** Who watches what: counts by range, for operators. */
import type { ByteString } from '../../../../lib/base/bytes.ts';
import type { KeyRange } from '../key-range.ts';
import type { Watcher } from './watcher.ts';

export interface WatchedRange {
  readonly range: KeyRange;
  watchers: number;
  /** Of those, the ones behind the current revision. */
  slow: number;
  /** The oldest revision one of the slow ones still has to read; 0 without any. */
  oldestNeeded: number;
  /** Those whom a compaction at the revision asked about would cancel. */
  cancelled: number;
}

export interface WatchedRanges {
  /** All that see some key of the range asked for. */
  readonly total: Omit<WatchedRange, 'range'>;
  /** Those whose range lies within it, by range; most watched first. */
  readonly ranges: readonly WatchedRange[];
}

/** Looks at every watcher once. @param compactRevision 0: no compaction is meant */
export function countWatchers(watchers: Iterable<Watcher>, asked: KeyRange, compactRevision: number): WatchedRanges {
  const total = { watchers: 0, slow: 0, oldestNeeded: 0, cancelled: 0 };
  const [from, to] = boundsOf(asked);
  const entries = new Entries();
  for (const watcher of watchers) {
    const { range } = watcher;
    if (range.kind === 'empty') continue;
    const start = range.kind === 'key' ? range.key : range.from;
    const isWithin = start >= from && isBelow(start, to) && endsWithin(range, to);
    if (!isWithin && !overlaps(range, from, to)) continue;
    count(total, watcher, compactRevision);
    if (isWithin) count(entries.of(range), watcher, compactRevision);
  }
  return { total, ranges: entries.byWatchers() };
}

/** Keyed by both ends of the range, without making a string of them for every watcher. */
class Entries {
  readonly #byStart = new Map<ByteString, Map<ByteString | undefined | null, WatchedRange>>();

  of(range: Exclude<KeyRange, { kind: 'empty' }>): WatchedRange {
    const [start, end] = range.kind === 'key' ? [range.key, null] : [range.from, range.to];
    let byEnd = this.#byStart.get(start);
    if (byEnd === undefined) {
      byEnd = new Map();
      this.#byStart.set(start, byEnd);
    }
    let entry = byEnd.get(end);
    if (entry === undefined) {
      entry = { range, watchers: 0, slow: 0, oldestNeeded: 0, cancelled: 0 };
      byEnd.set(end, entry);
    }
    return entry;
  }

  byWatchers(): WatchedRange[] {
    const all = [...this.#byStart.values()].flatMap((byEnd) => [...byEnd.values()]);
    return all.sort((a, b) => b.watchers - a.watchers);
  }
}

/** It begins within [from, to): does it end there, too? */
function endsWithin(range: Exclude<KeyRange, { kind: 'empty' }>, to: ByteString | undefined): boolean {
  return range.kind === 'key' || to === undefined || (range.to !== undefined && range.to <= to);
}

function overlaps(range: Exclude<KeyRange, { kind: 'empty' }>, from: ByteString, to: ByteString | undefined): boolean {
  if (range.kind === 'key') return range.key >= from && isBelow(range.key, to);
  return isBelow(from, range.to) && isBelow(range.from, to);
}

function count(counts: Omit<WatchedRange, 'range'>, { state, next }: Watcher, compactRevision: number): void {
  counts.watchers++;
  if (state === 'synced') return;
  counts.slow++;
  if (next < compactRevision) counts.cancelled++;
  counts.oldestNeeded = counts.oldestNeeded === 0 ? next : Math.min(counts.oldestNeeded, next);
}

/** First key, and the first one behind; undefined: no end. */
function boundsOf(range: KeyRange): [ByteString, ByteString | undefined] {
  if (range.kind === 'key') return [range.key, `${range.key}\0` as ByteString];
  if (range.kind === 'range') return [range.from, range.to];
  return ['' as ByteString, '' as ByteString];
}

const isBelow = (key: ByteString, end: ByteString | undefined): boolean => end === undefined || key < end;
