'use client';

import { agoText, clockTime } from '../../lib/format/time.ts';
import { StatusMark } from '../ui/badge.tsx';
import { Button } from '../ui/button.tsx';
import { RetryCountdown } from '../ui/error-state.tsx';
import { useCluster, useConnection, useLiveStore, useNow, useStaleSince } from './use-live.ts';

/** One line above the page while what it shows may be old: what is down, since when, when it is tried again. */
export function ConnectionNote() {
  const store = useLiveStore();
  const status = useConnection();
  const cluster = useCluster();
  const staleSince = useStaleSince();
  const now = useNow(1_000);
  const isStoreDown = cluster !== null && !cluster.value.reachable;
  if (staleSince === null || now === 0) return null;
  const isStreamDown = status.phase !== 'open';
  const wasNeverSeen = !isStreamDown && cluster?.value.members.every((member) => member.lastSeenAt === null) === true;
  return (
    <div className="flex min-h-8 shrink-0 flex-wrap items-center gap-x-3 border-b bg-bad/8 px-4 py-1">
      <p role="status" className="flex flex-wrap items-center gap-x-3">
        <StatusMark tone="bad">
          {isStreamDown
            ? 'The console does not answer'
            : isStoreDown
              ? 'No member of the store answers the console'
              : 'Not live'}
        </StatusMark>
        <span className="text-fg-2">
          {wasNeverSeen ? 'nor has any since the console started at ' : 'since '}
          <span className="mono">{clockTime(staleSince)}</span>.{wasNeverSeen ? null : ' What you see is from then.'}
        </span>
      </p>
      {wasNeverSeen ? null : <span className="text-fg-3 text-meta">{agoText(staleSince, now)}</span>}
      {isStreamDown && status.failure !== null ? <code className="mono text-fg-2">{status.failure.code}</code> : null}
      <span className="ml-auto flex items-center gap-3">
        {status.phase === 'waiting' ? <RetryCountdown at={status.retryAt} /> : null}
        {isStreamDown ? (
          <Button size="small" onClick={() => store.retryNow()}>
            Try now
          </Button>
        ) : (
          <span className="text-fg-3 text-meta">The console keeps trying.</span>
        )}
      </span>
    </div>
  );
}
