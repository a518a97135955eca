import { formatCount, plural } from '../../lib/format/number.ts';
import { StatusMark } from '../ui/badge.tsx';
import type { PastState } from './use-past.ts';

export interface PastLineProps {
  readonly state: PastState;
  /** The oldest revision that came without reading: the stream brings along what happened shortly before. */
  readonly oldestOfStream: number | null;
}

/** What is known of the list's past: how far it was read, where it came from, and where compaction cut. */
export function PastLine({ state, oldestOfStream }: PastLineProps) {
  if (state.phase === 'none') return null;
  return (
    <p role="status" className="flex shrink-0 items-center gap-3 border-b bg-surface px-4 py-1 text-fg-2 text-meta">
      <Words state={state} oldestOfStream={oldestOfStream} />
    </p>
  );
}

interface WordsProps extends PastLineProps {
  readonly state: Exclude<PastState, { readonly phase: 'none' }>;
}

function Words({ state, oldestOfStream }: WordsProps) {
  if (state.phase === 'reading') {
    return (
      <span className="nums">
        Reading changes from revision {formatCount(state.from)} on: at {formatCount(state.at)} of{' '}
        {formatCount(state.to)}
      </span>
    );
  }
  if (state.phase === 'refused') return <StatusMark tone="risk">{state.reason}</StatusMark>;
  const { asked, read } = state;
  if (oldestOfStream !== null && oldestOfStream <= asked) {
    return <span className="nums">Every change from revision {formatCount(asked)} on came with the stream.</span>;
  }
  const fromStore = read.changes - read.fromMemory;
  const source =
    fromStore === 0
      ? 'from what the console saw itself'
      : read.fromMemory === 0
        ? 'from the store’s history'
        : `${formatCount(fromStore)} from the store’s history, the others from what the console saw itself`;
  return (
    <>
      {read.from > asked ? (
        <StatusMark tone="risk">
          Revisions {formatCount(asked)} to {formatCount(read.from - 1)} are gone by compaction; the list begins at{' '}
          {formatCount(read.from)}.
        </StatusMark>
      ) : null}
      <span className="nums">
        {plural(read.changes, 'change')} read from revision {formatCount(read.from)} on, {source}.
      </span>
    </>
  );
}
