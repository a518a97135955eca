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

/** @param compactRevision 0: no compaction is meant */
export function countWatchers(watchers: Iterable<Watcher>, asked: KeyRange, compactRevision: number): WatchedRanges {
  const total = { watchers: 0, slow: 0, oldestNeeded: 0, cancelled: 0 };
  const byRange = new Map<string, WatchedRange>();
  const [from, to] = boundsOf(asked);
  for (const watcher of watchers) {
    const { range } = watcher;
    const [start, end] = boundsOf(range);
    if (!isBelow(from, end) || !isBelow(start, to)) continue;
    count(total, watcher, compactRevision);
    if (start < from || !(to === undefined || (end !== undefined && end <= to))) continue;
    const name = `${start.length} ${start}${end === undefined ? '' : ` ${end}`}`;
    let entry = byRange.get(name);
    if (entry === undefined) {
      entry = { range, watchers: 0, slow: 0, oldestNeeded: 0, cancelled: 0 };
      byRange.set(name, entry);
    }
    count(entry, watcher, compactRevision);
  }
  return { total, ranges: [...byRange.values()].sort((a, b) => b.watchers - a.watchers) };
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
