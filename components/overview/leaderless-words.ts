/** How long nobody led, as far as it was seen. */
import type { LeaderChange } from '../../lib/api/types.ts';
import { durationText } from '../../lib/format/time.ts';

/** "1.2 s without a leader (at most 1.4 s)". */
export function leaderlessWords({ leaderlessMs, leaderlessMsMax }: LeaderChange): string {
  if (leaderlessMs === null) return 'how long nobody led before was not seen';
  if (leaderlessMsMax === null || leaderlessMsMax <= leaderlessMs)
    return `${durationText(leaderlessMs)} without a leader`;
  return leaderlessMs === 0
    ? `without a leader for ${durationText(leaderlessMsMax)} at most`
    : `${durationText(leaderlessMs)} without a leader, ${durationText(leaderlessMsMax)} at most`;
}
