import type { AxisTick } from './time-ticks.ts';

/** The labels below a picture. */
export function AxisTicks({ ticks }: { readonly ticks: readonly AxisTick[] }) {
  return (
    <div aria-hidden="true" className="relative h-5">
      {ticks.map((tick) => (
        <span
          key={tick.at}
          className="mono absolute top-0.5 -translate-x-1/2 text-fg-3 text-meta"
          style={{ left: tick.x }}
        >
          {tick.label}
        </span>
      ))}
    </div>
  );
}
