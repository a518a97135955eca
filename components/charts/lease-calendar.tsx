'use client';

import type { LeaseCalendarSecond } from '../../lib/api/lease-types.ts';
import { formatCount, plural } from '../../lib/format/number.ts';
import { useHoverX } from '../ui/use-hover-x.ts';
import { useWidth } from '../ui/use-width.ts';
import { BarReading } from './bar-reading.tsx';
import { type CalendarBar, layoutCalendar } from './lease-calendar.layout.ts';

const HEIGHT = 36;
const LABELS = [0, 15, 30, 45, 60] as const;

/** What disappears in the next 60 s? A bar for each second from now on; the words beside it say the sum. */
export function LeaseCalendar({
  seconds,
  label,
}: {
  readonly seconds: readonly LeaseCalendarSecond[];
  readonly label: string;
}) {
  const { ref, width } = useWidth();
  const { hoverX, hover } = useHoverX();
  const layout = layoutCalendar({ seconds, width, height: HEIGHT });
  const read = hoverX === null ? undefined : layout.barAt(hoverX);
  return (
    <div className="min-w-0 flex-1">
      <div ref={ref} role="img" aria-label={label} className="relative" style={{ height: HEIGHT }} {...hover}>
        <svg aria-hidden="true" width={width} height={HEIGHT} className="absolute inset-0">
          <line x1={0} x2={width} y1={HEIGHT - 0.5} y2={HEIGHT - 0.5} className="stroke-line-strong" />
          {layout.bars.map((bar) => (
            <Bar key={bar.second} bar={bar} />
          ))}
        </svg>
        {read === undefined ? null : <Reading bar={read} width={width} />}
      </div>
      <div aria-hidden="true" className="mono flex justify-between text-fg-3 text-meta">
        {LABELS.map((second) => (
          <span key={second}>{second === 0 ? 'now' : `${second} s`}</span>
        ))}
      </div>
    </div>
  );
}

function Bar({ bar }: { readonly bar: CalendarBar }) {
  const { x, width, unkeptHeight, keptHeight } = bar;
  return (
    <g>
      <rect x={x} y={HEIGHT - unkeptHeight} width={width} height={unkeptHeight} className="fill-risk" />
      <rect x={x} y={HEIGHT - unkeptHeight - keptHeight} width={width} height={keptHeight} className="fill-lease/50" />
    </g>
  );
}

function Reading({ bar, width }: { readonly bar: CalendarBar; readonly width: number }) {
  const { leases, keys, unkeptLeases } = bar.counts;
  return (
    <BarReading x={bar.x} width={width} reach={150}>
      in {bar.second} s: {plural(leases, 'lease')} with {plural(keys, 'key')}, {formatCount(unkeptLeases)} of them not
      seen renewed
    </BarReading>
  );
}
