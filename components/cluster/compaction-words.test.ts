import { expect, test } from 'vitest';
import type { AutoCompaction, CompactionState } from '../../lib/api/compaction-types.ts';
import { clockTime } from '../../lib/format/time.ts';
import { lastCompactionWords, scheduleWords } from './compaction-words.ts';

const NOW = Date.UTC(2026, 0, 2, 12, 0, 0);
const of = (settings: readonly (AutoCompaction | null)[], last: CompactionState['last'] = null): CompactionState => ({
  last,
  members: settings.map((setting, i) => ({ id: String(i), name: `m${i + 1}`, setting })),
});
const compacted = (between: readonly [number, number] | null) =>
  lastCompactionWords(of([], { revision: '12000', between }), NOW);

test('the last compaction is told as exactly as it is known', () => {
  expect(lastCompactionWords(of([]), NOW)).toBeNull();
  expect(compacted(null)).toBe('Compacted last to revision 12,000; when that was is not known.');
  const [after, by] = [NOW - 65_000, NOW - 60_000];
  expect(compacted([by, by])).toBe(`Compacted last to revision 12,000, at ${clockTime(by)}.`);
  expect(compacted([after, by])).toBe(
    `Compacted last to revision 12,000, between ${clockTime(after)} and ${clockTime(by)}.`,
  );
});

test('a schedule that all members share is one sentence', () => {
  const words = (setting: AutoCompaction) => scheduleWords(of([setting, setting]));
  expect(words({ mode: 'off' })).toEqual({
    text: 'Compaction by schedule is off: history grows until somebody compacts it.',
    isRisk: false,
  });
  expect(words({ mode: 'periodic', seconds: 3_600 }).text).toContain('keeps the last 1 h');
  expect(words({ mode: 'revision', revisions: 5_000 }).text).toContain('keeps the last 5,000 revisions');
});

test('members that do not tell are not spoken for', () => {
  expect(scheduleWords(of([null, null])).text).toContain('cannot be asked of these members');
  expect(scheduleWords(of([{ mode: 'off' }, null]))).toEqual({
    text: 'Compaction by schedule, m1: off; m2: not told.',
    isRisk: false,
  });
});

test('members that are set otherwise are a risk, because only the leader compacts', () => {
  const { text, isRisk } = scheduleWords(of([{ mode: 'off' }, { mode: 'revision', revisions: 10 }, { mode: 'off' }]));
  expect(isRisk).toBe(true);
  expect(text).toContain('m1, m3: off; m2: keeps the last 10 revisions.');
  expect(text).toContain('depends on who leads');
});
