/**
 * The road out: an image of our state machine (apply/snapshot.ts) turned into etcd's database, in bounded steps, so that a
 * live member goes on serving in between. Memory: a chunk of the image, a page per level of a tree, the leases and users.
 */

import { encodeMemberJson } from '../apply/member-json.ts';
import { applyMetaFrame } from '../apply/meta-records.ts';
import { SnapshotError } from '../apply/snapshot.ts';
import { State } from '../apply/state.ts';
import type { SnapshotReader } from '../apply/types.ts';
import { KvStore } from '../mvcc/kv-store.ts';
import { MemoryRevisionStore } from '../mvcc/revision-store.ts';
import { type Frame, META_TYPE_MIN, RecordType } from '../mvcc/segments/frame.ts';
import { type Commit, decodeCommit } from '../mvcc/segments/records.ts';
import type { DiskFile } from '../ports/disk.ts';
import { DatabaseWriter } from '../snapshot-file/write-database.ts';

export class DatabaseExport {
  readonly #image: Pick<SnapshotReader, 'nextFrames'>;
  readonly #writer: DatabaseWriter;
  /** Only what stands beside the revisions. */
  readonly #state = new State(new KvStore(new MemoryRevisionStore()));
  #commit: Commit | undefined;

  /** The caller closes `image`, at the end or before. `file` must be empty. */
  constructor(image: Pick<SnapshotReader, 'nextFrames'>, file: DiskFile) {
    this.#image = image;
    this.#writer = new DatabaseWriter(file);
  }

  /**
   * One bounded step: what the image hands out at a time. True when there is more to do; false when the file is complete, but not
   * flushed. @throws DiskError
   */
  step(): boolean {
    const frames = this.#image.nextFrames();
    if (frames === undefined) throw new SnapshotError('the image ends before its last record');
    for (const frame of frames) this.#take(frame);
    if (this.#commit === undefined) return true;
    this.#finish(this.#commit);
    return false;
  }

  #take(frame: Frame): void {
    if (frame.type === RecordType.REVISION) this.#writer.revision(frame.payload);
    else if (frame.type >= META_TYPE_MIN) applyMetaFrame(this.#state, frame);
    else if (frame.type === RecordType.COMMIT) this.#commit = decodeCommit(frame.payload).commit;
  }

  #finish(commit: Commit): void {
    const { leases, alarms, auth, membership } = this.#state;
    const { members, ...others } = membership.record();
    this.#writer.finish({
      ...commit,
      ...others,
      leases: leases.records(),
      alarms: alarms.list(),
      auth: auth.record(),
      members: members.map((member) => ({ id: member.id, json: encodeMemberJson({ member, isPromote: false }) })),
    });
  }
}
