/** A member's state in words, once, for ring, table, hover card and screen readers. */
import type { ClusterView, MemberView, WireInt } from '../../lib/api/types.ts';
import { formatCount, plural } from '../../lib/format/number.ts';
import type { RingMember } from '../charts/raft-ring.tsx';
import { stopOf } from '../shell/cluster-sentence.ts';

/** So few entries are under way between a leader and a follower at any moment: not worth a word. */
const IN_STEP_ENTRIES = 16;

export function roleWord({ isLeader, isLearner, health }: MemberView): string {
  if (health === 'unreachable') return 'no answer';
  if (health === 'unstarted') return 'not started';
  if (isLeader) return 'leader';
  if (health === 'unasked') return 'not asked';
  if (health === 'cutOff') return 'hears no leader';
  if (health === 'lagging') return 'lagging';
  return isLearner ? 'learner' : 'follower';
}

/** "in step", "5,210 entries behind", "" for the leader and for who does not answer. */
export function lagWord({ isLeader, status }: MemberView): string {
  if (status === null || isLeader) return '';
  const lag = Number(status.lagEntries);
  return lag <= IN_STEP_ENTRIES ? 'in step' : `${plural(lag, 'entry', 'entries')} behind`;
}

export function memberTone(member: MemberView, isStale: boolean): RingMember['tone'] {
  if (isStale) return 'stale';
  switch (member.health) {
    case 'unreachable':
      return 'bad';
    case 'unstarted':
    case 'unasked':
      return 'stale';
    case 'lagging':
    case 'cutOff':
      return 'risk';
    case 'healthy':
      return member.isLeader ? 'leader' : 'good';
  }
}

export function ringMember(member: MemberView, term: WireInt, isStale: boolean): RingMember {
  const word = roleWord(member);
  const lag = lagWord(member);
  // One that is elsewhere in time than the others says so.
  const ownTerm = member.status === null || member.status.raftTerm === term ? '' : ` · term ${member.status.raftTerm}`;
  const index = member.status === null ? '' : `index ${formatCount(member.status.raftIndex)}${ownTerm}`;
  return {
    id: member.id,
    name: member.name,
    isLeader: member.isLeader,
    word,
    note: index,
    tone: memberTone(member, isStale),
    arrowLabel: member.status === null || member.health === 'cutOff' ? word : lag,
    sentence: `${member.name}: ${[word, lag, index].filter((part) => part !== '').join(', ')}. Show details`,
  };
}

/** The headline: what works, who leads, what may still fail. */
export function headline(view: ClusterView): string {
  if (!view.reachable) return 'No member of the store answers the console.';
  const { quorum, members } = view;
  const down = members
    .filter((member) => member.health === 'unreachable' || member.health === 'unstarted')
    .map((member) => member.name);
  const membersText =
    members.length === 1
      ? 'The one member is up'
      : down.length === 0
        ? `${members.some(({ health }) => health === 'unasked') ? 'The members that are asked' : `All ${members.length} members`} are up${laggingClause(members)}`
        : `${down.join(' and ')} ${down.length === 1 ? 'does' : 'do'} not answer`;
  const leader = members.find((member) => member.id === view.leaderId);
  const leaderText =
    leader === undefined
      ? 'there is no leader, so nothing can be written'
      : `${leader.name} leads in term ${formatCount(view.term)}`;
  const stop = stopOf(view);
  const stopText =
    stop === null
      ? ''
      : stop === 'full'
        ? 'The store is full and takes no writes. '
        : 'The store is corrupt and serves nothing. ';
  return `${stopText}${membersText}; ${leaderText}. ${toleranceSentence(quorum)}`;
}

function laggingClause(members: readonly MemberView[]): string {
  const named = (health: MemberView['health']) =>
    members.filter((one) => one.health === health).map(({ name }) => name);
  const [behind, cut] = [named('lagging'), named('cutOff')];
  const clauses = [
    ...(behind.length === 0 ? [] : [`${behind.join(' and ')} ${behind.length === 1 ? 'lags' : 'lag'} behind`]),
    ...(cut.length === 0 ? [] : [`${cut.join(' and ')} ${cut.length === 1 ? 'hears' : 'hear'} no leader`]),
  ];
  return clauses.length === 0 ? '' : `, but ${clauses.join(' and ')}`;
}

function toleranceSentence({ survives }: ClusterView['quorum']): string {
  if (survives < 0) return 'The majority is lost: no write is accepted until members return.';
  if (survives === 0) return 'If one more member fails, writes stop.';
  return `The store survives ${survives} more ${survives === 1 ? 'failure' : 'failures'}.`;
}

/** The arithmetic behind it. */
export function quorumArithmetic({ voters, healthy, needed }: ClusterView['quorum']): string {
  if (voters === 1) return 'One voter decides alone. A second and third would let the store outlive the loss of one.';
  return `Every write needs ${needed} of the ${plural(voters, 'voter')} to agree; ${healthy} answer now.`;
}
