'use client';

import { useQuery } from '@tanstack/react-query';
import type { ElectionExplained as Explained } from '../../lib/api/health-types.ts';
import { queries } from '../../lib/api/queries.ts';
import type { LeaderChange } from '../../lib/api/types.ts';
import { formatCount } from '../../lib/format/number.ts';
import { clockMillis, clockTime } from '../../lib/format/time.ts';
import { PanelError } from '../keys/panel/panel-error.tsx';
import { useStore } from '../shell/use-store.ts';
import { StatusMark } from '../ui/badge.tsx';
import { cn } from '../ui/cn.ts';
import { Mark } from '../ui/marks.tsx';
import { Skeleton } from '../ui/skeleton.tsx';
import { leaderlessWords } from './leaderless-words.ts';

const CERTAINTY = {
  known: { tone: 'good', word: 'known' },
  likely: { tone: 'risk', word: 'likely' },
  unknown: { tone: 'stale', word: 'unknown' },
} as const;

interface ElectionExplainedProps {
  readonly change: LeaderChange;
  /** It leads now. */
  readonly isPresent: boolean;
}

/** Why this leader came to lead, with what speaks for it and what else was seen. */
export function ElectionExplained({ change, isPresent }: ElectionExplainedProps) {
  const store = useStore();
  const query = useQuery(queries.clusterElection(store.id, change.at));
  return (
    <section aria-label="Why the leader changed" className="border-t px-3 py-2.5">
      <h3 className="mb-1 flex flex-wrap items-baseline gap-x-2">
        <span className="font-semibold">
          Why {change.leaderName ?? 'nobody'} {isPresent ? 'leads' : 'led'} in term {formatCount(change.term)}
        </span>
        <span className="text-fg-3 text-meta">
          {change.leaderlessMs === null ? 'seen since' : 'since'} {clockTime(change.at)} · {leaderlessWords(change)}
        </span>
      </h3>
      {query.data === undefined ? (
        query.error === null ? (
          <Skeleton className="h-5 w-2/3" />
        ) : (
          <PanelError title="No explanation" error={query.error} onRetry={() => void query.refetch()} />
        )
      ) : (
        <Answer explained={query.data} />
      )}
    </section>
  );
}

function Answer({ explained }: { readonly explained: Explained }) {
  const { certainty, verdict, evidence, missing } = explained;
  const { tone, word } = CERTAINTY[certainty];
  return (
    <>
      <p className="flex items-start gap-2">
        <StatusMark tone={tone} className="shrink-0">
          {word}
        </StatusMark>
        <span>{verdict}</span>
      </p>
      {evidence.length === 0 ? null : (
        <ul className="mt-1.5 flex flex-col gap-0.5">
          {evidence.map(({ at, text, supports }) => (
            <li key={`${at} ${text}`} className={cn('flex items-start gap-2', supports ? 'text-fg' : 'text-fg-2')}>
              <span className="mono shrink-0 text-fg-3">{clockMillis(at)}</span>
              <Mark shape={supports ? 'dot' : 'ring'} className="mt-1.5 size-2 shrink-0 text-fg-3" />
              <span className="min-w-0 [overflow-wrap:anywhere]">
                {text}
                {supports ? <span className="sr-only"> This speaks for it.</span> : null}
              </span>
            </li>
          ))}
        </ul>
      )}
      {missing.map((text) => (
        <p key={text} className="mt-1 text-fg-3 text-meta">
          Not known: {text}
        </p>
      ))}
    </>
  );
}
