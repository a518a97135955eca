/** What only a leader does: proposals, its own clock, leadership transfer (thesis §3.10). */
import { type MemberId, NO_MEMBER } from '../../../lib/base/brand.ts';
import { isVoter } from './conf-change.ts';
import { type Core, payloadBytes } from './core.ts';
import { leaveJointIfDue, screenProposal } from './membership.ts';
import { quorumVote } from './quorum.ts';
import { broadcastHeartbeat, sendAppend, sendTimeoutNow } from './replication.ts';
import type { ProposedEntry, ProposeResult } from './types.ts';

/** Appends `proposed` to the log, or says that it did not. Nothing is appended in part. */
export function proposeAsLeader(core: Core, proposed: readonly ProposedEntry[]): ProposeResult {
  if (proposed.length === 0 || !core.isMember() || core.transferee !== NO_MEMBER) return 'dropped';
  const { entries, isRefused, confIndex } = screenProposal(core, proposed);
  if (isRefused || isBeyondUncommittedMax(core, payloadBytes(entries))) return 'dropped';
  if (confIndex !== undefined) core.pendingConfIndex = confIndex;
  core.appendOwn(entries);
  return 'accepted';
}

/** One proposal always fits an empty log, however large; what carries no data always fits. */
function isBeyondUncommittedMax(core: Core, bytes: number): boolean {
  return bytes > 0 && core.uncommittedBytes > 0 && core.uncommittedBytes + bytes > core.config.uncommittedBytesMax;
}

export function tickLeader(core: Core): void {
  core.heartbeatElapsed++;
  core.electionElapsed++;
  if (core.electionElapsed >= core.config.electionTicks) {
    core.electionElapsed = 0;
    if (core.config.hasCheckQuorum !== false) checkQuorum(core);
    if (core.role !== 'leader') return;
    // The transferee had one election timeout to take over (thesis §3.10); resume.
    core.transferee = NO_MEMBER;
    leaveJointIfDue(core);
  }
  if (core.heartbeatElapsed >= core.config.heartbeatTicks) {
    core.heartbeatElapsed = 0;
    broadcastHeartbeat(core);
  }
}

/** A leader that has not heard from a quorum for an election timeout may have been replaced: it steps down (thesis §6.2). */
function checkQuorum(core: Core): void {
  const active = new Map<MemberId, boolean>();
  for (const peer of core.peers) active.set(peer.id, peer.id === core.id || peer.recentActive);
  if (quorumVote(core.conf, active) !== 'won') {
    core.becomeFollower(core.term, NO_MEMBER);
    return;
  }
  for (const peer of core.peers) peer.recentActive = peer.id === core.id;
}

/** Brings `to` up to date, then tells it to campaign at once. Proposals are dropped until that ends. */
export function startTransfer(core: Core, to: MemberId): void {
  const peer = core.peer(to);
  if (peer === undefined || !isVoter(core.conf, to) || to === core.transferee) return;
  core.transferee = NO_MEMBER;
  if (to === core.id) return;
  core.electionElapsed = 0;
  core.transferee = to;
  if (peer.match === core.log.lastIndex()) sendTimeoutNow(core, to);
  else sendAppend(core, peer, { evenIfEmpty: true });
}
