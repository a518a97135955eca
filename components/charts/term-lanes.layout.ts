/**
 * Terms of office as swim lanes: one lane per holder or candidate, left to right by time or by revision. Spans without a holder are
 * spans of their own. A term whose start was not seen is open at its left; one without any time is left out by time, and counted.
 */
import { type ScaleLinear, scaleLinear, scaleTime } from 'd3';
import type { ContenderView, TermView } from '../../lib/api/coordination-types.ts';
import { formatCount } from '../../lib/format/number.ts';
import { gapsOf, isFlap, overlapsOf } from '../../lib/recognise/terms.ts';
import { type AxisTick, timeTicks } from './time-ticks.ts';

export type LaneAxis = 'time' | 'revision';

export interface TermLane {
  readonly id: string;
  readonly label: string;
  readonly isHolder: boolean;
}

export interface TermBar {
  readonly key: string;
  readonly lane: number;
  readonly x: number;
  readonly width: number;
  readonly term: TermView;
  /** Its start was not seen. */
  readonly isOpenLeft: boolean;
  readonly isFlap: boolean;
}

export interface TermGap {
  readonly key: string;
  readonly x: number;
  readonly width: number;
  readonly exact: boolean;
}

export interface TermOverlap {
  readonly key: string;
  readonly x: number;
  readonly width: number;
}

export interface TermWait {
  readonly key: string;
  readonly lane: number;
  readonly x: number;
  readonly width: number;
}

export interface TermLanes {
  readonly lanes: readonly TermLane[];
  /** Earlier holders without a lane of their own. */
  readonly hiddenLanes: number;
  readonly bars: readonly TermBar[];
  readonly waits: readonly TermWait[];
  readonly gaps: readonly TermGap[];
  /** Two held at once: must not be. */
  readonly overlaps: readonly TermOverlap[];
  readonly ticks: readonly AxisTick[];
  /** Terms that cannot be placed by time. */
  readonly timeless: number;
}

export interface TermLanesInput {
  readonly terms: readonly TermView[];
  /** The holder first, then who waits. */
  readonly queue: readonly ContenderView[];
  readonly labelOf: (one: TermView | ContenderView) => string;
  readonly axis: LaneAxis;
  /** Short terms are a sign of trouble in an election, and nothing special for a lock. */
  readonly marksFlaps: boolean;
  readonly now: number;
  readonly revision: string;
  readonly width: number;
}

export const LANES_MAX = 12;
const TICK_GAP_PX = 96;
const TICK_GAP_MIN_PX = 76;
const TICK_EDGE_PX = 30;
const BAR_WIDTH_MIN = 2;
/** So that the first moment does not stick to the edge. */
const MARGIN_SHARE = 0.03;

interface Axis {
  readonly of: (at: number) => number;
  readonly start: (term: TermView) => number | null;
  readonly end: (term: TermView) => number | null;
  readonly joined: (one: ContenderView) => number | null;
  readonly first: number;
  readonly last: number;
  readonly ticks: TermLanes['ticks'];
}

export function layoutTermLanes(input: TermLanesInput): TermLanes {
  const axis = input.axis === 'time' ? timeAxis(input) : revisionAxis(input);
  const { lanes, hiddenLanes } = lanesOf(input);
  const laneAt = new Map(lanes.map((lane, index) => [lane.id, index]));
  let timeless = 0;
  const bars: TermBar[] = [];
  for (const term of input.terms) {
    const end = axis.end(term);
    if (end === null) {
      timeless++;
      continue;
    }
    const start = axis.start(term);
    const lane = laneAt.get(input.labelOf(term));
    if (lane === undefined) continue;
    const x = axis.of(start ?? axis.first);
    bars.push({
      key: `${term.token}-${term.from}`,
      lane,
      x,
      width: Math.max(BAR_WIDTH_MIN, axis.of(end) - x),
      term,
      isOpenLeft: !term.fromExact || start === null,
      isFlap: input.marksFlaps && isFlap(term),
    });
  }
  return {
    lanes,
    hiddenLanes,
    bars,
    waits: waitsOf(input, axis, laneAt),
    gaps: gaps(input, axis),
    overlaps: overlaps(input, axis),
    ticks: axis.ticks,
    timeless,
  };
}

