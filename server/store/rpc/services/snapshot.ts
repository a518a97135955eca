/**
 * Maintenance.Snapshot: the database in blobs, `remainingBytes` counting down, then one message with its SHA-256. No answer has
 * a header, as etcd's have none. The client's pace sets ours: a full output is waited for.
 */
import { type SnapshotRequest, SnapshotResponse } from '../../../../lib/base/etcdpb/cluster.ts';
import { WIRE_BYTES } from '../../../../lib/base/protobuf/reader.ts';
import type { MessageType } from '../../../../lib/base/protobuf/schema.ts';
import { Writer } from '../../../../lib/base/protobuf/writer.ts';
import type { DatabaseFile, StoreMember } from '../../member/types.ts';
import { DatabaseHash } from '../../snapshot-file/trailer.ts';
import type { ServerStream, StreamHandler } from '../front/types.ts';
import { STORAGE_VERSION } from '../version.ts';

/** etcd's. */
const BLOB_BYTES = 32 * 1024;
/** Number of `blob` in SnapshotResponse. */
const BLOB_FIELD = 3;
/** The file is read so many blobs at a time. */
const PIECE_BYTES = 8 * BLOB_BYTES;
/** What stands behind the blob in each message. */
const VERSION_FIELD = SnapshotResponse.encode({ version: STORAGE_VERSION });

export class SnapshotStream implements StreamHandler<MessageType<typeof SnapshotRequest>> {
  readonly #member: StoreMember;
  readonly #stream: ServerStream<MessageType<typeof SnapshotResponse>>;
  readonly #hash = new DatabaseHash();
  #file: DatabaseFile | undefined;
  #sentBytes = 0;
  /** Read, and not sent yet. */
  #piece: Uint8Array = new Uint8Array(0);
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
      const blob = this.#nextBlob(file);
      this.#sentBytes += blob.length;
      this.#sendBlob(blob, file.bytes - this.#sentBytes);
    }
    this.#sendBlob(this.#hash.digest(), 0);
    this.#stream.end();
  }

  #nextBlob(file: DatabaseFile): Uint8Array {
    if (this.#piece.length === 0) {
      this.#piece = file.read(this.#sentBytes, PIECE_BYTES);
      this.#hash.add(this.#piece);
    }
    const blob = this.#piece.subarray(0, BLOB_BYTES);
    this.#piece = this.#piece.subarray(BLOB_BYTES);
    return blob;
  }

  /** The message is put together of its fields: a blob is not copied to be encoded. */
  #sendBlob(blob: Uint8Array, remainingBytes: number): void {
    const parts = [SnapshotResponse.encode({ remainingBytes }), blobHead(blob.length), blob, VERSION_FIELD];
    this.#stream.send({ blob, remainingBytes, version: STORAGE_VERSION }, parts);
  }
}

/** The tag and the length before the bytes of `blob`. */
function blobHead(length: number): Uint8Array {
  const writer = new Writer();
  writer.uint32((BLOB_FIELD << 3) | WIRE_BYTES);
  writer.uint32(length);
  return writer.finish();
}
