'use client';

import { GitCompareArrows, History, RotateCcw } from 'lucide-react';
import { useState } from 'react';
import type { KeyHistory, KeyVersion, WireBytes, WireInt } from '../../lib/api/types.ts';
import { compareInt, formatBytes, formatCount } from '../../lib/format/number.ts';
import { agoText, momentText } from '../../lib/format/time.ts';
import { buildThread, type ThreadEntry, type VersionEntry } from '../../lib/history/thread.ts';
import { valueStart } from '../../lib/history/value-format.ts';
import { useNow } from '../shell/use-live.ts';
import { Button } from '../ui/button.tsx';
import { cn } from '../ui/cn.ts';
import { Mark, type MarkShape } from '../ui/marks.tsx';
import { ValueDiffView } from './value-diff-view.tsx';

export interface HistoryThreadProps {
  readonly history: KeyHistory;
  /** The revision the page is pinned to; null while live. */
  readonly rev: WireInt | null;
  readonly onOpen: (rev: WireInt) => void;
  /** Offers a version as the next value. Absent where nothing may be written. */
  readonly onRestore?: ((version: KeyVersion) => void) | undefined;
  readonly onMore: () => void;
  readonly isLoadingMore: boolean;
}

/** Every retained version, newest first, on one line that breaks where the key was deleted and ends where memory ends. */
export function HistoryThread(props: HistoryThreadProps) {
  const [marked, setMarked] = useState<KeyVersion | null>(null);
  const [pair, setPair] = useState<readonly [KeyVersion, KeyVersion] | null>(null);
  const compare = (version: KeyVersion): void => {
    if (marked === null || marked.modRevision === version.modRevision) {
      setMarked(marked === null ? version : null);
      return;
    }
    const isNewer = compareInt(version.modRevision, marked.modRevision) > 0;
    setPair(isNewer ? [marked, version] : [version, marked]);
    setMarked(null);
  };
  const entries = buildThread(props.history);
  const shownAt = props.rev === null ? null : effective(props.history.versions, props.rev);
  return (
    <>
      {pair === null ? null : <PairDiff pair={pair} onClose={() => setPair(null)} />}
      <ol className="flex flex-col px-3 pb-4">
        {entries.map((entry) => (
          <li key={entry.kind === 'version' ? entry.version.modRevision : entry.kind}>
            {entry.kind === 'version' ? (
              <VersionItem
                {...props}
                entry={entry}
                isShown={entry.version.modRevision === shownAt}
                marked={marked}
                onCompare={compare}
              />
            ) : (
              <EndItem {...props} entry={entry} />
            )}
          </li>
        ))}
      </ol>
    </>
  );
}

/** The version in force at `rev`: the newest not after it. */
function effective(versions: readonly KeyVersion[], rev: WireInt): WireInt | null {
  return versions.find((version) => compareInt(version.modRevision, rev) <= 0)?.modRevision ?? null;
}

const LOOK: Readonly<Record<VersionEntry['change'], { shape: MarkShape; colour: string; word: string }>> = {
  created: { shape: 'plus', colour: 'text-good', word: 'created' },
  recreated: { shape: 'plus', colour: 'text-good', word: 'created again' },
  updated: { shape: 'dot', colour: 'text-fg-3', word: 'changed' },
  rewritten: { shape: 'ring', colour: 'text-fg-3', word: 'written again, same bytes' },
  deleted: { shape: 'minus', colour: 'text-bad', word: 'deleted' },
  unknown: { shape: 'dot', colour: 'text-fg-3', word: 'changed; what it replaced is gone by compaction' },
};

interface VersionItemProps extends HistoryThreadProps {
  readonly entry: VersionEntry;
  readonly isShown: boolean;
  /** The first of two versions to be compared; null: none chosen yet. */
  readonly marked: KeyVersion | null;
  readonly onCompare: (version: KeyVersion) => void;
}

function VersionItem({ entry, isShown, onOpen, onRestore, marked, onCompare }: VersionItemProps) {
  const { version, change, isNewest } = entry;
  const look = LOOK[change];
  return (
    <div className="group relative grid grid-cols-[1rem_minmax(0,1fr)] gap-x-2">
      <Spine shape={look.shape} colour={look.colour} isBroken={change === 'deleted'} />
      <div className={cn('min-w-0 pb-3', isShown && '-mx-2 rounded-control bg-past/8 px-2')}>
        <div className="flex min-h-6 flex-wrap items-center gap-x-2">
          <button
            type="button"
            onClick={() => onOpen(version.modRevision)}
            className="mono rounded-mark font-medium text-accent hover:underline"
          >
            {formatCount(version.modRevision)}
          </button>
          <span className={cn(change === 'deleted' ? 'text-bad' : 'text-fg')}>{look.word}</span>
          {isShown ? <span className="text-meta text-past">shown now</span> : null}
          {isNewest && change !== 'deleted' ? <span className="text-fg-3 text-meta">current</span> : null}
          <SizeNote entry={entry} />
          <When at={version.at} />
          {version.by === null ? null : <span className="text-fg-3 text-meta">by {version.by}</span>}
          {marked?.modRevision === version.modRevision ? (
            <span className="text-accent text-meta">choose another version to compare with</span>
          ) : null}
          <span className="ml-auto flex opacity-0 transition-opacity duration-[120ms] focus-within:opacity-100 group-hover:opacity-100 [@media(hover:none)]:opacity-100">
            <Button variant="ghost" size="small" onClick={() => onOpen(version.modRevision)}>
              <History aria-hidden="true" />
              Open at this revision
            </Button>
            <Button variant="ghost" size="small" onClick={() => onCompare(version)}>
              <GitCompareArrows aria-hidden="true" />
              {marked === null
                ? 'Compare…'
                : marked.modRevision === version.modRevision
                  ? 'Not this one'
                  : `Compare with ${formatCount(marked.modRevision)}`}
            </Button>
            {onRestore === undefined || isNewest || version.type === 'delete' ? null : (
              <Button variant="ghost" size="small" onClick={() => onRestore(version)}>
                <RotateCcw aria-hidden="true" />
                Restore…
              </Button>
            )}
          </span>
        </div>
        {entry.lease === null ? null : (
          <p className="flex items-center gap-1.5 text-lease text-meta">
            <Mark shape="hourglass" />
            {entry.lease.to === null
              ? `detached from lease ${entry.lease.from ?? ''}`
              : entry.lease.from === null
                ? `attached to lease ${entry.lease.to}`
                : `moved from lease ${entry.lease.from} to ${entry.lease.to}`}
          </p>
        )}
        <VersionDiff entry={entry} />
      </div>
    </div>
  );
}

