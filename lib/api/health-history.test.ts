import { expect, test } from 'vitest';
import { knownUpTo, mergeHistory } from './health-history.ts';
import type { HealthWindow, MemberLane } from './health-types.ts';

const lane = (id: string, lags: readonly (number | null)[]): MemberLane => ({
  id,
  name: id,
  metrics: { state: 'offered', url: null, note: null },
  role: lags.map(() => 'follower'),
  term: lags,
  commitLag: lags,
  applyLag: lags,
  roundTripMs: lags,
  fsyncP99Ms: lags,
  commitP99Ms: lags,
  dbBytes: lags,
  dbInUseBytes: lags,
  alarms: lags.map(() => ''),
  version: lags.map(() => '3.6.0'),
});
const history = (
  at: readonly number[],
  members: readonly MemberLane[],
  marks: HealthWindow['marks'] = [],
): HealthWindow => ({
  everyMs: 5,
  keptMs: 20,
  at,
  members,
  marks,
  compaction: { last: null, members: [] },
});
const mark = (at: number) => ({ at, kind: 'back', memberId: 'a', text: String(at) }) as const;

test('what is new is put behind what is known, and what the window no longer keeps goes', () => {
  const known = history([100, 105, 110], [lane('a', [1, 2, 3])], [mark(101), mark(108)]);
  const merged = mergeHistory(known, history([115, 125], [lane('a', [4, 5])], [mark(112)]));
  expect(merged.at).toEqual([110, 115, 125]);
  expect(merged.members[0]?.commitLag).toEqual([3, 4, 5]);
  expect(merged.members[0]?.role).toHaveLength(3);
  expect(merged.marks.map(({ at }) => at)).toEqual([108, 112]);
});

test('a mark that is sent again because no slice has ended since stands once', () => {
  const first = mergeHistory(history([100], [lane('a', [1])]), history([], [lane('a', [])], [mark(102)]));
  const second = mergeHistory(first, history([], [lane('a', [])], [mark(102), mark(103)]));
  expect(second.marks.map(({ at }) => at)).toEqual([102, 103]);
});

test('a member that is new has nothing before it came, and one that left is gone', () => {
  const merged = mergeHistory(history([100, 105], [lane('a', [1, 2])]), history([110], [lane('b', [7])]));
  expect(merged.members.map(({ id, commitLag }) => [id, commitLag])).toEqual([['b', [null, null, 7]]]);
});

test('without anything known all is asked for', () => {
  expect(knownUpTo(undefined)).toBe(0);
  const fresh = history([5], [lane('a', [1])]);
  expect(mergeHistory(undefined, fresh)).toBe(fresh);
});
