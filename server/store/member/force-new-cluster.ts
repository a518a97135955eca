/**
 * --force-new-cluster: the majority is lost for good, and this member goes on alone with everything it holds. An operator's decision: entries
 * that only the lost members had are gone, and if they were not lost after all there are two histories.
 *
 * Everything in this member's log counts as committed, not only what it knew to be (etcd drops the rest): a write that was acknowledged by a
 * lost leader may stand there. Then the removal of everyone else is appended, committed by decree, and the log goes on as any log does: restarting
 * without the flag, replaying, and images need to know nothing of it.
 */

import { type LogIndex, logIndex, type MemberId, NO_MEMBER, type Term, term } from '../../../lib/base/brand.ts';
import { EMPTY_BYTES } from '../../../lib/base/bytes.ts';
import type { StateMachine } from '../apply/types.ts';
import { changeConfState, confMembers, isJoint } from '../raft/conf-change.ts';
import { LEAVE_JOINT_ENTRY } from '../raft/conf-change-codec.ts';
import { type ConfState, ENTRY_CONF_CHANGE, ENTRY_NORMAL, type Entry, type ProposedEntry } from '../raft/types.ts';
import { BootError, type RaftStart } from './boot.ts';
import { encodeMemberChange, type MemberChange } from './member-change.ts';

export interface ForcedCluster {
  readonly start: RaftStart;
  /** To be appended and flushed, with start.hardState, before the member starts. */
  readonly appended: readonly Entry[];
}

/** Applies the whole log to `machine` and says what to append so that `self` is alone. @throws BootError */
export function forceNewCluster(options: {
  readonly self: MemberId;
  readonly start: RaftStart;
  readonly machine: StateMachine;
}): ForcedCluster {
  const { self, start, machine } = options;
  if (machine.isRemoved(self)) throw new BootError('--force-new-cluster: this member was removed from its cluster');
  const conf = applyRest(machine, start);
  if (!machine.members().some(({ id }) => id === self))
    throw new BootError('--force-new-cluster: this member had not caught up with its cluster yet: use another one');
  const last = start.entries.at(-1);
  const lastIndex = logIndex(Math.max(last?.index ?? 0, start.snapshot.index));
  const newest = term(Math.max(start.hardState.term, last?.term ?? 0, start.snapshot.term));
  const appended = entriesOf(leaveAlone({ self, conf, machine }), { after: lastIndex, term: newest });
  const commitIndex = appended.at(-1)?.index ?? lastIndex;
  const vote = newest === start.hardState.term ? start.hardState.vote : NO_MEMBER;
  return {
    appended,
    start: {
      snapshot: start.snapshot,
      hardState: { term: newest, vote, commitIndex },
      confState: conf,
      entries: [...start.entries, ...appended],
      appliedIndex: machine.appliedIndex(),
    },
  };
}

function applyRest(machine: StateMachine, start: RaftStart): ConfState {
  let conf = start.confState ?? machine.confState();
  for (const entry of start.entries) {
    if (entry.index <= machine.appliedIndex()) continue;
    if (entry.type === ENTRY_NORMAL) {
      machine.apply(entry);
      continue;
    }
    const next = changeConfState(conf, machine.decodeConfChange(entry).change);
    if (next.ok) conf = next.value;
    machine.applyConfChange(entry, conf);
  }
  return conf;
}

function leaveAlone(options: {
  readonly self: MemberId;
  readonly conf: ConfState;
  readonly machine: StateMachine;
}): ProposedEntry[] {
  const { self, conf, machine } = options;
  const change = (of: MemberChange): ProposedEntry => ({ type: ENTRY_CONF_CHANGE, data: encodeMemberChange(of, 0n) });
  const out: ProposedEntry[] = [];
  if (isJoint(conf)) out.push(LEAVE_JOINT_ENTRY);
  // Before the last voter goes: a configuration without voters is none.
  if (!conf.voters.includes(self)) out.push(change({ kind: 'promote', id: self }));
  const others = new Set([...confMembers(conf), ...machine.members().map((member) => member.id as MemberId)]);
  others.delete(self);
  for (const id of [...others].sort((a, b) => (a < b ? -1 : 1))) out.push(change({ kind: 'remove', id }));
  return out;
}

function entriesOf(proposed: readonly ProposedEntry[], at: { readonly after: LogIndex; readonly term: Term }): Entry[] {
  return proposed.map(({ type, data }, i) => ({
    ...{ type, data: data.length === 0 ? EMPTY_BYTES : data },
    term: at.term,
    index: logIndex(at.after + 1 + i),
  }));
}
