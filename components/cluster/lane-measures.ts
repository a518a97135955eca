/** What is drawn of each member, in which words: one measure per lane, the same scale for all members. */
import type { HealthWindow, MemberLane } from '../../lib/api/health-types.ts';
import { formatBytes, formatCount } from '../../lib/format/number.ts';
import { durationText } from '../../lib/format/time.ts';
import { topOf } from '../charts/member-lanes.layout.ts';

type NumberColumn =
  | 'commitLag'
  | 'applyLag'
  | 'roundTripMs'
  | 'fsyncP99Ms'
  | 'commitP99Ms'
  | 'dbBytes'
  | 'dbInUseBytes';

export interface Measure {
  readonly column: NumberColumn;
  readonly name: string;
  /** What the number means, for whoever hovers its name. */
  readonly meaning: string;
  /** A second line on the same scale. */
  readonly second?: { readonly column: NumberColumn; readonly name: string };
  /** The scale goes at least so far: noise must not look like mountains. */
  readonly topLeast: number;
  readonly format: (value: number) => string;
  /** From the member's own /metrics: absent where it offers none. */
  readonly isTold: boolean;
}

const milliseconds = (value: number): string => (value < 10 ? `${value.toFixed(1)} ms` : durationText(value));
const entries = (value: number): string => formatCount(value);

export const MEASURES: readonly Measure[] = [
  {
    column: 'commitLag',
    name: 'Entries behind',
    meaning:
      'Entries that others know as committed and this member does not yet; dashed: committed here, not applied yet.',
    second: { column: 'applyLag', name: 'to apply' },
    topLeast: 20,
    format: entries,
    isTold: false,
  },
  {
    column: 'roundTripMs',
    name: 'Answers in',
    meaning: 'From this console to the member and back; the middle of what was measured in each slice.',
    topLeast: 5,
    format: milliseconds,
    isTold: false,
  },
  {
    column: 'fsyncP99Ms',
    name: 'Log flush p99',
    meaning:
      'Of a hundred flushes of the Raft log 99 took at most this long; reckoned within the buckets of a histogram.',
    topLeast: 10,
    format: milliseconds,
    isTold: true,
  },
  {
    column: 'commitP99Ms',
    name: 'Data commit p99',
    meaning: 'Of a hundred flushes of the stored data 99 took at most this long.',
    topLeast: 10,
    format: milliseconds,
    isTold: true,
  },
  {
    column: 'dbBytes',
    name: 'Database',
    meaning: 'Its size on disk; dashed: in use, what a defragmentation would leave.',
    second: { column: 'dbInUseBytes', name: 'in use' },
    topLeast: 64 * 1024,
    format: formatBytes,
    isTold: false,
  },
];

/** The common scale of a measure: what all members reached in the window. */
export const scaleOf = ({ column, second, topLeast }: Measure, members: readonly MemberLane[]): number =>
  topOf(
    members.flatMap((member) => (second === undefined ? [member[column]] : [member[column], member[second.column]])),
    topLeast,
  );

/** "12", "no flush", "not seen": what stands beside a lane for one slice. */
export function readingOf({ column, format, isTold, second }: Measure, lane: MemberLane, slice: number | null): string {
  if (slice === null) return 'not watched';
  const value = lane[column][slice] ?? null;
  if (value !== null) {
    const other = second === undefined ? null : (lane[second.column][slice] ?? null);
    return other === null || second === undefined
      ? format(value)
      : `${format(value)} · ${format(other)} ${second.name}`;
  }
  if ((lane.role[slice] ?? null) === null) return 'no answer';
  if (!isTold) return 'not seen';
  return lane.metrics.state === 'offered' ? 'no flush' : 'not offered';
}

export interface MeasureSummary {
  readonly now: string;
  readonly middle: string;
  readonly worst: string;
  readonly worstAt: number | null;
}

/** The window of one measure of one member in four figures: the picture as a table. */
export function summaryOf(measure: Measure, lane: MemberLane, at: HealthWindow['at']): MeasureSummary {
  const values = lane[measure.column];
  const seen = values.flatMap((value, index) => (value === null ? [] : [{ value, at: at[index] ?? null }]));
  const sorted = seen.toSorted((a, b) => a.value - b.value);
  const worst = sorted.at(-1);
  const middle = sorted[Math.floor((sorted.length - 1) / 2)];
  return {
    now: readingOf(measure, lane, at.length === 0 ? null : at.length - 1),
    middle: middle === undefined ? '–' : measure.format(middle.value),
    worst: worst === undefined ? '–' : measure.format(worst.value),
    worstAt: worst?.at ?? null,
  };
}

/** Only the last part of a window: what the picture spans. */
export function lastOf(history: HealthWindow, from: number): HealthWindow {
  const found = history.at.findIndex((end) => end > from);
  const first = found === -1 ? history.at.length : found;
  return { ...history, at: history.at.slice(first), members: history.members.map((member) => cut(member, first)) };
}

function cut(lane: MemberLane, first: number): MemberLane {
  return {
    ...lane,
    role: lane.role.slice(first),
    term: lane.term.slice(first),
    commitLag: lane.commitLag.slice(first),
    applyLag: lane.applyLag.slice(first),
    roundTripMs: lane.roundTripMs.slice(first),
    fsyncP99Ms: lane.fsyncP99Ms.slice(first),
    commitP99Ms: lane.commitP99Ms.slice(first),
    dbBytes: lane.dbBytes.slice(first),
    dbInUseBytes: lane.dbInUseBytes.slice(first),
    alarms: lane.alarms.slice(first),
    version: lane.version.slice(first),
  };
}
