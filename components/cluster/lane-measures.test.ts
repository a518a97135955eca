import { expect, test } from 'vitest';
import type { MemberLane } from '../../lib/api/health-types.ts';
import { lastOf, MEASURES, type Measure, readingOf, scaleOf, summaryOf } from './lane-measures.ts';

const lane = (more: Partial<MemberLane> = {}): MemberLane => ({
  id: 'a',
  name: 'm1',
  metrics: { state: 'offered', url: null, note: null },
  role: ['leader', null, 'leader'],
  term: [1, null, 1],
  commitLag: [0, null, 1_200],
  applyLag: [0, null, 3],
  roundTripMs: [1, null, 2],
  fsyncP99Ms: [4, null, null],
  commitP99Ms: [null, null, null],
  dbBytes: [2_048, null, 4_096],
  dbInUseBytes: [1_024, null, 2_048],
  alarms: ['', null, ''],
  version: ['3.6.0', null, '3.6.0'],
  ...more,
});
const measure = (column: Measure['column']): Measure => {
  const found = MEASURES.find((one) => one.column === column);
  if (found === undefined) throw new Error(`no measure ${column}`);
  return found;
};

test('a reading says the value, or why there is none', () => {
  expect(readingOf(measure('commitLag'), lane(), 2)).toBe('1,200 · 3 to apply');
  expect(readingOf(measure('dbBytes'), lane(), 0)).toBe('2.0 KiB · 1.0 KiB in use');
  expect(readingOf(measure('roundTripMs'), lane(), 1)).toBe('no answer');
  expect(readingOf(measure('fsyncP99Ms'), lane(), 2)).toBe('no flush');
  expect(readingOf(measure('fsyncP99Ms'), lane({ metrics: { state: 'notOffered', url: null, note: null } }), 2)).toBe(
    'not offered',
  );
  expect(readingOf(measure('commitLag'), lane(), null)).toBe('not watched');
});

test('the scale fits all members and both lines', () => {
  const members = [lane(), lane({ applyLag: [9_000, null, 0] })];
  expect(scaleOf(measure('commitLag'), members)).toBe(9_000);
  expect(scaleOf(measure('roundTripMs'), members), 'never less than its least').toBe(5);
});

test('the table counts what was seen, and nothing of what was not', () => {
  expect(summaryOf(measure('roundTripMs'), lane(), [10, 20, 30])).toEqual({
    now: '2.0 ms',
    middle: '1.0 ms',
    worst: '2.0 ms',
    worstAt: 30,
  });
  expect(summaryOf(measure('commitP99Ms'), lane(), [10, 20, 30])).toMatchObject({
    middle: '–',
    worst: '–',
    worstAt: null,
  });
});

test('only the last part of a window is drawn', () => {
  const history = {
    everyMs: 10,
    keptMs: 100,
    at: [10, 20, 30],
    members: [lane()],
    marks: [],
    compaction: { last: null, members: [] },
  };
  expect(lastOf(history, 15).members[0]?.roundTripMs).toEqual([null, 2]);
  expect(lastOf(history, 0).at).toHaveLength(3);
  expect(lastOf(history, 99).members[0]?.role).toEqual([]);
});
