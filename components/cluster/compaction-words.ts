/** What is known of compaction, in sentences. Nothing is guessed: etcd tells nobody how it is set. Pure. */
import type { AutoCompaction, CompactionState } from '../../lib/api/compaction-types.ts';
import { formatCount } from '../../lib/format/number.ts';
import { clockTime, durationText, momentText } from '../../lib/format/time.ts';

/** Null: no member tells of any. */
export function lastCompactionWords({ last }: CompactionState, now: number): string | null {
  if (last === null) return null;
  const done = `Compacted last to revision ${formatCount(last.revision)}`;
  if (last.between === null) return `${done}; when that was is not known.`;
  const [after, by] = last.between;
  const when = after === by ? `at ${momentText(by, now)}` : `between ${momentText(after, now)} and ${clockTime(by)}`;
  return `${done}, ${when}.`;
}

export interface ScheduleWords {
  readonly text: string;
  /** Members differ: what happens depends on who leads. */
  readonly isRisk: boolean;
}

export function scheduleWords({ members }: CompactionState): ScheduleWords {
  const told = Map.groupBy(members, ({ setting }) => (setting === null ? null : settingWords(setting)));
  const silent = told.get(null) ?? [];
  if (silent.length === members.length) {
    return {
      text: 'How compaction by schedule is set cannot be asked of these members: see --auto-compaction-mode and --auto-compaction-retention where they are started.',
      isRisk: false,
    };
  }
  const [only] = told.keys();
  if (told.size === 1) {
    const rest = only === 'off' ? 'is off: history grows until somebody compacts it' : only;
    return { text: `Compaction by schedule ${rest}.`, isRisk: false };
  }
  const each = [...told].map(([words, of]) => `${of.map(({ name }) => name).join(', ')}: ${words ?? 'not told'}`);
  const differs = told.size - (silent.length > 0 ? 1 : 0) > 1;
  const because = differs ? ' Only the leader compacts: what is kept depends on who leads.' : '';
  return { text: `Compaction by schedule, ${each.join('; ')}.${because}`, isRisk: differs };
}

function settingWords(setting: AutoCompaction): string {
  switch (setting.mode) {
    case 'off':
      return 'off';
    case 'periodic':
      return `keeps the last ${durationText(setting.seconds * 1_000)} of history`;
    case 'revision':
      return `keeps the last ${formatCount(setting.revisions)} revisions`;
  }
}
