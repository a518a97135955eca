'use client';

import { type KeyboardEvent, type PointerEvent, useId, useState } from 'react';
import type { HeatRow, HeatView } from '../../lib/api/space-types.ts';
import { formatCount, plural } from '../../lib/format/number.ts';
import { clockTime } from '../../lib/format/time.ts';
import { displayBytes } from '../../lib/keys/wire-bytes.ts';
import { cn } from '../ui/cn.ts';
import { useWidth } from '../ui/use-width.ts';
import { entryName } from './entry-name.ts';
import { HatchPattern } from './hatch-pattern.tsx';
import { HEAT_ROW_PX, layoutHeat } from './heatmap.layout.ts';

export interface HeatmapProps {
  readonly view: HeatView;
  readonly onOpen: (row: HeatRow) => void;
  /** A cell: the row, and the end of its stretch of time. */
  readonly onOpenAt: (row: HeatRow, at: number) => void;
}

interface Cell {
  readonly row: number;
  readonly step: number;
}

const OPACITY = ['opacity-20', 'opacity-35', 'opacity-50', 'opacity-65', 'opacity-80', 'opacity-100'] as const;

/** Where is it written, and when? Names open the folder, a cell opens it as it was then; arrow keys go from cell to cell. */
export function Heatmap({ view, onOpen, onOpenAt }: HeatmapProps) {
  const { ref, width } = useWidth();
  const hatch = useId();
  const [cell, setCell] = useState<Cell | null>(null);
  const layout = layoutHeat(view, width);
  const timeOf = (step: number): number => view.from + step * view.stepMs;
  const open = (at: Cell | null): void => {
    const row = at === null ? undefined : view.rows[at.row];
    if (at !== null && row !== undefined) onOpenAt(row, timeOf(at.step + 1) - 1);
  };
  const pointed = (event: PointerEvent): Cell | null => {
    const box = event.currentTarget.getBoundingClientRect();
    return layout.cellAt(event.clientX - box.left, event.clientY - box.top);
  };
  const onKeyDown = (event: KeyboardEvent): void => {
    if (event.key === 'Enter') open(cell);
    else {
      const next = cellBeside(cell ?? { row: 0, step: view.steps }, event.key, view);
      if (next === null) return;
      setCell(next);
    }
    event.preventDefault();
  };
  return (
    <div className="flex min-h-0 flex-1 flex-col">
      <Readout view={view} cell={cell} />
      <div className="min-h-0 flex-1 overflow-y-auto">
        <div className="grid grid-cols-[minmax(8rem,16rem)_5rem_minmax(0,1fr)] gap-x-3 px-4">
          <div className="sticky top-0 z-10 col-span-2 grid h-6 grid-cols-subgrid items-center bg-surface text-fg-3 text-meta">
            <span>Entry</span>
            <span className="text-right">Changes</span>
          </div>
          <div className="sticky top-0 z-10 h-6 bg-surface text-fg-3 text-meta">
            {layout.ticks.map((tick) => (
              <span key={tick.x} className="mono absolute top-1 border-l pl-1 text-meta" style={{ left: tick.x }}>
                {tick.label}
              </span>
            ))}
          </div>
          <div className="col-span-2 grid grid-cols-subgrid">
            {view.rows.map((row, index) => (
              <div
                key={displayBytes(row.path)}
                className={cn('col-span-2 grid grid-cols-subgrid items-center', cell?.row === index && 'bg-hover')}
                style={{ height: HEAT_ROW_PX }}
              >
                <button
                  type="button"
                  className="mono truncate rounded-mark text-left text-fg hover:text-accent hover:underline"
                  onClick={() => onOpen(row)}
                >
                  {entryName(row)}
                </button>
                <span
                  className="nums text-right text-fg-2 text-meta"
                  title={`${plural(row.deletes, 'delete')} among them`}
                >
                  {formatCount(row.writes)}
                </span>
              </div>
            ))}
          </div>
          <div
            ref={ref}
            // biome-ignore lint/a11y/noNoninteractiveTabindex: arrow keys move through the cells, as the label says
            tabIndex={0}
            role="application"
            aria-label="Changes by entry and time: arrow keys move from cell to cell, Enter opens the entry as it was then"
            className="relative cursor-pointer"
            onPointerMove={(event) => setCell(pointed(event))}
            onPointerLeave={() => setCell(null)}
            onClick={() => open(cell)}
            onKeyDown={onKeyDown}
          >
            <svg aria-hidden="true" width={width} height={layout.height} className="block text-sub-1">
              <HatchPattern id={hatch} />
              <rect width={layout.unknownWidth} height={layout.height} fill={`url(#${hatch})`} />
              {layout.levels.map(({ level, path }) => (
                <path key={level} d={path} fill="currentColor" className={OPACITY[level]} />
              ))}
              {cell === null ? null : (
                <rect
                  x={layout.xOf(cell.step)}
                  y={cell.row * HEAT_ROW_PX}
                  width={Math.max(2, layout.xOf(cell.step + 1) - layout.xOf(cell.step))}
                  height={HEAT_ROW_PX}
                  fill="none"
                  className="stroke-fg"
                />
              )}
            </svg>
          </div>
        </div>
      </div>
      <Legend levels={layout.levels} hasUnknown={layout.unknownWidth > 0} />
    </div>
  );
}

