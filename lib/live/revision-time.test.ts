import { expect, test } from 'vitest';
import { revisionTime, revisionTimeText } from './revision-time.ts';

const noon = new Date(2026, 10, 21, 12, 0, 0).getTime();
const times = [
  { revision: '9', at: noon },
  { revision: '10', at: noon + 1_000 },
  { revision: '100', at: noon + 60_000 },
];
const say = (revision: string): string => revisionTimeText(revisionTime(times, revision), noon + 120_000);

test('a revision that was seen has its time, one between two sightings has both', () => {
  expect(say('10')).toBe('12:00:01');
  expect(say('50')).toBe('between 12:00:01 and 12:01:00');
});

test('what the console did not see gets no time of its own', () => {
  expect(say('3')).toBe('before 12:00:00');
  expect(say('101')).toBe('');
  expect(revisionTime([], '1')).toEqual({ kind: 'unknown' });
});
