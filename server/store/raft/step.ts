/**
 * One message in. First the term (Raft paper §5.1): newer terms make a follower, older messages are dropped or answered so
 * that their sender learns of the newer term. Then the role decides.
 */
import { NO_MEMBER } from '../../../lib/base/brand.ts';
import { EMPTY_BYTES } from '../../../lib/base/bytes.ts';
import type { Core } from './core.ts';
import { handleVoteRequest, handleVoteResponse, isInLease, refuseOldPreVote, startCampaign } from './election.ts';
import { handleAppendEntries, handleHeartbeat, handleInstallSnapshot } from './follower.ts';
import { handleHeartbeatResponse } from './heartbeat.ts';
import { proposeAsLeader, startTransfer } from './leader.ts';
import { requestRead } from './reads.ts';
import { handleAppendResponse } from './replication.ts';
import type { Message, ProposeResult } from './types.ts';

export function step(core: Core, message: Message): void {
  if (message.to !== core.id) return;
  // Requests forwarded from a member carry no term.
  if (message.term !== 0) {
    if (message.term > core.term && !acceptNewerTerm(core, message)) return;
    if (message.term < core.term) {
      answerOldTerm(core, message);
      return;
    }
  }
  dispatch(core, message);
}

/** False when the message is to be ignored. */
function acceptNewerTerm(core: Core, message: Message): boolean {
  if (isInLease(core, message)) return false;
  // Pre-votes speak of a term that nobody is in yet.
  if (message.type === 'preVote') return true;
  if (message.type === 'preVoteResponse' && !message.reject) return true;
  const isFromLeader =
    message.type === 'appendEntries' || message.type === 'heartbeat' || message.type === 'installSnapshot';
  core.becomeFollower(message.term, isFromLeader ? message.from : NO_MEMBER);
  return true;
}

/**
 * A leader of an old term must hear of ours, or it would keep talking to a member that, hearing no leader of its own and
 * granted no pre-vote, never disturbs it. Our heartbeat answer carries the newer term.
 */
function answerOldTerm(core: Core, message: Message): void {
  if (message.type === 'heartbeat' || message.type === 'appendEntries') {
    core.send({ type: 'heartbeatResponse', to: message.from, context: EMPTY_BYTES });
  } else if (message.type === 'preVote') {
    refuseOldPreVote(core, message);
  }
}

function dispatch(core: Core, message: Message): void {
  switch (message.type) {
    case 'requestVote':
    case 'preVote':
      handleVoteRequest(core, message);
      return;
    case 'propose':
      propose(core, message);
      return;
    case 'readIndex':
      requestRead(core, message.from, message.context);
      return;
    case 'transferLeader':
      transferLeader(core, message);
      return;
    case 'readIndexResponse':
      core.readStates.push({ index: message.index, context: message.context });
      return;
    default:
      if (core.role === 'leader') stepLeader(core, message);
      else stepFollowerOrCandidate(core, message);
  }
}

function stepLeader(core: Core, message: Message): void {
  const peer = core.peer(message.from);
  if (peer === undefined) return;
  if (message.type === 'appendEntriesResponse') handleAppendResponse(core, message, peer);
  else if (message.type === 'heartbeatResponse') handleHeartbeatResponse(core, message, peer);
}

function stepFollowerOrCandidate(core: Core, message: Message): void {
  switch (message.type) {
    case 'appendEntries':
      followLeader(core, message);
      handleAppendEntries(core, message);
      return;
    case 'heartbeat':
      followLeader(core, message);
      handleHeartbeat(core, message);
      return;
    case 'installSnapshot':
      followLeader(core, message);
      handleInstallSnapshot(core, message);
      return;
    case 'requestVoteResponse':
    case 'preVoteResponse':
      if (core.role !== 'follower' && core.peer(message.from) !== undefined) handleVoteResponse(core, message);
      return;
    case 'timeoutNow':
      if (core.role === 'follower') startCampaign(core, 'transfer');
      return;
    default:
  }
}

/** The message is of our term, so its sender is that term's leader: campaigns end, the election timer restarts. */
function followLeader(core: Core, message: Message): void {
  if (core.role !== 'follower') core.becomeFollower(message.term, message.from);
  core.electionElapsed = 0;
  core.leaderId = message.from;
}

/** A proposal of this member or of another; on a follower it travels on to the leader. */
export function propose(core: Core, message: Extract<Message, { type: 'propose' }>): ProposeResult {
  if (core.role === 'leader') return proposeAsLeader(core, message.entries);
  if (core.leaderId === NO_MEMBER) return 'noLeader';
  core.messages.push({ ...message, to: core.leaderId });
  return 'forwarded';
}

export function transferLeader(core: Core, message: Extract<Message, { type: 'transferLeader' }>): void {
  if (core.role === 'leader') startTransfer(core, message.transferee);
  else if (core.leaderId !== NO_MEMBER) core.messages.push({ ...message, to: core.leaderId });
}