function cellBeside(cell: Cell, key: string, { rows, steps }: HeatView): Cell | null {
  const { row, step } = cell;
  const clamp = (value: number, most: number): number => Math.min(most, Math.max(0, value));
  switch (key) {
    case 'ArrowLeft':
      return { row, step: clamp(step - 1, steps - 1) };
    case 'ArrowRight':
      return { row, step: clamp(step + 1, steps - 1) };
    case 'ArrowUp':
      return { row: clamp(row - 1, rows.length - 1), step: clamp(step, steps - 1) };
    case 'ArrowDown':
      return { row: clamp(row + 1, rows.length - 1), step: clamp(step, steps - 1) };
    default:
      return null;
  }
}

/** What the cell under the pointer or the cursor says. Its place is kept. */
function Readout({ view, cell }: { readonly view: HeatView; readonly cell: Cell | null }) {
  const row = cell === null ? undefined : view.rows[cell.row];
  return (
    <p role="status" className="nums h-7 shrink-0 truncate px-4 pt-1.5 text-fg-2 text-meta">
      {cell === null || row === undefined ? (
        'Point at a cell to read it; click to see the entry as it was then.'
      ) : (
        <>
          <span className="mono text-fg">{displayBytes(row.path)}</span> ·{' '}
          {plural(row.counts[cell.step] ?? 0, 'change')} between {clockTime(view.from + cell.step * view.stepMs)} and{' '}
          {clockTime(view.from + (cell.step + 1) * view.stepMs)}
        </>
      )}
    </p>
  );
}

function Legend({
  levels,
  hasUnknown,
}: {
  readonly levels: ReturnType<typeof layoutHeat>['levels'];
  readonly hasUnknown: boolean;
}) {
  return (
    <p className="flex h-8 shrink-0 items-center gap-3 border-t px-4 text-fg-3 text-meta">
      Changes in one cell:
      {levels
        .filter(({ from }, at) => from !== levels[at + 1]?.from)
        .map(({ level, from }) => (
          <span key={level} className="inline-flex items-center gap-1">
            <span aria-hidden="true" className={cn('size-3 rounded-mark bg-sub-1', OPACITY[level])} />
            {formatCount(from)}+
          </span>
        ))}
      {hasUnknown ? (
        <span className="inline-flex items-center gap-1">
          <span aria-hidden="true" className="hatched size-3 rounded-mark border" />
          before the console began to watch
        </span>
      ) : null}
    </p>
  );
}
