/** The cluster as one value for the screen, derived from what was observed. Pure. */
import type { ClusterView, MemberHealth, MemberView } from '../../../lib/api/types.ts';
import type { Member, MemberStatus } from '../../engines/engine.ts';
import { memberToHex } from '../ids.ts';
import type { LeaderJudgement } from './leader.ts';
import type { LeaderLog } from './leader-log.ts';
import { addressOf, endpointOf, NOT_ASKED, type Observation } from './observation.ts';
import { parseAlarms, risksOf } from './risks.ts';

/** A member further behind than this adds no safety: the leader may have to send it a snapshot. */
export const LAG_ENTRIES_MAX = 1_000;
/** Every member is without a leader for a moment at each election; one that stays so while others follow is cut off. */
const CUT_OFF_MS = 1_500;

export interface ClusterState {
  readonly members: readonly Member[];
  readonly observations: ReadonlyMap<string, Observation>;
  readonly configured: readonly string[];
  readonly judgement: LeaderJudgement;
  readonly log: LeaderLog;
  readonly watchingSince: number;
  readonly drills: ClusterView['drills'];
  readonly cost: ClusterView['cost'];
  readonly now: number;
}

export function clusterView(state: ClusterState): ClusterView {
  const statuses = [...state.observations.values()].flatMap((o) => (o.status === null ? [] : [o.status]));
  const committed = statuses.reduce((max, status) => Math.max(max, status.raftIndex), 0);
  const members = state.members.map((member) => memberView(member, state, committed));
  const { leader, term } = state.judgement;
  const quorum = quorumOf(members, leader !== null);
  const reachable = statuses.length > 0;
  return {
    at: state.now,
    reachable,
    members,
    leaderId: leader === null ? null : memberToHex(leader.id),
    leaderSince: leader === null ? null : state.log.sinceOf(leader.id),
    term: String(term),
    quorum,
    risks: risksOf({
      reachable,
      members,
      hasLeader: leader !== null,
      quorum,
      alarms: parseAlarms(statuses.flatMap((status) => status.errors)),
      known: state.members,
      endpointErrors: [...state.observations.values()].flatMap((o) => (o.error === null ? [] : [o.error])),
    }),
    leaderChanges: [...state.log.changes],
    watchingSince: state.watchingSince,
    drills: state.drills,
    cost: state.cost,
  };
}

function memberView(member: Member, state: ClusterState, committed: number): MemberView {
  const endpoint = endpointOf(member, state.observations, state.configured);
  const seen = (endpoint === null ? undefined : state.observations.get(endpoint)) ?? NOT_ASKED;
  // An endpoint that now answers as somebody else says nothing about this member.
  const status = seen.status?.memberId === member.id ? seen.status : null;
  const lag = status === null ? 0 : Math.max(0, committed - status.raftIndex);
  const leaderlessMs = seen.leaderlessSince === null ? 0 : state.now - seen.leaderlessSince;
  const isCutOff = state.judgement.leader !== null && leaderlessMs >= CUT_OFF_MS;
  const health = healthOf({ member, endpoint, status, lag, isCutOff });
  return {
    id: memberToHex(member.id),
    name: member.name,
    endpoint: endpoint ?? '',
    peerUrls: member.peerUrls,
    clientUrls: member.clientUrls,
    isLearner: member.isLearner,
    isLeader: state.judgement.leader?.id === member.id,
    health,
    status: status === null ? null : statusView(status, lag),
    lastSeenAt: seen.memberId === null || seen.memberId === member.id ? seen.lastSeenAt : null,
    error: health === 'unasked' ? notAsked(member) : health === 'unreachable' ? errorOf(seen, endpoint) : null,
  };
}

function healthOf(input: {
  member: Member;
  endpoint: string | null;
  status: MemberStatus | null;
  lag: number;
  isCutOff: boolean;
}): MemberHealth {
  if (input.member.name === '' && input.member.clientUrls.length === 0) return 'unstarted';
  if (input.endpoint === null && input.member.clientUrls.length > 0) return 'unasked';
  if (input.status === null) return 'unreachable';
  if (input.isCutOff) return 'cutOff';
  return input.lag > LAG_ENTRIES_MAX ? 'lagging' : 'healthy';
}

const notAsked = ({ clientUrls }: Member): string =>
  `it is reached at ${clientUrls.map(addressOf).join(', ')}, on no host that the settings name, so it is not asked: add it to the endpoints`;

function errorOf(seen: Observation, endpoint: string | null): string {
  if (endpoint === null) return 'it advertises no address for clients';
  if (seen.status !== null) return `${endpoint} answers as another member`;
  return seen.error ?? `${endpoint} has not answered yet`;
}

function statusView(status: MemberStatus, lag: number): NonNullable<MemberView['status']> {
  return {
    version: status.version,
    dbSizeBytes: String(status.dbSizeBytes),
    dbSizeInUseBytes: String(status.dbSizeInUseBytes),
    raftTerm: String(status.raftTerm),
    raftIndex: String(status.raftIndex),
    raftAppliedIndex: String(status.raftAppliedIndex),
    lagEntries: String(lag),
    roundTripMs: status.roundTripMs,
    errors: status.errors.map((text) => text.trim()),
  };
}

/**
 * Learners do not vote; a member that was added but never started does. Where some are not asked, a leader says that there is a
 * quorum: it would step down without one.
 */
function quorumOf(members: readonly MemberView[], hasLeader: boolean): ClusterView['quorum'] {
  const voters = members.filter((member) => !member.isLearner);
  const healthy = voters.filter((member) => member.health === 'healthy' || member.health === 'lagging').length;
  const needed = Math.floor(voters.length / 2) + 1;
  const survives = healthy - needed;
  const isPartial = voters.some(({ health }) => health === 'unasked');
  return {
    voters: voters.length,
    healthy,
    needed,
    survives: isPartial && hasLeader ? Math.max(0, survives) : survives,
  };
}
