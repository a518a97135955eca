/**
 * Who led when, as bars: one row per member, time from left to right. Spans without a leader and the time before the console
 * watched are spans of their own, so that nothing is drawn as led that was not seen led.
 */
import { scaleTime } from 'd3';
import type { LeaderChange } from '../../lib/api/types.ts';
import { type AxisTick, timeTicks } from './time-ticks.ts';

export interface LaneBar {
  readonly key: string;
  /** Member id; null for a span without a leader. */
  readonly leaderId: string | null;
  readonly leaderName: string | null;
  readonly term: string;
  /** When it was seen to begin; `from` lies later where the picture begins later. */
  readonly at: number;
  readonly from: number;
  readonly to: number;
  /** How long nobody led before it; null when that was not seen. */
  readonly leaderlessMs: number | null;
}

export interface LaneLayout {
  readonly bars: readonly LaneBar[];
  /** Where watching began, when that lies inside the picture. */
  readonly watchedFrom: number | null;
  readonly ticks: readonly AxisTick[];
  readonly xOf: (at: number) => number;
  readonly timeAt: (x: number) => number;
}

export interface LaneInput {
  readonly changes: readonly LeaderChange[];
  readonly watchingSince: number;
  /** The right end. */
  readonly now: number;
  readonly spanMs: number;
  readonly width: number;
}

export function layoutLane({ changes, watchingSince, now, spanMs, width }: LaneInput): LaneLayout {
  const start = now - spanMs;
  const scale = scaleTime().domain([start, now]).range([0, width]).clamp(true);
  const bars = changes
    .map((change, index): LaneBar => {
      const next = changes[index + 1];
      const end = next === undefined ? now : next.at - (change.leaderId === null ? 0 : (next.leaderlessMs ?? 0));
      return {
        key: `${change.term}-${change.at}`,
        leaderId: change.leaderId,
        leaderName: change.leaderName,
        term: change.term,
        at: change.at,
        from: Math.max(start, change.at),
        to: Math.max(change.at, end),
        leaderlessMs: change.leaderlessMs,
      };
    })
    .filter((bar) => bar.to > start);
  return {
    bars,
    watchedFrom: watchingSince > start ? watchingSince : null,
    ticks: timeTicks(scale, width),
    xOf: (at) => scale(at),
    timeAt: (x) => scale.invert(x).getTime(),
  };
}

/** The span that holds a moment; undefined where the console did not watch or nobody led. */
export const barAt = (bars: readonly LaneBar[], at: number): LaneBar | undefined =>
  bars.find((bar) => at >= bar.from && at < bar.to);
