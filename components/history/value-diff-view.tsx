'use client';

import { type ReactNode, useMemo } from 'react';
import type { WireBytes } from '../../lib/api/types.ts';
import { diffValues, type ValueDiff, type ValuePair } from '../../lib/history/value-diff.ts';
import { SkeletonRows } from '../ui/skeleton.tsx';
import { DiffView } from './diff-view.tsx';
import { useSameValue } from './use-same-value.ts';
import { useValueWork } from './use-value-work.ts';

export interface ValueDiffViewProps {
  /** Null: there is no value on this side. */
  readonly before: WireBytes | null;
  readonly after: WireBytes | null;
  /** Unchanged lines kept around a change; Infinity shows all. */
  readonly context?: number;
  /** Instead of a difference without any line that differs. */
  readonly same?: ReactNode;
  readonly label: string;
  readonly className?: string;
}

/** Together, in characters: beyond it the page would stumble over the work, and a worker does it. */
const AT_ONCE_CHARS_MAX = 32 * 1024;

const charsOf = (value: WireBytes | null): number =>
  value === null ? 0 : typeof value === 'string' ? value.length : value.base64.length;

/** What differs between two values, whatever they are and however large. */
export function ValueDiffView(props: ValueDiffViewProps) {
  const { context = 2 } = props;
  const before = useSameValue(props.before);
  const after = useSameValue(props.after);
  const isSmall = charsOf(before) + charsOf(after) <= AT_ONCE_CHARS_MAX;
  const pair = useMemo<ValuePair>(() => ({ before, after, context }), [before, after, context]);
  return isSmall ? <Drawn {...props} diff={diffValues(pair)} /> : <Away {...props} pair={pair} />;
}

function Away({ pair, ...props }: ValueDiffViewProps & { readonly pair: ValuePair }) {
  const worked = useValueWork('diff', pair);
  switch (worked.state) {
    case 'working':
      return <SkeletonRows rows={4} />;
    case 'failed':
      return <p className="text-bad">The difference could not be worked out: {worked.message}</p>;
    case 'done':
      return <Drawn {...props} diff={worked.output} />;
  }
}

function Drawn({ diff, same, label, className }: ValueDiffViewProps & { readonly diff: ValueDiff }) {
  if (diff.looksSame && same !== undefined) return same;
  return <DiffView rows={diff.rows} rest={diff.rest} label={label} className={className} />;
}
