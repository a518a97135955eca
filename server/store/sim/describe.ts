/** Messages and states as short text for traces. */
import type { EntryId, Message, RaftStatus } from '../raft/types.ts';
import { shortId } from './world.ts';

const describeId = (id: EntryId): string => `${id.term}/${id.index}`;

export function describeMessage(message: Message): string {
  return `${shortId(message.from)}>${shortId(message.to)} t${message.term} ${message.type} ${describeBody(message)}`;
}

function describeBody(message: Message): string {
  switch (message.type) {
    case 'appendEntries':
      return `prev ${describeId(message.previous)} n${message.entries.length} commit ${message.commitIndex}`;
    case 'appendEntriesResponse':
      return message.reject
        ? `reject ${message.index} hint ${message.rejectHintTerm}/${message.rejectHint}`
        : `ok ${message.index}`;
    case 'requestVote':
    case 'preVote':
      return `last ${describeId(message.lastEntry)}${message.isTransfer ? ' transfer' : ''}`;
    case 'requestVoteResponse':
    case 'preVoteResponse':
      return message.reject ? 'no' : 'yes';
    case 'heartbeat':
      return `commit ${message.commitIndex} ctx ${message.context.length}`;
    case 'heartbeatResponse':
      return `ctx ${message.context.length}`;
    case 'installSnapshot':
      return describeId(message.snapshot);
    case 'propose':
      return `n${message.entries.length}`;
    case 'readIndexResponse':
      return `${message.index}`;
    case 'transferLeader':
      return shortId(message.transferee);
    case 'timeoutNow':
    case 'readIndex':
      return '';
  }
}

export function describeStatus(status: RaftStatus): string {
  return `${status.role} t${status.term} lead ${shortId(status.leaderId)} commit ${status.commitIndex} applied ${status.appliedIndex} last ${status.lastIndex}`;
}
