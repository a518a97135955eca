/** One image coming in: verifies what arrived against the sender's sum, hands it to the sink, confirms once stored. */
import { crc32c } from '../../../lib/base/crc32c.ts';
import { WireError } from '../../../lib/base/protobuf/reader.ts';
import type { PeerHandler, SnapshotMessage, SnapshotSink } from '../ports/peer-network.ts';
import { FrameKind } from './frame.ts';
import { decodeMessage } from './message-codec.ts';
import type { Acceptance, Reply } from './peer-listener.ts';
import { SNAPSHOT_END_BYTES } from './snapshot-sender.ts';

export class SnapshotReceiver implements Acceptance {
  readonly #handler: PeerHandler;
  readonly #reply: Reply;
  #message: SnapshotMessage | undefined;
  #sink: SnapshotSink | undefined;
  #crc = 0;
  #bytes = 0;

  constructor(handler: PeerHandler, reply: Reply) {
    this.#handler = handler;
    this.#reply = reply;
  }

  onFrame(kind: number, payload: Uint8Array): void {
    if (kind === FrameKind.SNAPSHOT_BEGIN) this.#begin(payload);
    else if (kind === FrameKind.SNAPSHOT_CHUNK) this.#chunk(payload);
    else if (kind === FrameKind.SNAPSHOT_END) this.#end(payload);
    else throw new WireError(`frame kind ${kind} does not belong on a snapshot connection`);
  }

  onClose(): void {
    this.#sink?.abort();
    this.#sink = undefined;
  }

  #begin(payload: Uint8Array): void {
    const message = decodeMessage(payload);
    if (message.type !== 'installSnapshot' || this.#message !== undefined)
      throw new WireError('an image starts with one installSnapshot message');
    this.#message = message;
    this.#sink = this.#handler.onSnapshot(message);
    if (this.#sink === undefined) throw new WireError('another image is being received');
  }

  #chunk(payload: Uint8Array): void {
    if (this.#sink === undefined) throw new WireError('a chunk outside an image');
    this.#crc = crc32c(payload, this.#crc);
    this.#bytes += payload.length;
    this.#sink.write(payload);
  }

  #end(payload: Uint8Array): void {
    const sink = this.#sink;
    const message = this.#message;
    if (sink === undefined || message === undefined || payload.length !== SNAPSHOT_END_BYTES)
      throw new WireError('the end of an image that did not begin');
    const view = new DataView(payload.buffer, payload.byteOffset, payload.length);
    if (view.getUint32(0, true) !== this.#crc || view.getBigUint64(4, true) !== BigInt(this.#bytes))
      throw new WireError('the image does not match its checksum');
    this.#sink = undefined;
    sink.finish((isStored) => {
      if (!isStored) return;
      this.#reply(FrameKind.SNAPSHOT_STORED, new Uint8Array(0));
      this.#handler.onMessage(message);
    });
  }
}
