'use client';

import { useId, useMemo } from 'react';
import type { WaitView } from '../../lib/api/coordination-types.ts';
import { plural } from '../../lib/format/number.ts';
import { displayBytes } from '../../lib/keys/wire-bytes.ts';
import { ScrollRegion } from '../ui/scroll-region.tsx';
import { NODE_HEIGHT, NODE_WIDTH, waitGraphLayout } from './wait-graph.layout.ts';

const LABEL_CHARS_MAX = 24;

/** Programs and their waits as a drawing. The table below has the same in words. */
export function WaitGraph({
  waits,
  circles,
}: {
  readonly waits: readonly WaitView[];
  readonly circles: readonly (readonly WaitView[])[];
}) {
  const id = useId();
  const { nodes, edges, width, height, hidden } = useMemo(
    () => waitGraphLayout(waits, circles, ({ name }) => displayBytes(name)),
    [waits, circles],
  );
  return (
    <ScrollRegion label="Drawing of the waits" className="max-h-[45vh] shrink-0 overflow-auto border-b px-3 py-2">
      <svg aria-hidden="true" width={width} height={height} className="block text-[11px]">
        <defs>
          {(['calm', 'circle'] as const).map((kind) => (
            <marker
              key={kind}
              id={`${id}${kind}`}
              viewBox="0 0 8 8"
              refX="7"
              refY="4"
              markerWidth="7"
              markerHeight="7"
              orient="auto"
              className={kind === 'circle' ? 'fill-bad' : 'fill-fg-3'}
            >
              <path d="M0,0L8,4L0,8Z" />
            </marker>
          ))}
        </defs>
        {edges.map((edge) => (
          <g key={edge.key} className={edge.isInCircle ? 'text-bad' : 'text-fg-3'}>
            <path
              d={edge.path}
              fill="none"
              stroke="currentColor"
              strokeWidth={edge.isInCircle ? 2 : 1}
              markerEnd={`url(#${id}${edge.isInCircle ? 'circle' : 'calm'})`}
            />
          </g>
        ))}
        {/* Over all edges: none crosses out the name of a lock. */}
        {edges.map(({ key, label, labelX, labelY, labelAnchor }) =>
          label === null ? null : (
            <text
              key={key}
              x={labelX}
              y={labelY}
              textAnchor={labelAnchor}
              className="fill-fg-2 stroke-surface"
              strokeWidth={3}
              paintOrder="stroke"
            >
              {shortened(label)}
            </text>
          ),
        )}
        {nodes.map((node) => (
          <g key={node.id} transform={`translate(${node.x},${node.y})`}>
            <rect
              width={NODE_WIDTH}
              height={NODE_HEIGHT}
              rx={4}
              className={node.isInCircle ? 'fill-surface stroke-bad' : 'fill-surface stroke-line'}
              strokeWidth={node.isInCircle ? 2 : 1}
            />
            <text x={NODE_WIDTH / 2} y={NODE_HEIGHT / 2 + 4} textAnchor="middle" className="mono fill-fg">
              {node.id}
            </text>
          </g>
        ))}
      </svg>
      {hidden === 0 ? null : <p className="text-fg-3 text-meta">{plural(hidden, 'program')} more, in the table</p>}
    </ScrollRegion>
  );
}

const shortened = (text: string): string =>
  text.length > LABEL_CHARS_MAX ? `…${text.slice(1 - LABEL_CHARS_MAX)}` : text;
