'use client';

import { type ReactNode, useState } from 'react';
import { cn } from '../ui/cn.ts';
import { useWidth } from '../ui/use-width.ts';
import { layoutRing, NODE_RADIUS, type RingArrow, type RingNode } from './raft-ring.layout.ts';

export interface RingMember {
  readonly id: string;
  readonly name: string;
  readonly isLeader: boolean;
  /** The state in one or two words: "leader", "follower", "no answer". */
  readonly word: string;
  /** A second line: "index 18,244". */
  readonly note: string;
  readonly tone: 'leader' | 'good' | 'risk' | 'bad' | 'stale';
  /** What stands on the arrow that leads to it. */
  readonly arrowLabel: string;
  /** The whole of it in one sentence, for screen readers. */
  readonly sentence: string;
}

export interface RaftRingProps {
  readonly members: readonly RingMember[];
  /** A new value makes the leader's node pulse: the term turned. */
  readonly term: string;
  readonly selected: string | null;
  readonly onSelect: (id: string) => void;
  /** Wraps a node, e.g. in a hover card. */
  readonly wrapNode: (member: RingMember, node: ReactNode) => ReactNode;
}

const HEIGHT = 248;

const NODE_TONE: Readonly<Record<RingMember['tone'], string>> = {
  leader: 'border-leader-mark border-2 text-fg',
  good: 'border-line-strong text-fg',
  risk: 'border-risk border-2 text-fg',
  bad: 'border-bad border-dashed text-fg-3',
  stale: 'border-line-strong border-dashed text-fg-3',
};

const WORD_TONE: Readonly<Record<RingMember['tone'], string>> = {
  leader: 'text-leader',
  good: 'text-fg-2',
  risk: 'text-risk',
  bad: 'text-bad',
  stale: 'text-stale',
};

/** Who leads, who follows, and how far behind. */
export function RaftRing({ members, term, selected, onSelect, wrapNode }: RaftRingProps) {
  const { ref, width } = useWidth();
  const leader = members.find((member) => member.isLeader);
  const ring = layoutRing({
    ids: members.map((one) => one.id),
    leaderId: leader?.id ?? null,
    width: Math.max(width, 320),
    height: HEIGHT,
  });
  return (
    <div ref={ref} className="relative w-full overflow-hidden" style={{ height: HEIGHT }}>
      {width === 0 ? null : (
        <>
          <svg aria-hidden="true" width={width} height={HEIGHT} className="absolute inset-0">
            <defs>
              <marker
                id="ring-arrow"
                viewBox="0 0 8 8"
                refX="7"
                refY="4"
                markerWidth="7"
                markerHeight="7"
                orient="auto-start-reverse"
              >
                <path d="M0 0.5 7.5 4 0 7.5z" fill="context-stroke" />
              </marker>
            </defs>
            <ellipse
              cx={ring.center.x}
              cy={ring.center.y}
              rx={ring.radiusX}
              ry={ring.radiusY}
              className="fill-none stroke-line"
              strokeDasharray="2 4"
            />
            {ring.arrows.map((arrow) => (
              <Arrow key={arrow.id} arrow={arrow} member={members.find((one) => one.id === arrow.id)} />
            ))}
          </svg>
          {ring.arrows.map((arrow) => {
            const member = members.find((one) => one.id === arrow.id);
            return member === undefined ? null : (
              <span
                key={arrow.id}
                aria-hidden="true"
                className={cn(
                  'nums pointer-events-none absolute -translate-x-1/2 -translate-y-1/2 whitespace-nowrap rounded-mark bg-surface px-1.5 text-meta',
                  member.tone === 'good' ? 'text-fg-2' : WORD_TONE[member.tone],
                )}
                style={{ left: arrow.label.x, top: arrow.label.y }}
              >
                {member.arrowLabel}
              </span>
            );
          })}
          <ul>
            {ring.nodes.map((node) => {
              const member = members.find((one) => one.id === node.id);
              if (member === undefined) return null;
              const element = (
                <Node
                  node={node}
                  member={member}
                  term={term}
                  isSelected={selected === node.id}
                  onSelect={() => onSelect(node.id)}
                />
              );
              return <li key={node.id}>{wrapNode(member, element)}</li>;
            })}
          </ul>
        </>
      )}
    </div>
  );
}

function Arrow({ arrow, member }: { readonly arrow: RingArrow; readonly member: RingMember | undefined }) {
  const isBroken = member === undefined || member.tone === 'bad' || member.tone === 'stale';
  return (
    <line
      x1={arrow.from.x}
      y1={arrow.from.y}
      x2={arrow.to.x}
      y2={arrow.to.y}
      className={isBroken ? 'stroke-bad' : member.tone === 'risk' ? 'stroke-risk' : 'stroke-fg-3'}
      strokeWidth={1.25}
      {...(isBroken ? { strokeDasharray: '3 5' } : { markerEnd: 'url(#ring-arrow)' })}
    />
  );
}

interface NodeProps extends React.ComponentProps<'button'> {
  readonly node: RingNode;
  readonly member: RingMember;
  readonly term: string;
  readonly isSelected: boolean;
}

function Node({ node, member, term, isSelected, onSelect, ...props }: NodeProps & { readonly onSelect: () => void }) {
  const isLeft = node.labelSide === 'left';
  // The term the picture opened with has not turned.
  const [firstTerm] = useState(term);
  return (
    <button
      type="button"
      {...props}
      onClick={onSelect}
      aria-pressed={isSelected}
      aria-label={member.sentence}
      className={cn('absolute flex items-center gap-2.5 rounded-full outline-offset-4', isLeft && 'flex-row-reverse')}
      style={{
        top: node.y - NODE_RADIUS,
        height: NODE_RADIUS * 2,
        ...(isLeft ? { right: `calc(100% - ${node.x + NODE_RADIUS}px)` } : { left: node.x - NODE_RADIUS }),
      }}
    >
      <span
        className={cn(
          'relative inline-flex shrink-0 items-center justify-center rounded-full border bg-raised font-semibold text-body transition-colors duration-[120ms]',
          NODE_TONE[member.tone],
          isSelected && 'bg-selected',
        )}
        style={{ width: NODE_RADIUS * 2, height: NODE_RADIUS * 2 }}
      >
        {member.isLeader ? (
          <>
            {term === firstTerm ? null : (
              <span
                key={term}
                aria-hidden="true"
                className="absolute inset-0 animate-vote rounded-full border-2 border-leader-mark opacity-0"
              />
            )}
            <svg aria-hidden="true" viewBox="0 0 12 12" className="absolute -top-2 size-4 text-leader-mark">
              <path
                className="fill-leader-mark stroke-surface"
                strokeWidth="1"
                d="M6 .8l1.55 3.3 3.6.47-2.64 2.5.67 3.58L6 8.9l-3.18 1.75.67-3.58L.85 4.57l3.6-.47z"
              />
            </svg>
          </>
        ) : null}
        <span className="max-w-10 truncate">{member.name}</span>
      </span>
      <span
        className={cn(
          '-mx-1 flex flex-col whitespace-nowrap rounded-mark bg-surface px-1 leading-4',
          isLeft ? 'items-end' : 'items-start',
        )}
      >
        <span className={cn('font-medium text-body', WORD_TONE[member.tone])}>{member.word}</span>
        <span className="mono text-fg-3 text-meta leading-4">{member.note}</span>
      </span>
    </button>
  );
}
