/** What a member does with its leader's messages (Raft paper §5.3, §7). The caller has already accepted `from` as leader. */
import { type LogIndex, logIndex, term } from '../../../lib/base/brand.ts';
import { confMembers, normalizeConfState } from './conf-change.ts';
import type { Core } from './core.ts';
import type { Message, SnapshotMetadata } from './types.ts';

type AppendEntries = Extract<Message, { type: 'appendEntries' }>;
type Heartbeat = Extract<Message, { type: 'heartbeat' }>;
type InstallSnapshot = Extract<Message, { type: 'installSnapshot' }>;

export function handleAppendEntries(core: Core, message: AppendEntries): void {
  const { previous, entries, commitIndex } = message;
  if (previous.index < core.log.commitIndex) {
    acknowledge(core, message, core.log.commitIndex);
    return;
  }
  const reached = core.log.tryAppend(previous, entries);
  if (reached !== undefined) {
    core.log.commitTo(logIndex(Math.min(commitIndex, reached)));
    acknowledge(core, message, reached);
    return;
  }
  const from = logIndex(Math.min(previous.index, core.log.lastIndex()));
  const hint = core.log.findAgreement(from, previous.term);
  core.send({
    type: 'appendEntriesResponse',
    to: message.from,
    index: previous.index,
    reject: true,
    rejectHint: hint.index,
    rejectHintTerm: hint.term,
  });
}

export function handleHeartbeat(core: Core, message: Heartbeat): void {
  core.log.commitTo(message.commitIndex);
  core.send({ type: 'heartbeatResponse', to: message.from, context: message.context });
}

/** The state has arrived in full. It is installed when it is news and speaks of a cluster that has this member. */
export function handleInstallSnapshot(core: Core, message: InstallSnapshot): void {
  const restored = restoreSnapshot(core, message.snapshot);
  acknowledge(core, message, restored ? core.log.lastIndex() : core.log.commitIndex);
}

function restoreSnapshot(core: Core, snapshot: SnapshotMetadata): boolean {
  if (snapshot.index <= core.log.commitIndex) return false;
  if (!confMembers(snapshot.confState).includes(core.id)) return false;
  // The log holds the snapshot's last entry, and with it all before: keep the log, it may reach further.
  if (core.log.matches(snapshot)) {
    core.log.commitTo(snapshot.index);
    return false;
  }
  core.log.restore(snapshot);
  core.conf = normalizeConfState(snapshot.confState);
  core.setPeers();
  return true;
}

function acknowledge(core: Core, message: Message, index: LogIndex): void {
  core.send({
    type: 'appendEntriesResponse',
    to: message.from,
    index,
    reject: false,
    rejectHint: logIndex(0),
    rejectHintTerm: term(0),
  });
}