/** Who stands now, in order, then earlier holders, latest first. */
function lanesOf({ terms, queue, labelOf }: TermLanesInput): Pick<TermLanes, 'lanes' | 'hiddenLanes'> {
  const lanes = new Map<string, TermLane>();
  queue.forEach((one, index) => {
    const id = labelOf(one);
    if (!lanes.has(id)) lanes.set(id, { id, label: id, isHolder: index === 0 });
  });
  for (const term of [...terms].reverse()) {
    const id = labelOf(term);
    if (!lanes.has(id)) lanes.set(id, { id, label: id, isHolder: false });
  }
  const all = [...lanes.values()];
  return { lanes: all.slice(0, LANES_MAX), hiddenLanes: Math.max(0, all.length - LANES_MAX) };
}

function waitsOf({ queue, labelOf }: TermLanesInput, axis: Axis, laneAt: ReadonlyMap<string, number>): TermWait[] {
  return queue.slice(1).flatMap((one) => {
    const lane = laneAt.get(labelOf(one));
    if (lane === undefined) return [];
    const x = axis.of(axis.joined(one) ?? axis.first);
    return [{ key: one.createRevision, lane, x, width: Math.max(BAR_WIDTH_MIN, axis.of(axis.last) - x) }];
  });
}

function gaps({ terms, axis: kind }: TermLanesInput, axis: Axis): TermGap[] {
  return gapsOf(terms).flatMap((gap) => {
    const from = kind === 'time' ? gap.fromAt : Number(gap.from);
    const to = kind === 'time' ? (gap.to === null ? axis.last : gap.toAt) : Number(gap.to ?? axis.last);
    if (from === null || to === null || to <= from) return [];
    const x = axis.of(from);
    return [{ key: gap.from, x, width: Math.max(BAR_WIDTH_MIN, axis.of(to) - x), exact: gap.exact }];
  });
}

function overlaps({ terms, axis: kind }: TermLanesInput, axis: Axis): TermOverlap[] {
  return overlapsOf(terms).flatMap((one) => {
    const from = kind === 'time' ? one.fromAt : Number(one.from);
    const to = one.to === null ? axis.last : kind === 'time' ? one.toAt : Number(one.to);
    if (from === null || to === null) return [];
    const x = axis.of(from);
    return [{ key: one.from, x, width: Math.max(BAR_WIDTH_MIN, axis.of(to) - x) }];
  });
}

function timeAxis({ terms, queue, now, width }: TermLanesInput): Axis {
  const known = [...terms.flatMap((term) => [term.fromAt, term.toAt]), ...queue.map((one) => one.since)].filter(
    (at) => at !== null,
  );
  const earliest = Math.min(now - 1_000, ...known);
  const first = earliest - (now - earliest) * MARGIN_SHARE;
  const scale = scaleTime().domain([first, now]).range([0, width]).clamp(true);
  return {
    of: (at) => scale(at),
    start: (term) => term.fromAt,
    end: (term) => (term.to === null ? now : term.toAt),
    joined: (one) => one.since,
    first,
    last: now,
    ticks: inside(timeTicks(scale, width), width),
  };
}

function revisionAxis({ terms, queue, revision, width }: TermLanesInput): Axis {
  const last = Number(revision);
  const known = [...terms.map((term) => Number(term.from)), ...queue.map((one) => Number(one.createRevision))];
  const earliest = Math.min(last - 1, ...known);
  const first = earliest - (last - earliest) * MARGIN_SHARE;
  const scale: ScaleLinear<number, number> = scaleLinear().domain([first, last]).range([0, width]).clamp(true);
  const count = Math.max(2, Math.floor(width / TICK_GAP_PX));
  return {
    of: (at) => scale(at),
    start: (term) => Number(term.from),
    end: (term) => Number(term.to ?? last),
    joined: (one) => Number(one.createRevision),
    first,
    last,
    ticks: inside(
      scale
        .ticks(count)
        .filter(Number.isInteger)
        .map((at) => ({ at, x: scale(at), label: formatCount(at) })),
      width,
    ),
  };
}

/** Labels that would touch each other or the edges are left out. */
function inside(ticks: TermLanes['ticks'], width: number): TermLanes['ticks'] {
  let lastX = Number.NEGATIVE_INFINITY;
  return ticks.filter(({ x }) => {
    if (x <= TICK_EDGE_PX || x >= width - TICK_EDGE_PX || x - lastX < TICK_GAP_MIN_PX) return false;
    lastX = x;
    return true;
  });
}
