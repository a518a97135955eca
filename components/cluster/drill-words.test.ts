import { expect, test } from 'vitest';
import type { DrillView } from '../../lib/api/drill-types.ts';
import { drillSentence, secondsLeft } from './drill-words.ts';

const drill = (more: Partial<DrillView> = {}): DrillView => ({
  kind: 'pause',
  memberId: 'a',
  memberName: 'm2',
  startedAt: 0,
  healsAt: 20_000,
  delayMs: null,
  ...more,
});

test('a drill says who has it and what it is', () => {
  expect(drillSentence(drill())).toBe('m2 is paused');
  expect(drillSentence(drill({ kind: 'slowDisk', delayMs: 500 }))).toBe('m2 has a slow disk (500 ms more per flush)');
});

test('the countdown ends at zero', () => {
  expect(secondsLeft(drill(), 1)).toBe(20);
  expect(secondsLeft(drill(), 19_500)).toBe(1);
  expect(secondsLeft(drill(), 25_000)).toBe(0);
});
