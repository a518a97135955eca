/** Drills in words. */
import type { DrillKind, DrillView } from '../../lib/api/drill-types.ts';

export const DRILL_WORDS: Readonly<Record<DrillKind, { readonly name: string; readonly meaning: string }>> = {
  pause: { name: 'Pause', meaning: 'The process stands still, as on a machine that hangs.' },
  kill: { name: 'Kill', meaning: 'The process ends at once, as in a power cut, and starts again.' },
  isolate: { name: 'Cut off', meaning: 'No word to its peers or from them, as in a network partition.' },
  slowDisk: { name: 'Slow disk', meaning: 'Every flush takes longer, as on a failing disk.' },
};

const STATES: Readonly<Record<DrillKind, string>> = {
  pause: 'is paused',
  kill: 'is killed',
  isolate: 'is cut off from its peers',
  slowDisk: 'has a slow disk',
};

/** "m2 is paused", "m2 has a slow disk (500 ms more per flush)". */
export function drillSentence({ kind, memberName, delayMs }: DrillView): string {
  const detail = delayMs === null ? '' : ` (${delayMs} ms more per flush)`;
  return `${memberName} ${STATES[kind]}${detail}`;
}

/** Whole seconds until it heals by itself; never below zero. */
export const secondsLeft = ({ healsAt }: DrillView, now: number): number =>
  Math.max(0, Math.ceil((healsAt - now) / 1_000));
