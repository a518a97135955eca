import { expect, test } from 'vitest';
import type { ByteString } from '../../../../lib/base/bytes.ts';
import { EVERYTHING, keyRange } from '../key-range.ts';
import { countWatchers } from './watched-ranges.ts';
import { Watcher } from './watcher.ts';

const sink = { deliver: () => true, compacted: () => undefined };
function watcher(key: string, end = '', slowFrom?: number): Watcher {
  const spec = { startRevision: 0, prevKv: false, noPut: false, noDelete: false };
  const made = new Watcher({ key: key as ByteString, rangeEnd: end as ByteString, ...spec }, sink, slowFrom ?? 100);
  made.state = slowFrom === undefined ? 'synced' : 'unsynced';
  return made;
}
const range = (key: string, end = '') => keyRange(key as ByteString, end as ByteString);

const watchers = [
  ...[watcher('a/', 'a0'), watcher('a/', 'a0', 7), watcher('a/', 'a0', 5)],
  ...[watcher('a/1'), watcher('b'), watcher('\0', '\0')],
];

test('everybody who sees some key is counted; what he watches is told where it lies within what was asked', () => {
  const { total, ranges } = countWatchers(watchers, range('a/', 'a0'), 6);
  expect(total).toEqual({ watchers: 5, slow: 2, oldestNeeded: 5, cancelled: 1 });
  expect(ranges).toEqual([
    { range: range('a/', 'a0'), watchers: 3, slow: 2, oldestNeeded: 5, cancelled: 1 },
    { range: range('a/1'), watchers: 1, slow: 0, oldestNeeded: 0, cancelled: 0 },
  ]);
});

test('a single key is seen by those of its prefix, and by nobody behind it', () => {
  expect(countWatchers(watchers, range('a/1'), 0).total.watchers).toBe(5);
  expect(countWatchers(watchers, range('a/1'), 0).ranges).toHaveLength(1);
  expect(countWatchers(watchers, range('a0'), 0).total.watchers).toBe(1);
});

test('of everything all ranges are told, an empty one is seen by nobody', () => {
  expect(countWatchers(watchers, EVERYTHING, 0).ranges.map(({ watchers: count }) => count)).toEqual([3, 1, 1, 1]);
  expect(countWatchers(watchers, range('b', 'a'), 0).total.watchers).toBe(0);
});
