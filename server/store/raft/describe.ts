/** Messages, entries and states as short text, for traces and transcripts. An id of an entry is `term/index`. */
import type { MemberId } from '../../../lib/base/brand.ts';
import { utf8Decode } from '../../../lib/base/bytes.ts';
import { decodeConfChange, isConfChangeType } from './conf-change-codec.ts';
import type { ConfChange, ConfState, Entry, EntryId, Message, RaftStatus } from './types.ts';

export const shortId = (id: MemberId): string => `m${id}`;

export const describeEntryId = (id: EntryId): string => `${id.term}/${id.index}`;

export function describeMessage(message: Message): string {
  return `${shortId(message.from)}>${shortId(message.to)} t${message.term} ${message.type} ${describeBody(message)}`.trimEnd();
}

function describeBody(message: Message): string {
  switch (message.type) {
    case 'appendEntries':
      return `prev ${describeEntryId(message.previous)} n${message.entries.length} commit ${message.commitIndex}`;
    case 'appendEntriesResponse':
      return message.reject
        ? `reject ${message.index} hint ${message.rejectHintTerm}/${message.rejectHint}`
        : `ok ${message.index}`;
    case 'requestVote':
    case 'preVote':
      return `last ${describeEntryId(message.lastEntry)}${message.isTransfer ? ' transfer' : ''}`;
    case 'requestVoteResponse':
    case 'preVoteResponse':
      return message.reject ? 'no' : 'yes';
    case 'heartbeat':
      return `commit ${message.commitIndex} ctx ${message.context.length}`;
    case 'heartbeatResponse':
      return `ctx ${message.context.length}`;
    case 'installSnapshot':
      return describeEntryId(message.snapshot);
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

/** `2/7 "text"`, `2/7 change addVoter m4`, or `2/7` for an entry without data. */
export function describeEntry(entry: Entry): string {
  const id = describeEntryId(entry);
  if (isConfChangeType(entry.type)) {
    const change = decodeConfChange(entry);
    return `${id} ${change.ok ? describeConfChange(change.value) : `malformed change: ${change.error}`}`;
  }
  return entry.data.length === 0 ? id : `${id} "${utf8Decode(entry.data) ?? `${entry.data.length} bytes`}"`;
}

function describeConfChange({ transition, changes }: ConfChange): string {
  if (changes.length === 0) return 'leave joint';
  const parts = changes.map(({ type, id }) => `${type} ${shortId(id)}`).join(', ');
  return transition === 'auto' ? `change ${parts}` : `${transition} ${parts}`;
}

/** `voters (m1 m2)`, and what else is there. */
export function describeConfState(conf: ConfState): string {
  const list = (name: string, ids: readonly MemberId[]) =>
    ids.length === 0 ? '' : ` ${name} (${ids.map(shortId).join(' ')})`;
  const parts = [
    list('voters', conf.voters),
    list('outgoing', conf.votersOutgoing),
    list('learners', conf.learners),
    list('learners next', conf.learnersNext),
    conf.autoLeave ? ' leaves by itself' : '',
  ];
  return parts.join('').trimStart() || 'nobody';
}
