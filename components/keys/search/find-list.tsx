'use client';

import { useState } from 'react';
import type { FindRequest } from '../../../lib/api/find-client.ts';
import type { FindExcerpt } from '../../../lib/api/find-types.ts';
import type { WireBytes } from '../../../lib/api/types.ts';
import { formatBytes, formatCount, plural } from '../../../lib/format/number.ts';
import { previewBytes } from '../../../lib/keys/preview-bytes.ts';
import { displayBytes, wireId } from '../../../lib/keys/wire-bytes.ts';
import { useStore } from '../../shell/use-store.ts';
import { StatusMark } from '../../ui/badge.tsx';
import { Button } from '../../ui/button.tsx';
import { cn } from '../../ui/cn.ts';
import { SkeletonRows } from '../../ui/skeleton.tsx';
import { PanelError } from '../panel/panel-error.tsx';
import { type FindState, useFind } from './use-find.ts';

export interface FindListProps {
  readonly request: FindRequest;
  readonly selected: WireBytes | null;
  readonly onOpen: (key: WireBytes) => void;
}

/** Matches as they come, with how far the search is; at its end exactly what was searched and what was not. */
export function FindList(props: FindListProps) {
  const [attempt, setAttempt] = useState(0);
  return <Search key={attempt} {...props} onRetry={() => setAttempt((n) => n + 1)} />;
}

function Search({ request, selected, onOpen, onRetry }: FindListProps & { readonly onRetry: () => void }) {
  const store = useStore();
  const found = useFind(store.id, request);
  if (found.error !== null && found.start === null) {
    return <PanelError title="The search was refused" error={found.error} onRetry={onRetry} />;
  }
  if (found.start === null) return <SkeletonRows rows={8} />;
  return (
    <div className="flex min-h-0 flex-1 flex-col">
      <Progress found={found} isValues={request.in === 'values'} onStop={found.stop} />
      <ul aria-label="Matches" className="min-h-0 flex-1 overflow-y-auto py-1">
        {found.matches.map(({ key, excerpt }) => (
          <li key={wireId(key.key)}>
            <button
              type="button"
              aria-current={selected !== null && wireId(selected) === wireId(key.key) ? 'true' : undefined}
              onClick={() => onOpen(key.key)}
              className={cn(
                'flex w-full flex-col px-3 py-0.5 text-left hover:bg-hover',
                selected !== null && wireId(selected) === wireId(key.key) && 'bg-selected',
              )}
            >
              <span className="mono w-full truncate">{displayBytes(key.key)}</span>
              {excerpt === null ? null : <Excerpt excerpt={excerpt} />}
            </button>
          </li>
        ))}
      </ul>
    </div>
  );
}

function Excerpt({ excerpt }: { readonly excerpt: FindExcerpt }) {
  return (
    <span className="mono w-full truncate text-fg-3 text-meta">
      {previewBytes(excerpt.before)}
      <mark className="rounded-mark bg-[color-mix(in_oklab,var(--leader-mark)_35%,transparent)] text-fg">
        {previewBytes(excerpt.match)}
      </mark>
      {previewBytes(excerpt.after)}
    </span>
  );
}

function Progress({
  found,
  isValues,
  onStop,
}: {
  readonly found: FindState;
  readonly isValues: boolean;
  readonly onStop: () => void;
}) {
  const { start, progress, end, error, isStopped, matches } = found;
  const total = start?.keys ?? 0;
  const searched = end?.searched ?? progress?.searched ?? 0;
  const isRunning = end === null && error === null && !isStopped;
  return (
    <div className="flex shrink-0 flex-col gap-1 border-b px-3 py-1 text-meta">
      <p role="status" className="flex min-h-6 flex-wrap items-center gap-x-3">
        <span className="text-fg-2">
          {plural(matches.length, 'match', 'matches')}, searched {formatCount(searched)} of {plural(total, 'key')}
          {isValues && progress !== null ? ` (${formatBytes(progress.bytes)})` : ''} at revision{' '}
          <span className="mono">{formatCount(start?.revision ?? '0')}</span>
          {end?.complete === true ? ', complete' : ''}
        </span>
        {isRunning ? (
          <Button size="small" className="ml-auto" onClick={onStop}>
            Stop
          </Button>
        ) : null}
      </p>
      {isRunning ? (
        <div
          role="progressbar"
          aria-label="Searched"
          aria-valuemin={0}
          aria-valuemax={total}
          aria-valuenow={searched}
          className="h-1 overflow-hidden rounded-full bg-line"
        >
          <div
            className="h-full bg-accent-fill"
            style={{ width: `${total === 0 ? 100 : (searched / total) * 100}%` }}
          />
        </div>
      ) : null}
      {isStopped ? <StatusMark tone="risk">Stopped: the rest was not searched.</StatusMark> : null}
      {error === null ? null : (
        <StatusMark tone="bad" className="whitespace-normal!">
          {error.message}
        </StatusMark>
      )}
      {end === null || end.reason === null ? null : (
        <StatusMark tone="risk" className="whitespace-normal!">
          Not complete: {end.reason}.
        </StatusMark>
      )}
      {end?.notSearched.map((one) => (
        <StatusMark key={one.reason} tone="risk" className="whitespace-normal!">
          {plural(one.keys, 'key')} not searched: {one.reason}.
        </StatusMark>
      ))}
    </div>
  );
}
