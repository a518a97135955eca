/** What an answered heartbeat tells the leader: the follower is there, what it may lack, which reads it confirms. */
import type { Core } from './core.ts';
import type { Progress } from './progress.ts';
import { answerConfirmedReads } from './reads.ts';
import { sendAppend } from './replication.ts';
import type { Message } from './types.ts';

type HeartbeatResponse = Extract<Message, { type: 'heartbeatResponse' }>;

export function handleHeartbeatResponse(core: Core, message: HeartbeatResponse, peer: Progress): void {
  peer.recentActive = true;
  peer.resume();
  if (peer.match < core.log.lastIndex() || peer.state === 'probe') sendAppend(core, peer, { evenIfEmpty: true });
  if (message.context.length === 0) return;
  core.reads.confirm(peer.id, message.context);
  answerConfirmedReads(core);
}
