/**
 * The leader's side of log replication (Raft paper §5.3): what to send to whom, and what the answers mean.
 *
 * Appends are pipelined: in state replicate `next` moves when a message is sent, not when it is answered. A lost message shows
 * as a refusal of a later one, or of the empty append that follows a heartbeat answer; the leader then probes.
 */
import { assert } from '../../../lib/base/assert.ts';
import { type LogIndex, logIndex, type MemberId } from '../../../lib/base/brand.ts';
import { type Core, payloadBytes } from './core.ts';
import { entriesBytes } from './log.ts';
import type { Progress } from './progress.ts';
import { quorumReached } from './quorum.ts';
import type { Message } from './types.ts';

type AppendResponse = Extract<Message, { type: 'appendEntriesResponse' }>;

/** Every other member, in order of ids. */
const otherPeers = (core: Core): Progress[] => core.peers.filter((peer) => peer.id !== core.id);

/** Sends one append, or a snapshot when its start is compacted away. False when nothing was sent. */
export function sendAppend(core: Core, peer: Progress, options: { readonly evenIfEmpty: boolean }): boolean {
  if (peer.isPaused()) return false;
  const previousIndex = logIndex(peer.next - 1);
  const previousTerm = core.log.termAt(previousIndex);
  if (previousTerm === undefined) return sendSnapshot(core, peer);

  const mayCarry = peer.state !== 'replicate' || !peer.inflights.isFull();
  const entries = mayCarry
    ? core.log.slice({ from: peer.next, to: core.log.lastIndex() }, core.config.appendBytesMax)
    : [];
  if (entries.length === 0 && !options.evenIfEmpty) return false;
  core.send({
    type: 'appendEntries',
    to: peer.id,
    previous: { term: previousTerm, index: previousIndex },
    entries,
    commitIndex: core.log.commitIndex,
  });
  peer.sent(entries.length, entriesBytes(entries));
  peer.sentCommit(core.log.commitIndex);
  return true;
}

/** Sends appends until the window is full or the log's end is reached. */
function sendAppends(core: Core, peer: Progress): void {
  while (sendAppend(core, peer, { evenIfEmpty: false }));
}

/**
 * Announces the state machine as applied so far. The driver opens the image when it sees the message, so its image may be of a
 * later index; it then raises the metadata in the message, and the answer tells which index was reached.
 */
function sendSnapshot(core: Core, peer: Progress): boolean {
  // A member that does not answer would only have the image built and thrown away.
  if (!peer.recentActive) return false;
  const index = core.log.appliedIndex;
  const term = core.log.termAt(index);
  assert(term !== undefined, `replication: no term for applied index ${index}`);
  peer.becomeSnapshot(index);
  core.send({ type: 'installSnapshot', to: peer.id, snapshot: { term, index, confState: core.appliedConf } });
  return true;
}

/** Sends what has gathered since the last ready(): new entries, and the commit index to whom it can serve. */
export function broadcastDue(core: Core): void {
  for (const peer of otherPeers(core)) {
    const evenIfEmpty = core.isCommitDue && peer.canLearnCommit(core.log.commitIndex);
    if (sendAppend(core, peer, { evenIfEmpty })) sendAppends(core, peer);
  }
  core.isAppendDue = false;
  core.isCommitDue = false;
}

/** Heartbeats never carry a commit index beyond what the follower is known to have. */
export function broadcastHeartbeat(core: Core): void {
  const context = core.reads.context();
  for (const peer of otherPeers(core)) {
    const commitIndex = logIndex(Math.min(peer.match, core.log.commitIndex));
    core.send({ type: 'heartbeat', to: peer.id, commitIndex, context });
    peer.sentCommit(commitIndex);
  }
}

export function handleAppendResponse(core: Core, message: AppendResponse, peer: Progress): void {
  peer.recentActive = true;
  if (message.reject) handleRejection(core, message, peer);
  else handleAcknowledgement(core, message.index, peer);
}

/**
 * Both sides skip whole terms. The follower hints at its last entry whose term is not above the refused one; of that
 * hint the leader keeps only what its own log can agree with:
 *
 *   index      1 2 3 4 5 6 7 8 9          refused at 9 (term 5): the follower hints (index 6, term 2);
 *   leader     1 3 3 3 5 5 5 5 5          the leader's last entry at or below 6 with a term of at most 2 is index 1,
 *   follower   1 1 1 1 2 2                so it probes there: two exchanges instead of eight.
 */
function handleRejection(core: Core, message: AppendResponse, peer: Progress): void {
  const hint =
    message.rejectHintTerm > 0
      ? core.log.findAgreement(message.rejectHint, message.rejectHintTerm).index
      : message.rejectHint;
  if (!peer.decreaseTo(message.index, hint)) return;
  if (peer.state === 'replicate') peer.becomeProbe();
  sendAppend(core, peer, { evenIfEmpty: true });
}

function handleAcknowledgement(core: Core, index: LogIndex, peer: Progress): void {
  const last = core.log.lastIndex();
  assert(index <= last, `replication: ${peer.id} acknowledges ${index}, the last entry is ${last}`);
  const isNews = peer.acknowledge(index);
  if (!isNews && !(peer.state === 'probe' && peer.match === index)) return;

  if (peer.state === 'probe') peer.becomeReplicate();
  else if (peer.state === 'replicate') peer.inflights.freeUpTo(index);
  else if (peer.match + 1 >= core.log.firstIndex()) peer.becomeReplicate();

  commitByQuorum(core);
  if (peer.canLearnCommit(core.log.commitIndex)) core.isCommitDue = true;
  sendAppends(core, peer);
  if (peer.id === core.transferee && peer.match === core.log.lastIndex()) sendTimeoutNow(core, peer.id);
}

/** The leader's own disk is one of the quorum: it counts what persisted() has confirmed, never what it merely holds. */
export function acknowledgeOwn(core: Core): void {
  const self = core.peer(core.id);
  if (self?.acknowledge(core.log.stableIndex)) commitByQuorum(core);
}

/** Commits what a quorum holds, if it ends in an entry of this term. */
export function commitByQuorum(core: Core): void {
  const before = core.log.commitIndex;
  const reached = quorumReached(core.conf, (id) => core.peer(id)?.match ?? 0);
  if (!Number.isFinite(reached) || !core.log.commitIfOwnTerm(logIndex(reached), core.term)) return;
  const range = { from: logIndex(before + 1), to: core.log.commitIndex };
  const committed = core.log.slice(range, Number.POSITIVE_INFINITY);
  core.uncommittedBytes -= payloadBytes(committed);
  core.isCommitDue = true;
}

export function sendTimeoutNow(core: Core, to: MemberId): void {
  core.send({ type: 'timeoutNow', to });
}

/** A message to `peer` could not be sent: appends in flight are probably lost. */
export function handleUnreachable(peer: Progress): void {
  if (peer.state === 'replicate') peer.becomeProbe();
}

/** The image was delivered or not. Either way wait for the follower's next sign before sending appends again. */
export function handleSnapshotOutcome(peer: Progress, outcome: 'installed' | 'failed'): void {
  if (peer.state !== 'snapshot') return;
  if (outcome === 'installed') peer.becomeProbe();
  else peer.snapshotFailed();
  peer.pause();
}
