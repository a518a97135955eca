/** The state of the cluster as one sentence, in parts that can carry their own mark. */
import type { ClusterView } from '../../lib/api/types.ts';
import { plural } from '../../lib/format/number.ts';
import { clockMinute, momentText } from '../../lib/format/time.ts';

export interface SentencePart {
  readonly id: 'stop' | 'members' | 'leader' | 'tolerance';
  readonly text: string;
  readonly tone: 'neutral' | 'leader' | 'good' | 'bad' | 'risk' | 'stale';
  /** The meaning behind it, on hover. */
  readonly meaning: string;
}

function membersPart({ members, reachable }: ClusterView): SentencePart {
  const up = members.filter((member) => member.health === 'healthy' || member.health === 'lagging').length;
  const meaning = 'Members that answer the console, of all that belong to the cluster.';
  if (!reachable)
    return { id: 'members', text: 'store unreachable', tone: 'bad', meaning: 'No member answers the console.' };
  return {
    id: 'members',
    text: `${up} of ${plural(members.length, 'member')}`,
    tone: up === members.length ? 'neutral' : 'bad',
    meaning,
  };
}

function leaderPart({ members, leaderId, leaderSince, reachable }: ClusterView, now: number): SentencePart {
  const leader = members.find((member) => member.id === leaderId);
  if (leader === undefined) {
    const text = reachable ? 'no leader' : 'leader unknown';
    return {
      id: 'leader',
      text,
      tone: reachable ? 'bad' : 'stale',
      meaning: 'Without a leader the store accepts no writes and no current reads.',
    };
  }
  const meaning = 'The leader orders all writes. Since when it leads is what this console saw.';
  if (leaderSince === null) return { id: 'leader', text: `${leader.name} leads`, tone: 'leader', meaning };
  const isToday = momentText(leaderSince.at, now).length === 8;
  const when = isToday ? clockMinute(leaderSince.at) : momentText(leaderSince.at, now).slice(0, 16);
  return {
    id: 'leader',
    text: `${leader.name} leads since ${leaderSince.exact ? '' : 'before '}${when}`,
    tone: 'leader',
    meaning,
  };
}

/** "survives 1 failure", "survives no failure", "has lost its majority". */
function toleranceText({ survives }: ClusterView['quorum']): string {
  if (survives < 0) return 'has lost its majority';
  return survives === 0 ? 'survives no failure' : `survives ${plural(survives, 'failure')}`;
}

function tolerancePart({ quorum, reachable }: ClusterView): SentencePart {
  const meaning = `${quorum.needed} of ${plural(quorum.voters, 'voter')} must agree on every write; ${quorum.healthy} answer now.`;
  if (!reachable)
    return {
      id: 'tolerance',
      text: 'tolerance unknown',
      tone: 'stale',
      meaning: 'How many voters are up is not known while none answers.',
    };
  const tone = quorum.survives < 0 ? 'bad' : quorum.survives === 0 ? 'risk' : 'good';
  return { id: 'tolerance', text: toleranceText(quorum), tone, meaning };
}

/** What stops the store though everybody may be up. */
export function stopOf({ members }: Pick<ClusterView, 'members'>): 'corrupt' | 'full' | null {
  const has = (alarm: string): boolean =>
    members.some(({ status }) => status?.errors.some((text) => text.includes(alarm)) ?? false);
  return has('CORRUPT') ? 'corrupt' : has('NOSPACE') ? 'full' : null;
}

const STOPS = {
  corrupt: {
    text: 'corrupt: serves nothing',
    meaning: 'Members do not hold the same data, and the store has stopped.',
  },
  full: { text: 'full: takes no writes', meaning: 'Its quota is used up. The page Cluster leads out of it.' },
} as const;

function stopParts(view: ClusterView): readonly SentencePart[] {
  const stop = stopOf(view);
  return stop === null ? [] : [{ id: 'stop', tone: 'bad', ...STOPS[stop] }];
}

export const clusterSentence = (view: ClusterView, now: number): readonly SentencePart[] => [
  ...stopParts(view),
  membersPart(view),
  leaderPart(view, now),
  tolerancePart(view),
];
