/** What ends in each of the next seconds, as bars: those nobody was seen to renew stand below the others. In px. */
import type { LeaseCalendarSecond } from '../../lib/api/lease-types.ts';

export interface CalendarBar {
  readonly second: number;
  readonly x: number;
  readonly width: number;
  readonly unkeptHeight: number;
  readonly keptHeight: number;
  readonly counts: LeaseCalendarSecond;
}

export interface CalendarLayout {
  readonly bars: readonly CalendarBar[];
  readonly peak: number;
  readonly barAt: (x: number) => CalendarBar | undefined;
}

/** No bar that is not zero vanishes. */
const HEIGHT_MIN = 2;

export function layoutCalendar({
  seconds,
  width,
  height,
}: {
  readonly seconds: readonly LeaseCalendarSecond[];
  readonly width: number;
  readonly height: number;
}): CalendarLayout {
  const peak = Math.max(0, ...seconds.map(({ leases }) => leases));
  const step = seconds.length === 0 ? 0 : width / seconds.length;
  const bars = seconds.map((counts, second): CalendarBar => {
    const tall = (leases: number): number => (leases === 0 ? 0 : Math.max(HEIGHT_MIN, (leases / peak) * height));
    const unkeptHeight = tall(counts.unkeptLeases);
    return {
      second,
      x: second * step,
      width: Math.max(1, step - 1),
      unkeptHeight,
      keptHeight: Math.min(height - unkeptHeight, tall(counts.leases - counts.unkeptLeases)),
      counts,
    };
  });
  return { bars, peak, barAt: (x) => bars[Math.floor(x / step)] };
}
