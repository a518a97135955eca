/**
 * The road in: the content of an etcd snapshot file becomes the durable state of a member that has never started. It stands
 * at index 0 of a new log, without members: whoever restores it founds a new cluster, as with etcd's own tools, and every
 * member of that cluster must restore the same file.
 */
import { type ClusterId, logIndex, term } from '../../../lib/base/brand.ts';
import { concatBytes } from '../../../lib/base/bytes.ts';
import { EMPTY_CONF_STATE } from '../apply/membership.ts';
import { imageFrames } from '../apply/meta-records.ts';
import { State } from '../apply/state.ts';
import type { SnapshotSource, StateMachine } from '../apply/types.ts';
import { KvStore } from '../mvcc/kv-store.ts';
import { MemoryRevisionStore } from '../mvcc/revision-store.ts';
import { encodeFrame, type Frame, RecordType } from '../mvcc/segments/frame.ts';
import { encodeCommit, encodeSnapshotStart } from '../mvcc/segments/records.ts';
import { type SnapshotContent, SnapshotRefusedError } from '../snapshot-file/content.ts';

const CHUNK_BYTES = 256 * 1024;

/**
 * Replaces the state of `machine`, durably; a crash leaves the old state or the new. Users and roles are not taken over
 * yet: content that has some is refused unless `dropAuth`.
 * @throws DamagedFileError, SnapshotRefusedError (the old state is untouched), DiskError
 */
export function restoreContent(options: {
  readonly content: SnapshotContent;
  readonly machine: StateMachine;
  readonly dropAuth?: boolean;
}): void {
  const { content, machine, dropAuth = false } = options;
  const { isEnabled, users, roles } = content.summary.auth;
  if (!dropAuth && (isEnabled || users > 0 || roles > 0))
    throw new SnapshotRefusedError(
      `the snapshot holds ${users} users and ${roles} roles (authentication is ${isEnabled ? 'on' : 'off'}), which this ` +
        'version cannot take over: everyone could read and write everything',
    );
  machine.restoreSnapshot(imageOf(content, machine.clusterId()));
}

/** An image of `content` (apply/snapshot.ts), readable once. */
export function imageOf(content: SnapshotContent, clusterId: ClusterId): SnapshotSource {
  const frames = framesOf(content, clusterId);
  const metadata = { index: logIndex(0), term: term(0), confState: EMPTY_CONF_STATE };
  return { metadata, next: () => nextChunk(frames) };
}

function* framesOf(content: SnapshotContent, clusterId: ClusterId): Generator<Frame> {
  yield { type: RecordType.SNAPSHOT, payload: encodeSnapshotStart(clusterId) };
  for (const payload of content.revisions()) yield { type: RecordType.REVISION, payload };
  const state = new State(new KvStore(new MemoryRevisionStore()));
  for (const lease of content.leases) state.leases.restore(lease);
  state.alarms.replace(content.alarms);
  yield* imageFrames(state);
  const { revision, compactRevision } = content.summary;
  const commit = { appliedIndex: 0, appliedTerm: 0, revision, compactRevision };
  yield { type: RecordType.COMMIT, payload: encodeCommit(commit, { segment: 0, offset: 0 }) };
}

function nextChunk(frames: Iterator<Frame>): Uint8Array | undefined {
  const parts: Uint8Array[] = [];
  for (let bytes = 0; bytes < CHUNK_BYTES; ) {
    const { value: frame, done } = frames.next();
    if (done) break;
    const part = encodeFrame(frame);
    parts.push(part);
    bytes += part.length;
  }
  return parts.length === 0 ? undefined : concatBytes(parts);
}
