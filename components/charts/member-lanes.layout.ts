/**
 * How each member did over time: one axis of time for all, one scale per measure for all members, so that pictures can be
 * compared. Lines break where nothing was seen; nothing is drawn across a gap.
 */
import { area, line, max, scaleLinear, scaleTime } from 'd3';
import { type AxisTick, timeTicks } from './time-ticks.ts';

export interface LaneTime {
  /** Ends of slices, oldest first. */
  readonly at: readonly number[];
  readonly everyMs: number;
  readonly now: number;
  readonly spanMs: number;
}

/** Px on the axis of time. */
export interface LaneAxis {
  readonly xOf: (at: number) => number;
  readonly timeAt: (x: number) => number;
  readonly ticks: readonly AxisTick[];
}

export interface Band {
  readonly key: string;
  readonly role: 'leader' | 'follower' | 'learner';
  readonly term: number;
  readonly x: number;
  readonly width: number;
}

export function laneAxis({ now, spanMs }: LaneTime, width: number): LaneAxis {
  const scale = scaleTime()
    .domain([now - spanMs, now])
    .range([0, width]);
  return {
    xOf: (at) => scale(at),
    timeAt: (x) => scale.invert(x).getTime(),
    ticks: timeTicks(scale, width),
  };
}

/** The slice a moment lies in; null between slices. */
export function sliceAt({ at, everyMs }: LaneTime, moment: number): number | null {
  let [low, high] = [0, at.length];
  while (low < high) {
    const middle = (low + high) >> 1;
    if ((at[middle] ?? 0) < moment) low = middle + 1;
    else high = middle;
  }
  const end = at[low];
  return end !== undefined && end - everyMs < moment ? low : null;
}

/** The top of a scale that fits all of these; never zero, so that a flat zero lies on the ground. */
export function topOf(columns: readonly (readonly (number | null)[])[], least: number): number {
  const highest = max(columns.flatMap((values) => values.filter((value) => value !== null)));
  return Math.max(least, highest ?? 0);
}

interface Stretch {
  readonly at: number;
  readonly value: number | null;
}

/** Values with their times; a missing slice becomes a missing value. */
function stretches(values: readonly (number | null)[], { at, everyMs }: LaneTime): Stretch[] {
  return at.flatMap((end, index): Stretch[] => {
    const previous = at[index - 1];
    const own = { at: end, value: values[index] ?? null };
    const isGap = previous !== undefined && end - previous > everyMs * 1.5;
    return isGap ? [{ at: previous + everyMs, value: null }, own] : [own];
  });
}

export interface LinePaths {
  readonly line: string;
  readonly area: string;
}

/** Zero at the ground, `top` one px below the ceiling. */
export function linePaths(
  values: readonly (number | null)[],
  time: LaneTime,
  box: { readonly axis: LaneAxis; readonly top: number; readonly height: number },
): LinePaths {
  const y = scaleLinear()
    .domain([0, box.top])
    .range([box.height - 1, 1])
    .clamp(true);
  const points = stretches(values, time);
  const isSeen = ({ value }: Stretch) => value !== null;
  const x = ({ at }: Stretch) => box.axis.xOf(at);
  const top = ({ value }: Stretch) => y(value ?? 0);
  return {
    line: line<Stretch>().defined(isSeen).x(x).y(top)(points) ?? '',
    area: area<Stretch>().defined(isSeen).x(x).y1(top).y0(box.height)(points) ?? '',
  };
}

/** Runs of one role in one term, each as long as its slices. */
export function bands(
  lane: { readonly role: readonly (Band['role'] | null)[]; readonly term: readonly (number | null)[] },
  time: LaneTime,
  axis: LaneAxis,
): Band[] {
  const found: { role: Band['role']; term: number; from: number; to: number }[] = [];
  time.at.forEach((end, index) => {
    const [role, term] = [lane.role[index] ?? null, lane.term[index] ?? null];
    if (role === null || term === null) return;
    const last = found.at(-1);
    const from = end - time.everyMs;
    if (last !== undefined && last.role === role && last.term === term && from - last.to < time.everyMs / 2)
      last.to = end;
    else found.push({ role, term, from, to: end });
  });
  const start = time.now - time.spanMs;
  return found
    .filter(({ to }) => to > start)
    .map(({ role, term, from, to }) => {
      const x = axis.xOf(Math.max(from, start));
      return { key: `${from}`, role, term, x, width: Math.max(1, axis.xOf(to) - x) };
    });
}
