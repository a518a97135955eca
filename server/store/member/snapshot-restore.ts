/**
 * The road in: the content of an etcd snapshot file becomes the durable state of a member that has never started. Whoever
 * restores it founds a new cluster, as with etcd's own tools, and every member of that cluster must restore the same file.
 *
 * The state stands where the additions of the founding members would have brought it, and the log begins after them: a member
 * that joins later cannot be brought up from the log alone, which does not hold the content, and gets an image.
 */
import { logIndex, term } from '../../../lib/base/brand.ts';
import { imageFrames } from '../apply/meta-records.ts';
import { State } from '../apply/state.ts';
import type { StateMachine } from '../apply/types.ts';
import { KvStore } from '../mvcc/kv-store.ts';
import { MemoryRevisionStore } from '../mvcc/revision-store.ts';
import { type Frame, RecordType } from '../mvcc/segments/frame.ts';
import { encodeCommit, encodeSnapshotStart } from '../mvcc/segments/records.ts';
import type { SnapshotMetadata } from '../raft/types.ts';
import type { SnapshotContent } from '../snapshot-file/content.ts';
import { bootstrapConfState, bootstrapEntries, type InitialCluster } from './bootstrap.ts';

/**
 * Replaces the state of `machine`, durably, and answers where it stands; a crash leaves the old state or the new. With
 * `dropAuth` users, roles and the switch stay behind: for an operator who lost every password.
 * @throws DamagedFileError (the old state is untouched), DiskError
 */
export function restoreContent(options: {
  readonly content: SnapshotContent;
  readonly machine: StateMachine;
  readonly cluster: InitialCluster;
  readonly dropAuth?: boolean;
}): SnapshotMetadata {
  const { content, machine, cluster, dropAuth = false } = options;
  const entries = bootstrapEntries(cluster);
  const confState = bootstrapConfState(entries);
  const metadata = { index: logIndex(entries.length), term: term(1), confState };
  const records = recordsOf(content, cluster, { ...metadata, dropAuth });
  machine.restoreSnapshot({ metadata, nextFrames: () => records.next().value });
  return metadata;
}

/** An image of `content` (apply/snapshot.ts), some records at a time. */
function* recordsOf(
  content: SnapshotContent,
  cluster: InitialCluster,
  { index, term: appliedTerm, confState, dropAuth }: SnapshotMetadata & { readonly dropAuth: boolean },
): Generator<readonly Frame[], undefined> {
  yield [{ type: RecordType.SNAPSHOT, payload: encodeSnapshotStart(cluster.clusterId) }];
  for (const payloads of content.revisions()) yield payloads.map((payload) => ({ type: RecordType.REVISION, payload }));
  const state = new State(new KvStore(new MemoryRevisionStore()));
  for (const lease of content.leases) state.leases.restore(lease);
  state.alarms.replace(content.alarms);
  if (!dropAuth) state.auth.restore(content.auth);
  const members = cluster.members.map(({ id, name, peerUrls }) => {
    return { id, name, peerUrls: [...peerUrls], clientUrls: [], isLearner: false };
  });
  state.membership.replace({ members, removed: [], confState, clusterVersion: '' });
  const { revision, compactRevision } = content.summary;
  const commit = { appliedIndex: index, appliedTerm, revision, compactRevision };
  yield [...imageFrames(state), { type: RecordType.COMMIT, payload: encodeCommit(commit, { segment: 0, offset: 0 }) }];
}
