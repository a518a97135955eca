/** What is said about who keeps a lease alive. Pure. */
import type { LeaseReading } from '../../lib/api/lease-types.ts';
import { agoText, durationText } from '../../lib/format/time.ts';

/** One sentence: the rhythm, or how much is known. */
export function rhythmSentence({ rhythm, grantedTtlSeconds }: LeaseReading, now: number): string {
  const { renewals, everyMs, pace, observedFrom } = rhythm;
  const last = renewals.at(-1) ?? observedFrom;
  const ttl = durationText(Number(grantedTtlSeconds) * 1_000);
  switch (pace) {
    case 'kept':
      return everyMs === null
        ? `Renewed ${agoText(last, now)}; how often is not known.`
        : `Renewed about every ${durationText(everyMs)}, last ${agoText(last, now)}.`;
    case 'overdue':
      return `Not renewed for ${durationText(now - last)} of its ${ttl}: clients renew at a third, so nobody keeps it alive or somebody is in trouble.`;
    case 'unknown':
      return `Granted or renewed ${agoText(last, now)}; watched for ${durationText(now - observedFrom)}, too short to say who keeps it alive.`;
  }
}

/** A word or two, for a cell. */
export function rhythmText({ rhythm }: LeaseReading, now: number): string {
  const { everyMs, pace, renewals } = rhythm;
  if (pace === 'kept') return everyMs === null ? 'renewed' : `every ${durationText(everyMs)}`;
  if (pace === 'unknown') return 'not known yet';
  return `none for ${durationText(now - (renewals.at(-1) ?? now))}`;
}
