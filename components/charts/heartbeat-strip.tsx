'use client';

import { useId } from 'react';
import type { LeaseReading } from '../../lib/api/lease-types.ts';
import { clockTime } from '../../lib/format/time.ts';
import { useWidth } from '../ui/use-width.ts';
import { HatchPattern } from './hatch-pattern.tsx';
import { layoutHeartbeat } from './heartbeat.layout.ts';

const HEIGHT = 20;
const BEAT = 3;

/** Is somebody keeping it alive? A stroke for each renewal seen, hatched where nobody looked, now and the end as lines. `label` says it in words. */
export function HeartbeatStrip({
  reading,
  now,
  label,
}: {
  readonly reading: LeaseReading;
  readonly now: number;
  readonly label: string;
}) {
  const hatch = useId();
  const { ref, width } = useWidth();
  const { beats, watchedX, nowX, endX } = layoutHeartbeat({ reading, now, width });
  return (
    <div ref={ref} role="img" aria-label={label} className="relative w-full shrink-0" style={{ height: HEIGHT }}>
      <svg aria-hidden="true" width={width} height={HEIGHT} className="absolute inset-0">
        <HatchPattern id={hatch} />
        <rect x={0} y={3} width={watchedX} height={HEIGHT - 6} fill={`url(#${hatch})`}>
          <title>Not watched</title>
        </rect>
        <line x1={0} x2={nowX} y1={HEIGHT / 2} y2={HEIGHT / 2} className="stroke-line-strong" />
        <rect x={nowX} y={HEIGHT / 2 - 3} width={Math.max(0, endX - nowX)} height={6} className="fill-lease/30" />
        {beats.map((beat) => (
          <rect
            key={beat.at}
            x={beat.x - BEAT / 2}
            y={2}
            width={BEAT}
            height={HEIGHT - 4}
            rx={1}
            className="fill-lease"
          >
            <title>{`Renewed at ${clockTime(beat.at)}, right to a second`}</title>
          </rect>
        ))}
        <line x1={nowX} x2={nowX} y1={0} y2={HEIGHT} className="stroke-fg-2" />
        <line x1={endX} x2={endX} y1={2} y2={HEIGHT - 2} className="stroke-risk" strokeWidth={2} />
      </svg>
    </div>
  );
}
