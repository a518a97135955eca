/** Serving ReadIndex requests on the leader and passing them on elsewhere. The bookkeeping is in read-index.ts. */
import { type MemberId, NO_MEMBER, term } from '../../../lib/base/brand.ts';
import type { Core } from './core.ts';
import { broadcastHeartbeat } from './replication.ts';
import type { ProposeResult } from './types.ts';

/** Accepts a request of this member or of `from`, or passes it to the leader. */
export function requestRead(core: Core, from: MemberId, context: Uint8Array): ProposeResult {
  if (core.role === 'leader') return core.reads.add({ from, context }) ? 'accepted' : 'dropped';
  if (core.leaderId === NO_MEMBER) return 'noLeader';
  core.messages.push({ type: 'readIndex', from, to: core.leaderId, term: term(0), context });
  return 'forwarded';
}

/**
 * A leader may not name a commit index before it has committed in its own term: until then it does not know what its
 * predecessors committed (thesis §6.4 step 1). This holds for a lone member too: its commit index is not flushed with
 * every write, so after a restart it may be behind what it acknowledged.
 */
export const canOpenRound = (core: Core): boolean =>
  core.role === 'leader' && core.reads.hasWaiting() && core.log.termAt(core.log.commitIndex) === core.term;

/** Starts the confirmation of everything that waits. */
export function openReadRound(core: Core): void {
  core.reads.openRound(core.log.commitIndex);
  core.reads.confirmSelf(core.id);
  broadcastHeartbeat(core);
  answerConfirmedReads(core);
}

export function answerConfirmedReads(core: Core): void {
  for (const { index, requests } of core.reads.takeConfirmed(core.conf)) {
    for (const { from, context } of requests) {
      if (from === core.id) core.readStates.push({ index, context });
      else core.send({ type: 'readIndexResponse', to: from, context, index });
    }
  }
}
