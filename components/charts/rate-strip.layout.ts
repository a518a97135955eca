/** Bars of changes per second: heights and places in px, deletes standing on puts. */
import { max, scaleLinear } from 'd3';
import type { SecondCount } from '../../lib/live/rate-history.ts';

export interface RateBar {
  readonly second: number;
  readonly x: number;
  readonly width: number;
  readonly putsHeight: number;
  readonly deletesHeight: number;
  readonly count: SecondCount;
}

export interface RateLayout {
  readonly bars: readonly RateBar[];
  readonly peak: number;
  readonly barAt: (x: number) => RateBar | undefined;
}

export function layoutRate({
  counts,
  width,
  height,
}: {
  readonly counts: readonly SecondCount[];
  readonly width: number;
  readonly height: number;
}): RateLayout {
  const peak = max(counts, (one) => one.puts + one.deletes) ?? 0;
  const scale = scaleLinear()
    .domain([0, Math.max(1, peak)])
    .range([0, height]);
  const step = counts.length === 0 ? 0 : width / counts.length;
  const bars = counts.map((count, index): RateBar => {
    const total = count.puts + count.deletes;
    // A single change in a storm is still a change: no bar that is not zero vanishes.
    const full = total === 0 ? 0 : Math.max(1.5, scale(total));
    const deletesHeight = total === 0 ? 0 : (full * count.deletes) / total;
    return {
      second: count.second,
      x: index * step,
      width: Math.max(1, step - 1),
      putsHeight: full - deletesHeight,
      deletesHeight,
      count,
    };
  });
  return { bars, peak, barAt: (x) => bars[Math.floor(x / step)] };
}
