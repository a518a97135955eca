/** Configuration changes in the life of a member (thesis §4): proposing, applying, leaving a joint configuration. */
import { type LogIndex, logIndex, NO_MEMBER } from '../../../lib/base/brand.ts';
import { EMPTY_BYTES } from '../../../lib/base/bytes.ts';
import { changeConfState, isVoter } from './conf-change.ts';
import { decodeConfChange, isConfChangeType, LEAVE_JOINT_ENTRY } from './conf-change-codec.ts';
import type { Core } from './core.ts';
import { answerConfirmedReads } from './reads.ts';
import { commitByQuorum } from './replication.ts';
import { type ConfChange, type ConfState, ENTRY_NORMAL, type ProposedEntry } from './types.ts';

/** Takes the place of a refused configuration change in a batch, so that the rest of the batch keeps its way. */
const NOTHING: ProposedEntry = { type: ENTRY_NORMAL, data: EMPTY_BYTES };

export interface ScreenedProposal {
  readonly entries: readonly ProposedEntry[];
  /** Every entry was a configuration change that could not be accepted. */
  readonly isRefused: boolean;
  /** Where the accepted change will stand in the log, if there is one. */
  readonly confIndex: LogIndex | undefined;
}

/**
 * Replaces configuration changes that may not go into the log now: one is pending, or it would not apply to the present
 * configuration. At most one passes per batch.
 */
export function screenProposal(core: Core, proposed: readonly ProposedEntry[]): ScreenedProposal {
  let confIndex: LogIndex | undefined;
  let refused = 0;
  const entries = proposed.map((entry, i) => {
    if (!isConfChangeType(entry.type)) return entry;
    if (confIndex === undefined && isAcceptable(core, entry)) {
      confIndex = logIndex(core.log.lastIndex() + 1 + i);
      return entry;
    }
    refused++;
    return NOTHING;
  });
  return { entries, isRefused: refused === proposed.length, confIndex };
}

function isAcceptable(core: Core, entry: ProposedEntry): boolean {
  if (core.pendingConfIndex > core.log.appliedIndex) return false;
  const change = decodeConfChange(entry);
  return change.ok && changeConfState(core.conf, change.value).ok;
}

/**
 * Applies a committed change. One that does not fit the configuration leaves it as it is: every member holds the same
 * configuration at this entry and so decides the same. (etcd panics here, which would stop all members at once.)
 *
 * While a snapshot is being installed the change belongs to the state that the snapshot replaces: it is reckoned there, so
 * that the answer is right for its entry, and does not touch the configuration in force.
 */
export function applyConfChange(core: Core, change: ConfChange): ConfState {
  const next = changeConfState(core.machineConf, change);
  if (!next.ok) return core.machineConf;
  core.machineConf = next.value;
  if (!core.log.isInstalling()) switchConfState(core, next.value);
  return core.machineConf;
}

function switchConfState(core: Core, conf: ConfState): void {
  core.conf = conf;
  core.setPeers();
  if (core.role === 'follower') return;
  if (core.role !== 'leader') {
    // Votes asked of one electorate must not be counted in another, least of all one that leaves this member out.
    core.becomeFollower(core.term, NO_MEMBER);
    return;
  }
  const self = core.peer(core.id);
  if (self === undefined || self.isLearner) {
    // Removed or demoted, and the change is committed: the others elect a leader of the new configuration (thesis §4.2.2).
    core.becomeFollower(core.term, NO_MEMBER);
    return;
  }
  commitByQuorum(core);
  core.isAppendDue = true;
  answerConfirmedReads(core);
  if (!isVoter(conf, core.transferee)) core.transferee = NO_MEMBER;
}

/** Proposes to leave a joint configuration that asked for it, once the entry that entered it is applied. */
export function leaveJointIfDue(core: Core): void {
  const isDue = core.role === 'leader' && core.conf.autoLeave && core.log.appliedIndex >= core.pendingConfIndex;
  if (!isDue || core.transferee !== NO_MEMBER) return;
  core.pendingConfIndex = logIndex(core.log.lastIndex() + 1);
  core.appendOwn([LEAVE_JOINT_ENTRY]);
}
