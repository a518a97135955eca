/**
 * Quorum arithmetic on one majority and on the two majorities of a joint configuration (thesis §4.3). Knows no roles and
 * no messages; quorum.test.ts holds it against a brute-force definition.
 */
import type { MemberId } from '../../../lib/base/brand.ts';

export type VoteResult = 'pending' | 'won' | 'lost';

/** The voters whose agreement is needed: of `voters`, and in a joint configuration of `votersOutgoing` as well. */
export interface Electorate {
  readonly voters: readonly MemberId[];
  readonly votersOutgoing: readonly MemberId[];
}

/** How many of `size` voters make a majority. */
export const majority = (size: number): number => Math.floor(size / 2) + 1;

/**
 * The highest value that a majority has reached; `reached` answers 0 for a voter not heard of. An empty majority agrees to
 * everything (Infinity), so that a joint configuration with an empty half follows the other half.
 */
export function majorityReached(voters: readonly MemberId[], reached: (id: MemberId) => number): number {
  if (voters.length === 0) return Number.POSITIVE_INFINITY;
  const values = voters.map(reached).sort((a, b) => b - a);
  return values[majority(voters.length) - 1] ?? 0;
}

/** The highest value that every half of the electorate has reached. Used for log indexes and for read rounds. */
export function quorumReached(electorate: Electorate, reached: (id: MemberId) => number): number {
  return Math.min(majorityReached(electorate.voters, reached), majorityReached(electorate.votersOutgoing, reached));
}

/** Outcome of an election within one majority; `votes` holds the answers so far. */
export function majorityVote(voters: readonly MemberId[], votes: ReadonlyMap<MemberId, boolean>): VoteResult {
  if (voters.length === 0) return 'won';
  let granted = 0;
  let missing = 0;
  for (const id of voters) {
    const vote = votes.get(id);
    if (vote === undefined) missing++;
    else if (vote) granted++;
  }
  const needed = majority(voters.length);
  if (granted >= needed) return 'won';
  return granted + missing >= needed ? 'pending' : 'lost';
}

/** Outcome over both halves: won when both are won, lost as soon as one is lost. */
export function quorumVote(electorate: Electorate, votes: ReadonlyMap<MemberId, boolean>): VoteResult {
  const incoming = majorityVote(electorate.voters, votes);
  const outgoing = majorityVote(electorate.votersOutgoing, votes);
  if (incoming === outgoing) return incoming;
  return incoming === 'lost' || outgoing === 'lost' ? 'lost' : 'pending';
}
