/** Round times along an axis, so far apart that their labels do not touch; none at the very ends. */
import type { ScaleTime } from 'd3';
import { clockMinute, clockTime } from '../../lib/format/time.ts';

const TICK_GAP_PX = 90;
const END_PX = 30;

/** A moment or a revision on an axis, in px from its left end. */
export interface AxisTick {
  readonly at: number;
  readonly x: number;
  readonly label: string;
}

export function timeTicks(scale: ScaleTime<number, number>, width: number): readonly AxisTick[] {
  // Below a second the labels would all read the same.
  const dates = scale
    .ticks(Math.max(2, Math.floor(width / TICK_GAP_PX)))
    .filter((date) => date.getMilliseconds() === 0);
  const hasSeconds = dates.some((date) => date.getSeconds() !== 0);
  return dates
    .map((date) => ({
      at: date.getTime(),
      x: scale(date),
      label: hasSeconds ? clockTime(date.getTime()) : clockMinute(date.getTime()),
    }))
    .filter((tick) => tick.x > END_PX && tick.x < width - END_PX);
}
