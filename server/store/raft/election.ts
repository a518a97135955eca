/** Elections (Raft paper §5.2, pre-vote: thesis §9.6): asking for votes, giving them, counting them. */
import { assert } from '../../../lib/base/assert.ts';
import { type MemberId, NO_MEMBER, type Term, term } from '../../../lib/base/brand.ts';
import { confMembers, isVoter } from './conf-change.ts';
import { isConfChangeType } from './conf-change-codec.ts';
import type { Core, SelfVote } from './core.ts';
import { quorumVote } from './quorum.ts';
import type { Message } from './types.ts';

type VoteRequest = Extract<Message, { lastEntry: unknown }>;
type VoteResponse = Extract<Message, { type: 'requestVoteResponse' | 'preVoteResponse' }>;

export type CampaignKind = 'preElection' | 'election' | 'transfer';

/** A campaign of this member's own accord. */
export function startElection(core: Core): void {
  startCampaign(core, core.config.hasPreVote === false ? 'election' : 'preElection');
}

/**
 * Starts a campaign unless this member leads, may not lead, or has committed configuration changes to apply first: it might
 * otherwise win with a quorum of a configuration that is already history.
 */
export function startCampaign(core: Core, kind: CampaignKind): void {
  if (core.role === 'leader' || !core.isPromotable()) return;
  if (core.log.someUnapplied((entry) => isConfChangeType(entry.type))) return;
  campaign(core, kind);
}

function campaign(core: Core, kind: CampaignKind): void {
  const isPreVote = kind === 'preElection';
  if (isPreVote) core.becomePreCandidate();
  else core.becomeCandidate();
  const electionTerm = isPreVote ? term(core.term + 1) : core.term;
  const type = isPreVote ? 'preVote' : 'requestVote';
  core.selfVote = { kind: isPreVote ? 'preVote' : 'vote', term: electionTerm };
  const lastEntry = core.log.last();
  for (const id of confMembers(core.conf)) {
    if (id === core.id || !isVoter(core.conf, id)) continue;
    core.send({ type, to: id, lastEntry, isTransfer: kind === 'transfer' }, electionTerm);
  }
}

/** This member's vote for itself is durable. Ignored when the campaign it belongs to is over. */
export function countSelfVote(core: Core, vote: SelfVote): void {
  const isPreVoteRound = core.role === 'preCandidate' && vote.kind === 'preVote' && vote.term === core.term + 1;
  const isElection = core.role === 'candidate' && vote.kind === 'vote' && vote.term === core.term;
  if (isPreVoteRound || isElection) countVote(core, core.id, true);
}

/**
 * Besides the vote, an answer may bring news of a commit. Without it a cluster could be stuck for good: a leader removes itself,
 * knows the removal is committed and steps down; the others hold it uncommitted, still count the removed member as a
 * voter, and lose every election to its longer log. What matches a committed entry is committed, whoever says so.
 */
export function handleVoteResponse(core: Core, message: VoteResponse): void {
  if (message.committed !== undefined && core.log.matches(message.committed)) {
    core.log.commitTo(message.committed.index);
  }
  const expected = core.role === 'preCandidate' ? 'preVoteResponse' : 'requestVoteResponse';
  // A grant speaks of the term that was asked for: one of an earlier campaign says nothing of this one.
  const isLate = message.type === 'preVoteResponse' && !message.reject && message.term !== core.term + 1;
  if (message.type === expected && !isLate) countVote(core, message.from, !message.reject);
}

function countVote(core: Core, from: MemberId, granted: boolean): void {
  if (!core.votes.has(from)) core.votes.set(from, granted);
  const result = quorumVote(core.conf, core.votes);
  if (result === 'won') {
    if (core.role === 'preCandidate') campaign(core, 'election');
    else core.becomeLeader();
  } else if (result === 'lost') {
    core.becomeFollower(core.term, NO_MEMBER);
  }
}

/**
 * Check-quorum's other half (thesis §6.2, §4.2.3): who hears a leader refuses to depose it, except on the leader's own
 * wish (transfer). Such a request does not even raise the term.
 */
export function isInLease(core: Core, message: Message): boolean {
  if (core.config.hasCheckQuorum === false) return false;
  if (message.type !== 'requestVote' && message.type !== 'preVote') return false;
  const hearsLeader = core.leaderId !== NO_MEMBER && core.electionElapsed < core.config.electionTicks;
  return hearsLeader && !message.isTransfer;
}

/** Answers a request whose term is at least ours. A vote is granted once per term, and only to a log as complete as ours. */
export function handleVoteRequest(core: Core, message: VoteRequest): void {
  const isPreVote = message.type === 'preVote';
  const isFree =
    core.vote === message.from ||
    (core.vote === NO_MEMBER && core.leaderId === NO_MEMBER) ||
    (isPreVote && message.term > core.term);
  const granted = isFree && core.log.isUpToDate(message.lastEntry);
  // A granted pre-vote speaks of the term asked for, a refusal of the term we are in.
  respond(core, message, { granted, responseTerm: granted ? message.term : core.term });
  if (!granted || isPreVote) return;
  core.electionElapsed = 0;
  core.vote = message.from;
}

/** A pre-vote for a term that is over: the refusal carries ours, so that the sender catches up. */
export function refuseOldPreVote(core: Core, message: VoteRequest): void {
  respond(core, message, { granted: false, responseTerm: core.term });
}

function respond(
  core: Core,
  message: VoteRequest,
  answer: { readonly granted: boolean; readonly responseTerm: Term },
): void {
  const type = message.type === 'preVote' ? 'preVoteResponse' : 'requestVoteResponse';
  const index = core.log.commitIndex;
  const committedTerm = core.log.termAt(index);
  assert(committedTerm !== undefined, `election: no term for commit index ${index}`);
  const committed = { term: committedTerm, index };
  core.send({ type, to: message.from, reject: !answer.granted, committed }, answer.responseTerm);
}
