'use client';

import type { RolloutDetail } from '../../lib/api/config-types.ts';
import { forgottenAt, isExposing } from '../../lib/config/rollout-document.ts';
import { clockTime, durationText } from '../../lib/format/time.ts';
import { useCluster, useNow, useStaleSince } from '../shell/use-live.ts';
import { usePinnedRevision } from '../shell/use-pinned-revision.ts';
import { StatusMark, type Tone } from '../ui/badge.tsx';

/** A rollout that has just begun has no leader for a moment. */
const ELECTION_MS = 2_000;

export interface Trouble {
  readonly tone: Tone;
  readonly title: string;
  readonly words: string;
}

/**
 * What keeps a rollout from going on that no gate tells of: the store does not answer, nobody supervises, or a pause was forgotten. The
 * worst one; null: nothing. `staleSince`: since when nothing new has come.
 */
export function troubleOf(
  { rollout, supervision, problem }: Pick<RolloutDetail, 'rollout' | 'supervision' | 'problem'>,
  now: number,
  staleSince: number | null,
): Trouble | null {
  const isUnderWay = isExposing(rollout.state) || rollout.state === 'ROLLING_BACK';
  if (!isUnderWay) return null;
  if (problem !== null || staleSince !== null) {
    const since = staleSince === null ? '' : ` What you see is from ${clockTime(staleSince)}.`;
    return {
      tone: 'bad',
      title: 'Store unavailable',
      words: `${problem === null ? '' : `${problem}. `}Instances keep what they have, clocks stand still, and no act happens before the store answers.${since}`,
    };
  }
  const { lastEvalAt, plan } = rollout;
  const unseenMs = lastEvalAt === null ? 0 : now - lastEvalAt;
  const isBlind = isExposing(rollout.state) && unseenMs > 2 * plan.gate.evalIntervalSeconds * 1000;
  if ((supervision.leader === null && unseenMs > ELECTION_MS) || isBlind) {
    const who = supervision.leader === null ? 'No console supervises it' : `${supervision.leader} has not looked since`;
    return {
      tone: 'risk',
      title: `Unsupervised for ${durationText(unseenMs)}`,
      words: isExposing(rollout.state)
        ? `${who}: exposure stays as it is, and time in which nobody looks does not count as observed.`
        : `${who}: instances go back by themselves, and that they have is confirmed once somebody looks.`,
    };
  }
  const forgotten = forgottenAt(rollout);
  if (forgotten === null || now < forgotten) return null;
  return {
    tone: 'bad',
    title: `Paused for ${durationText(now - (rollout.pausedAt ?? now))}`,
    words: 'Longer than a day: part of the fleet has run another version all that time. Resume it or abort it.',
  };
}

/** One line above the rollout, while there is trouble of that kind. */
export function Standstill({ detail }: { readonly detail: RolloutDetail }) {
  const { rev } = usePinnedRevision();
  const now = useNow(1_000);
  const staleSince = useStaleSince();
  // Nothing changes in a store without a quorum, so nothing tells this page to ask the console again.
  const quorum = useCluster()?.value.quorum;
  const isLost = quorum !== undefined && quorum.survives < 0;
  const lost = isLost ? `${quorum.healthy} of ${quorum.voters} voters answer, ${quorum.needed} are needed` : null;
  const known = { ...detail, problem: detail.problem ?? lost };
  const trouble = rev !== null || now === 0 ? null : troubleOf(known, now, staleSince);
  if (trouble === null) return null;
  return (
    <p
      role="status"
      className="mb-3 flex flex-wrap items-baseline gap-x-3 gap-y-0.5 rounded-panel border bg-surface px-3 py-2"
    >
      <StatusMark tone={trouble.tone} className="font-semibold">
        {trouble.title}
      </StatusMark>
      <span className="min-w-0 text-fg-2 [overflow-wrap:anywhere]">{trouble.words}</span>
    </p>
  );
}
