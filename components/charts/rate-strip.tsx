'use client';

import { formatCount } from '../../lib/format/number.ts';
import { clockTime } from '../../lib/format/time.ts';
import type { SecondCount } from '../../lib/live/rate-history.ts';
import { useHoverX } from '../ui/use-hover-x.ts';
import { useWidth } from '../ui/use-width.ts';
import { BarReading } from './bar-reading.tsx';
import { layoutRate } from './rate-strip.layout.ts';

const HEIGHT = 28;

/** How fast do changes come? A bar per second, the newest at the right. */
export function RateStrip({ counts, label }: { readonly counts: readonly SecondCount[]; readonly label: string }) {
  const { ref, width } = useWidth();
  const { hoverX, hover } = useHoverX();
  const rate = layoutRate({ counts, width, height: HEIGHT });
  const read = hoverX === null ? undefined : rate.barAt(hoverX);
  return (
    <div
      ref={ref}
      role="img"
      aria-label={label}
      className="relative min-w-0 flex-1"
      style={{ height: HEIGHT }}
      {...hover}
    >
      <svg aria-hidden="true" width={width} height={HEIGHT} className="absolute inset-0">
        <line x1={0} x2={width} y1={HEIGHT - 0.5} y2={HEIGHT - 0.5} className="stroke-line-strong" />
        {rate.bars.map((bar) => (
          <g key={bar.second}>
            <rect
              x={bar.x}
              y={HEIGHT - bar.putsHeight}
              width={bar.width}
              height={bar.putsHeight}
              className="fill-good/70"
            />
            <rect
              x={bar.x}
              y={HEIGHT - bar.putsHeight - bar.deletesHeight}
              width={bar.width}
              height={bar.deletesHeight}
              className="fill-bad"
            />
          </g>
        ))}
      </svg>
      {read === undefined ? null : (
        <BarReading x={read.x} width={width} reach={110}>
          <span className="mono text-meta">{clockTime(read.second * 1_000)}</span> · {formatCount(read.count.puts)} put
          · {formatCount(read.count.deletes)} deleted
        </BarReading>
      )}
    </div>
  );
}
