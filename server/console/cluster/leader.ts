/** Who leads, judged from what members say and whether the leader itself still answers. Pure. */
import type { Member, MemberStanding, MemberStatus } from '../../engines/engine.ts';
import { endpointOf, type Observation } from './observation.ts';

/**
 * Followers name a dead leader until their election timeout. For this long after a leader stopped answering us we believe
 * the silence; after it we believe the followers: then it is our way to it that is broken.
 */
const LEADER_GRACE_MS = 3_000;

export interface LeaderJudgement {
  readonly leader: Member | null;
  /** In which it leads; without a leader the newest that any member knows of. */
  readonly term: number;
  /** When the leader itself last answered as such; null where only others say that it leads. */
  readonly confirmedAt: number | null;
}

export function judgeLeader(input: {
  readonly members: readonly Member[];
  readonly observations: ReadonlyMap<string, Observation>;
  readonly configured: readonly string[];
  readonly now: number;
}): LeaderJudgement {
  const statuses = [...input.observations.values()].flatMap(({ status }) => (status === null ? [] : [status]));
  // A member that is cut off and asks for votes in vain raises its own term (etcd without pre-vote): that unseats nobody.
  const newest = statuses.filter((status) => status.leader !== 0n).sort((a, b) => b.raftTerm - a.raftTerm)[0];
  const leader = input.members.find((member) => member.id === newest?.leader);
  const none = { leader: null, term: Math.max(0, ...statuses.map(({ raftTerm }) => raftTerm)), confirmedAt: null };
  if (newest === undefined || leader === undefined) return none;
  const term = newest.raftTerm;
  const address = endpointOf(leader, input.observations, input.configured);
  const own = address === null ? undefined : input.observations.get(address);
  if (own === undefined) return { leader, term, confirmedAt: null };
  if (own.status !== null) {
    const leads = own.status.leader === leader.id && own.status.raftTerm === term;
    return leads ? { leader, term, confirmedAt: own.lastSeenAt } : none;
  }
  const silentMs = own.downSince === null ? 0 : input.now - own.downSince;
  return silentMs >= LEADER_GRACE_MS ? { leader, term, confirmedAt: own.lastSeenAt } : none;
}

/** What may be asked of a member that answers. One that follows somebody who leads no more is cut off, or will learn of it at once. */
export function standingOf(status: MemberStatus, { leader, term }: LeaderJudgement): MemberStanding {
  if (status.isLearner || status.leader === 0n) return 'idle';
  const isBehind = leader !== null && status.leader !== leader.id && status.raftTerm < term;
  return isBehind ? 'idle' : 'serving';
}
