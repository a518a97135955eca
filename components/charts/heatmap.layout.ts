/**
 * Where and when was written, as cells: a row for each child of a folder, time from left to right. Cells of one strength are one path, so
 * that a full picture is a handful of marks. Positions in px, and back.
 */
import type { HeatView } from '../../lib/api/space-types.ts';
import { clockTime } from '../../lib/format/time.ts';

export const HEAT_ROW_PX = 20;
/** Strengths told apart; each is about three times the one before where counts spread widely. */
export const HEAT_LEVELS = 6;
const TICK_GAP_PX = 110;

export interface HeatLayout {
  readonly height: number;
  /** Weakest first. `path` is SVG path data of all its cells. */
  readonly levels: readonly { readonly level: number; readonly path: string; readonly from: number }[];
  /** Px from the left that lie before what the console remembers. */
  readonly unknownWidth: number;
  readonly ticks: readonly { readonly x: number; readonly label: string }[];
  readonly xOf: (step: number) => number;
  /** The cell at a point; null outside. */
  readonly cellAt: (x: number, y: number) => { readonly row: number; readonly step: number } | null;
}

export function layoutHeat(view: HeatView, width: number): HeatLayout {
  const { rows, steps, stepMs, from, since } = view;
  const stepPx = width / steps;
  const most = Math.max(1, ...rows.flatMap((row) => row.counts));
  const xOf = (step: number): number => Math.round(step * stepPx);
  const paths = Array.from({ length: HEAT_LEVELS }, () => [] as string[]);
  for (const [at, row] of rows.entries()) {
    for (const [step, count] of row.counts.entries()) {
      if (count === 0) continue;
      const x = xOf(step);
      const cell = `M${x} ${at * HEAT_ROW_PX + 1}h${Math.max(1, xOf(step + 1) - x - 1)}v${HEAT_ROW_PX - 2}H${x}z`;
      paths[levelOf(count, most)]?.push(cell);
    }
  }
  const unknown = since === null ? 1 : (since.at - from) / (stepMs * steps);
  const everyPx = Math.max(1, Math.ceil(TICK_GAP_PX / Math.max(1, stepPx)));
  const ticks = Array.from({ length: Math.ceil(steps / everyPx) }, (_, index) => index * everyPx)
    .filter((step) => xOf(step) <= width - TICK_GAP_PX / 2)
    .map((step) => ({ x: xOf(step), label: clockTime(from + step * stepMs) }));
  return {
    height: rows.length * HEAT_ROW_PX,
    levels: paths.map((cells, level) => ({ level, path: cells.join(''), from: lowestOf(level, most) })),
    unknownWidth: Math.round(Math.min(1, Math.max(0, unknown)) * width),
    ticks,
    xOf,
    cellAt: (x, y) => {
      const row = Math.floor(y / HEAT_ROW_PX);
      const step = Math.floor(x / stepPx);
      return row >= 0 && row < rows.length && step >= 0 && step < steps ? { row, step } : null;
    },
  };
}

/** 0 for the weakest: by the logarithm, because a busy key is written a thousand times as often as a quiet one. */
export function levelOf(count: number, most: number): number {
  if (most <= 1) return HEAT_LEVELS - 1;
  return Math.min(HEAT_LEVELS - 1, Math.floor((Math.log(count) / Math.log(most)) * (HEAT_LEVELS - 1) + 1e-9));
}

/** The smallest count of a level. */
const lowestOf = (level: number, most: number): number => Math.ceil(most ** (level / (HEAT_LEVELS - 1)) - 1e-9);
