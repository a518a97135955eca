'use client';

import { useState } from 'react';
import { sampleCommand } from '../../lib/format/commands.ts';
import { formatCount } from '../../lib/format/number.ts';
import { agoText } from '../../lib/format/time.ts';
import { previewBytes } from '../../lib/keys/preview-bytes.ts';
import { displayBytes } from '../../lib/keys/wire-bytes.ts';
import type { ChangeRow } from '../../lib/live/change-ring.ts';
import { PeekKeyLink } from '../keys/key-peek.tsx';
import { KeyName } from '../shell/key-name.tsx';
import { RevisionLink } from '../shell/links.tsx';
import { useHref } from '../shell/use-href.ts';
import { useChanges, useIndexState, useLiveStore, useNow } from '../shell/use-live.ts';
import { useStore } from '../shell/use-store.ts';
import { StatusMark } from '../ui/badge.tsx';
import { cn } from '../ui/cn.ts';
import { EmptyState } from '../ui/empty-state.tsx';
import { Link } from '../ui/link.tsx';
import { Panel } from '../ui/panel.tsx';
import { SkeletonRows } from '../ui/skeleton.tsx';

const ROWS_SHOWN = 10;

/** The newest changes. While the pointer or the focus is on them nothing moves: new ones wait and are counted. */
export function ChangeFeed({ isStale, className }: { readonly isStale: boolean; readonly className?: string }) {
  const store = useLiveStore();
  const href = useHref();
  const isLoading = useIndexState() === null;
  const nextSeq = useChanges();
  const now = useNow(1_000);
  const [heldAt, setHeldAt] = useState<number | null>(null);
  const end = heldAt ?? nextSeq;
  const waiting = nextSeq - end;
  const rows = [...store.ring.since(end - ROWS_SHOWN)].filter((row) => row.seq < end).reverse();
  return (
    <Panel
      title="Changes"
      meta={
        waiting > 0 ? (
          <span className="text-accent">{formatCount(waiting)} new, shown when you leave the list</span>
        ) : null
      }
      {...(className === undefined ? {} : { className })}
      actions={
        <Link href={href('/watch')} className="text-accent text-meta hover:underline">
          Open Watch
        </Link>
      }
    >
      {rows.length === 0 ? (
        isLoading ? (
          <SkeletonRows rows={6} />
        ) : (
          <NoChanges />
        )
      ) : (
        <ul
          className={cn('py-1', isStale && 'greyed')}
          onPointerEnter={() => setHeldAt(nextSeq)}
          onPointerLeave={() => setHeldAt(null)}
          onFocus={() => setHeldAt((held) => held ?? nextSeq)}
          onBlur={() => setHeldAt(null)}
        >
          {rows.map((row) => (
            <FeedRow key={row.seq} row={row} now={now} />
          ))}
        </ul>
      )}
    </Panel>
  );
}

function NoChanges() {
  const { kind, endpoints } = useStore();
  return (
    <EmptyState {...(kind === 'bundled' ? { command: sampleCommand(endpoints) } : {})}>
      Nothing has changed since the console began to watch.
      {kind === 'bundled'
        ? ' The sample workload brings a living system to look at.'
        : ' Changes appear here as they are committed.'}
    </EmptyState>
  );
}

function FeedRow({ row, now }: { readonly row: ChangeRow; readonly now: number }) {
  if (row.kind === 'gap') {
    return (
      <li className="hatched flex h-6 items-center px-3">
        <StatusMark tone="risk" className="rounded-mark bg-surface px-1">
          gap: changes {formatCount(row.from)} to {formatCount(row.to)} were not seen
        </StatusMark>
      </li>
    );
  }
  const { event } = row;
  const isPut = event.type === 'put';
  return (
    <li
      className={cn(
        'grid h-6 grid-cols-[1rem_minmax(0,1fr)_5rem_4.5rem] @3xl:grid-cols-[1rem_minmax(0,2fr)_minmax(0,3fr)_5rem_4.5rem] items-center gap-x-2 px-3 hover:bg-hover',
        !row.isPast && 'animate-glow',
      )}
    >
      <StatusMark tone={isPut ? 'good' : 'bad'} shape={isPut ? 'plus' : 'minus'} wordHidden>
        {isPut ? 'put' : 'deleted'}
      </StatusMark>
      <PeekKeyLink value={event.key}>
        <KeyName text={displayBytes(event.key)} />
      </PeekKeyLink>
      <span className="mono truncate text-fg-3 @max-3xl:hidden">
        {event.preview === null ? '' : previewBytes(event.preview)}
      </span>
      <RevisionLink rev={event.revision} className="text-right text-fg-3" />
      <span className="nums text-right text-fg-3 text-meta">{now === 0 ? '' : agoText(event.at, now)}</span>
    </li>
  );
}
