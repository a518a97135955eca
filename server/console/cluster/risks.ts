/** What is wrong, what it means, what to do. One sentence each; the reader is somebody who was just woken up. */
import type { ClusterView, MemberView, Risk } from '../../../lib/api/types.ts';
import type { Member } from '../../engines/engine.ts';

export interface RiskInput {
  readonly reachable: boolean;
  readonly members: readonly MemberView[];
  readonly hasLeader: boolean;
  readonly quorum: ClusterView['quorum'];
  readonly alarms: readonly { readonly memberId: bigint; readonly kind: string }[];
  readonly known: readonly Member[];
  readonly endpointErrors: readonly string[];
}

export function risksOf(input: RiskInput): Risk[] {
  if (!input.reachable) {
    const why = input.endpointErrors.slice(0, 3).join('; ');
    return [
      {
        kind: 'storeUnreachable',
        severity: 'danger',
        title: 'No endpoint of the store answers',
        remedy: `${why === '' ? 'The console has no answer yet' : why}. Check that the members run and that the endpoints in the settings are right; the console keeps trying.`,
      },
    ];
  }
  return [...quorumRisks(input), ...memberRisks(input), ...alarmRisks(input)];
}

function quorumRisks({ quorum, hasLeader, members }: RiskInput): Risk[] {
  if (quorum.survives < 0) {
    const down = members.filter(({ health }) => ['unreachable', 'unasked', 'cutOff'].includes(health)).map(nameOf);
    const missing = -quorum.survives;
    return [
      {
        kind: 'noQuorum',
        severity: 'danger',
        title: `Quorum is lost: ${quorum.healthy} of ${quorum.voters} voters answer, ${quorum.needed} are needed`,
        remedy: `Writes and fresh reads wait. Bring back at least ${missing} of: ${down.join(', ')}.`,
      },
    ];
  }
  if (!hasLeader) {
    return [
      {
        kind: 'noLeader',
        severity: 'danger',
        title: 'No leader',
        remedy:
          'Writes wait until the members have elected one, usually within seconds. If it lasts, check the network between them.',
      },
    ];
  }
  if (quorum.voters === 1) {
    return [
      {
        kind: 'oneMember',
        severity: 'warning',
        title: 'A single member',
        remedy: 'Any failure of it stops the store. Run three members where that matters.',
      },
    ];
  }
  return [];
}

function memberRisks({ members, quorum }: RiskInput): Risk[] {
  const risks: Risk[] = [];
  for (const member of members) {
    if (member.health === 'unreachable') {
      const rest =
        quorum.survives < 0
          ? 'It counts towards the quorum that is missing.'
          : `The cluster goes on and survives ${failures(quorum.survives)}.`;
      risks.push({
        kind: 'memberDown',
        severity: quorum.survives <= 0 ? 'danger' : 'warning',
        title: `${nameOf(member)} does not answer`,
        remedy: `${member.error ?? 'no answer'}. ${rest} Start it again or restore its network.`,
      });
    } else if (member.health === 'cutOff') {
      risks.push({
        kind: 'cutOff',
        severity: quorum.survives <= 0 ? 'danger' : 'warning',
        title: `${nameOf(member)} is cut off from its peers`,
        remedy: `It answers clients, but hears no leader and takes no part: what it has may be old. The others go on and survive ${failures(quorum.survives)}. Restore the network between it and them.`,
      });
    } else if (member.health === 'lagging') {
      risks.push({
        kind: 'lagging',
        severity: 'warning',
        title: `${nameOf(member)} is ${member.status?.lagEntries ?? '?'} entries behind`,
        remedy: 'It catches up by itself unless its disk or network is too slow; until it has, it adds no safety.',
      });
    } else if (member.health === 'unasked') {
      risks.push({
        kind: 'notAsked',
        severity: 'warning',
        title: `${nameOf(member)} is not asked`,
        remedy: `How it is nobody here knows: ${member.error ?? 'the settings do not name its host'}.`,
      });
    } else if (member.health === 'unstarted') {
      risks.push({
        kind: 'memberDown',
        severity: 'warning',
        title: `Member ${member.id} was added but never started`,
        remedy: 'It counts as a voter all the same. Start it, or remove it from the cluster.',
      });
    }
  }
  return risks;
}

function alarmRisks({ alarms, known }: RiskInput): Risk[] {
  return alarms.map(({ memberId, kind }): Risk => {
    const name = known.find((member) => member.id === memberId)?.name ?? memberId.toString(16);
    if (kind === 'NOSPACE') {
      return {
        kind: 'alarm',
        severity: 'danger',
        title: `Space alarm: the quota of ${name} is used up`,
        remedy:
          'Writes are refused on every member. The page Cluster leads out of it: compact, defragment each member, clear the alarm.',
      };
    }
    return {
      kind: 'alarm',
      severity: 'danger',
      title: `${kind} alarm on ${name}`,
      remedy: 'Its data differs from the others. Remove the member, clear its data directory and add it again.',
    };
  });
}

const nameOf = (member: MemberView): string => (member.name === '' ? `member ${member.id}` : member.name);

const failures = (count: number): string =>
  count === 0 ? 'no further failure' : count === 1 ? '1 more failure' : `${count} more failures`;

/** "memberID:1 alarm:NOSPACE " as Status reports alarms, with and without the trailing space (etcd ≤ 3.6, 3.7). */
export function parseAlarms(errors: readonly string[]): { memberId: bigint; kind: string }[] {
  const found = new Map<string, { memberId: bigint; kind: string }>();
  for (const text of errors) {
    const match = /memberID:(\d+) alarm:(\w+)/.exec(text);
    if (match !== null) found.set(match[0], { memberId: BigInt(match[1] ?? '0'), kind: match[2] ?? '' });
  }
  return [...found.values()];
}
