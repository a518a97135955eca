'use client';

import type { LeaseReading } from '../../lib/api/lease-types.ts';
import { HeartbeatStrip } from '../charts/heartbeat-strip.tsx';
import { useNow } from '../shell/use-live.ts';
import { StatusMark } from '../ui/badge.tsx';
import { rhythmSentence, rhythmText } from './rhythm-words.ts';

/** Who keeps it alive, in words and as a strip of heartbeats. */
export function LeaseRhythmLine({ reading }: { readonly reading: LeaseReading }) {
  const now = useNow(1_000);
  if (now === 0) return null;
  const sentence = rhythmSentence(reading, now);
  return (
    <div className="flex flex-col gap-1" suppressHydrationWarning>
      <p className={reading.rhythm.pace === 'overdue' ? 'text-risk' : 'text-fg-2'} suppressHydrationWarning>
        {reading.rhythm.pace === 'overdue' ? <span aria-hidden="true">△ </span> : null}
        {sentence}
      </p>
      <HeartbeatStrip reading={reading} now={now} label={sentence} />
    </div>
  );
}

/** The same in a cell. */
export function LeaseRhythmCell({ reading }: { readonly reading: LeaseReading }) {
  const now = useNow(1_000);
  if (now === 0) return null;
  const text = rhythmText(reading, now);
  switch (reading.rhythm.pace) {
    case 'overdue':
      return <StatusMark tone="risk">{text}</StatusMark>;
    case 'unknown':
      return <span className="text-fg-3">{text}</span>;
    case 'kept':
      return <span className="text-fg-2">{text}</span>;
  }
}
