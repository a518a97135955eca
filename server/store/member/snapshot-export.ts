/**
 * The road out: an image of our state machine (apply/snapshot.ts) turned into etcd's database, in bounded steps, so that a
 * live member goes on serving in between. Memory: a chunk of the image, a page per level of a tree, the leases and users.
 */

import { encodeMemberJson } from '../apply/member-json.ts';
import { applyMetaFrame } from '../apply/meta-records.ts';
import { framesOf, SnapshotError } from '../apply/snapshot.ts';
import { State } from '../apply/state.ts';
import type { SnapshotReader } from '../apply/types.ts';
import { KvStore } from '../mvcc/kv-store.ts';
import { MemoryRevisionStore } from '../mvcc/revision-store.ts';
import { type Frame, META_TYPE_MIN, RecordType } from '../mvcc/segments/frame.ts';
import { type Commit, decodeCommit } from '../mvcc/segments/records.ts';
import type { DiskFile } from '../ports/disk.ts';
import { DatabaseWriter } from '../snapshot-file/write-database.ts';

/** A few milliseconds of work. */
const STEP_BYTES = 64 * 1024;

export class DatabaseExport {
  readonly #frames: Iterator<Frame>;
  readonly #writer: DatabaseWriter;
  /** Only what stands beside the revisions. */
  readonly #state = new State(new KvStore(new MemoryRevisionStore()));
  #commit: Commit | undefined;

  /** The caller closes `image`, at the end or before. `file` must be empty. */
  constructor(image: Pick<SnapshotReader, 'next'>, file: DiskFile) {
    this.#frames = framesOf(() => image.next())[Symbol.iterator]();
    this.#writer = new DatabaseWriter(file);
  }

  /** One bounded step. True when there is more to do; false when the file is complete, but not flushed. @throws DiskError */
  step(): boolean {
    for (let bytes = 0; bytes < STEP_BYTES; ) {
      const { value: frame, done } = this.#frames.next();
      if (done) {
        this.#finish();
        return false;
      }
      bytes += frame.payload.length;
      this.#take(frame);
    }
    return true;
  }

  #take(frame: Frame): void {
    if (frame.type === RecordType.REVISION) this.#writer.revision(frame.payload);
    else if (frame.type >= META_TYPE_MIN) applyMetaFrame(this.#state, frame);
    else if (frame.type === RecordType.COMMIT) this.#commit = decodeCommit(frame.payload).commit;
  }

  #finish(): void {
    const { leases, alarms, auth, membership } = this.#state;
    if (this.#commit === undefined) throw new SnapshotError('the image ends before its last record');
    const { members, ...others } = membership.record();
    this.#writer.finish({
      ...this.#commit,
      ...others,
      leases: leases.records(),
      alarms: alarms.list(),
      auth: auth.record(),
      members: members.map((member) => ({ id: member.id, json: encodeMemberJson({ member, isPromote: false }) })),
    });
  }
}