/** Any two versions, whatever lies between them. */
function PairDiff({
  pair: [older, newer],
  onClose,
}: {
  readonly pair: readonly [KeyVersion, KeyVersion];
  readonly onClose: () => void;
}) {
  const title = `From revision ${formatCount(older.modRevision)} to ${formatCount(newer.modRevision)}`;
  return (
    <section aria-label={title} className="mx-3 mb-3 flex flex-col gap-1.5 rounded-control border bg-surface p-2">
      <header className="flex items-center gap-2">
        <h3 className="font-medium">{title}</h3>
        <Button variant="ghost" size="small" className="ml-auto" onClick={onClose}>
          Close
        </Button>
      </header>
      <ValueDiffView
        before={older.value}
        after={newer.value}
        context={3}
        same={<p className="text-fg-2">The value is the same.</p>}
        label={title}
      />
    </section>
  );
}

/** The thread itself: a line through all versions with a mark for each; dashed where the key did not exist. */
function Spine({
  shape,
  colour,
  isBroken,
}: {
  readonly shape: MarkShape;
  readonly colour: string;
  readonly isBroken: boolean;
}) {
  return (
    <span aria-hidden="true" className="relative flex justify-center">
      <span
        className={cn(
          'absolute top-0 bottom-0 border-l',
          isBroken ? 'border-line-strong border-dashed' : 'border-line-strong',
        )}
      />
      <span
        className={cn(
          'relative mt-[5px] inline-flex size-3.5 items-center justify-center rounded-full bg-surface',
          colour,
        )}
      >
        <Mark shape={shape} />
      </span>
    </span>
  );
}

function SizeNote({ entry: { version, previous } }: { readonly entry: VersionEntry }) {
  if (version.type === 'delete') return null;
  const delta = previous === null || previous.type === 'delete' ? null : version.valueBytes - previous.valueBytes;
  return (
    <span className="nums text-fg-3 text-meta">
      {formatBytes(version.valueBytes)}
      {delta === null || delta === 0 ? null : ` (${delta > 0 ? '+' : '−'}${formatBytes(Math.abs(delta))})`}
    </span>
  );
}

function When({ at }: { readonly at: number | null }) {
  const now = useNow(10_000);
  if (at === null || now === 0) return null;
  return (
    <time dateTime={new Date(at).toISOString()} title={agoText(at, now)} className="nums text-fg-3 text-meta">
      {momentText(at, now)}
    </time>
  );
}

/** A first version shows its beginning; a change shows the difference; a delete shows what was lost. */
function VersionDiff({ entry: { version, previous, change } }: { readonly entry: VersionEntry }) {
  if (change === 'rewritten') return null;
  if (change === 'updated') {
    return (
      <ValueDiffView
        before={previous?.value ?? null}
        after={version.value}
        context={1}
        same={<p className="text-fg-3 text-meta">Only the white space of the JSON changed.</p>}
        label={`What revision ${version.modRevision} changed`}
      />
    );
  }
  const value = change === 'deleted' ? previous?.value : version.value;
  return value == null || value === '' ? null : <Excerpt value={value} isGone={change === 'deleted'} />;
}

/** A beginning shows enough to be recognised, an end only a reminder. */
const EXCERPT_LINES = { here: 6, gone: 2 } as const;
const EXCERPT_CHARS = 600;

function Excerpt({ value, isGone }: { readonly value: WireBytes; readonly isGone: boolean }) {
  const lines = isGone ? EXCERPT_LINES.gone : EXCERPT_LINES.here;
  const { text, isCut } = valueStart(value, { lines, chars: EXCERPT_CHARS });
  return (
    <pre
      className={cn(
        'mono overflow-hidden whitespace-pre-wrap break-all rounded-control border px-3 py-1',
        isGone ? 'border-dashed text-fg-3' : 'bg-inset text-fg-2',
      )}
    >
      {text}
      {isCut ? '\n… and more' : ''}
    </pre>
  );
}

interface EndItemProps extends HistoryThreadProps {
  readonly entry: Exclude<ThreadEntry, VersionEntry>;
}

function EndItem({ entry, onMore, isLoadingMore }: EndItemProps) {
  if (entry.kind === 'more') {
    return (
      <Button size="small" onClick={onMore} disabled={isLoadingMore} className="ml-6">
        {isLoadingMore ? 'Loading older versions…' : 'Show older versions'}
      </Button>
    );
  }
  if (entry.kind === 'beginning') {
    return <p className="ml-6 text-fg-3 text-meta">Nothing older: the store was never compacted.</p>;
  }
  return (
    <div className="mt-1 flex flex-col gap-1">
      <span aria-hidden="true" className="hatched h-2 rounded-mark" />
      <p className="text-fg-3 text-meta">
        Older history is gone: compacted below revision <span className="mono">{formatCount(entry.revision)}</span>.
      </p>
    </div>
  );
}
