/** Who leads, judged from what members say and whether the leader itself still answers. Pure. */
import type { Member } from '../../engines/engine.ts';
import { endpointOf, type Observation } from './observation.ts';

/**
 * Followers name a dead leader until their election timeout. For this long after a leader stopped answering us we believe
 * the silence; after it we believe the followers: then it is our way to it that is broken.
 */
export const LEADER_GRACE_MS = 3_000;

export interface LeaderJudgement {
  readonly leader: Member | null;
  readonly term: number;
}

export function judgeLeader(input: {
  readonly members: readonly Member[];
  readonly observations: ReadonlyMap<string, Observation>;
  readonly configured: readonly string[];
  readonly now: number;
}): LeaderJudgement {
  let term = 0;
  for (const { status } of input.observations.values()) term = Math.max(term, status?.raftTerm ?? 0);
  let claimed: bigint | null = null;
  for (const { status } of input.observations.values()) {
    if (status !== null && status.raftTerm === term && status.leader !== 0n) claimed = status.leader;
  }
  const leader = input.members.find((member) => member.id === claimed);
  if (leader === undefined) return { leader: null, term };
  const address = endpointOf(leader, input.observations, input.configured);
  const own = address === null ? undefined : input.observations.get(address);
  if (own === undefined) return { leader, term };
  if (own.status !== null) {
    const leads = own.status.leader === leader.id && own.status.raftTerm === term;
    return { leader: leads ? leader : null, term };
  }
  const silentMs = own.downSince === null ? 0 : input.now - own.downSince;
  return { leader: silentMs >= LEADER_GRACE_MS ? leader : null, term };
}
