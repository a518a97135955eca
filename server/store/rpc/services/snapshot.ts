/**
 * Maintenance.Snapshot: the database in blobs, `remainingBytes` counting down, then one message with its SHA-256. No answer has
 * a header, as etcd's have none. The client's pace sets ours: a full output is waited for.
 */
import type { SnapshotRequest, SnapshotResponse } from '../../../../lib/base/etcdpb/cluster.ts';
import type { MessageType } from '../../../../lib/base/protobuf/schema.ts';
import type { DatabaseFile, StoreMember } from '../../member/types.ts';
import { DatabaseHash } from '../../snapshot-file/trailer.ts';
import type { ServerStream, StreamHandler } from '../front/types.ts';
import { STORAGE_VERSION } from '../version.ts';

/** etcd's. */
const BLOB_BYTES = 32 * 1024;

export class SnapshotStream implements StreamHandler<MessageType<typeof SnapshotRequest>> {
  readonly #member: StoreMember;
  readonly #stream: ServerStream<MessageType<typeof SnapshotResponse>>;
  readonly #hash = new DatabaseHash();
  #file: DatabaseFile | undefined;
  #sentBytes = 0;
  #isClosed = false;

  constructor(member: StoreMember, stream: ServerStream<MessageType<typeof SnapshotResponse>>) {
    this.#member = member;
    this.#stream = stream;
  }

  onMessage(): void {
    this.#member
      .snapshot(() => this.#isClosed)
      .then((file) => {
        if (this.#isClosed) {
          file.close();
          return;
        }
        this.#file = file;
        this.#send();
      })
      .catch((error: Error) => this.#stream.fail(error));
  }

  onEnd(): void {}

  onDrain(): void {
    try {
      this.#send();
    } catch (error) {
      this.#stream.fail(error as Error);
    }
  }

  onClose(): void {
    this.#isClosed = true;
    this.#file?.close();
    this.#file = undefined;
  }

  #send(): void {
    const file = this.#file;
    if (file === undefined) return;
    while (this.#sentBytes < file.bytes) {
      if (this.#stream.full) return;
      const blob = file.read(this.#sentBytes, BLOB_BYTES);
      this.#hash.add(blob);
      this.#sentBytes += blob.length;
      this.#stream.send({ blob, remainingBytes: file.bytes - this.#sentBytes, version: STORAGE_VERSION });
    }
    this.#stream.send({ blob: this.#hash.digest(), remainingBytes: 0, version: STORAGE_VERSION });
    this.#stream.end();
  }
}
