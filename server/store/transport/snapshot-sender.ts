/** Streams one image to one peer on a connection of its own: begin, chunks as fast as the peer takes them, end. */
import type net from 'node:net';
import { crc32c } from '../../../lib/base/crc32c.ts';
import type { Clock, Timer } from '../ports/clock.ts';
import { ImageLostError, type SnapshotChunks, type SnapshotMessage } from '../ports/peer-network.ts';
import type { TlsEndpoint } from '../tls/tls-endpoint.ts';
import { type Dial, dial } from './dial.ts';
import { encodeFrame, FrameKind, FrameParser } from './frame.ts';
import type { Hello } from './handshake.ts';
import { encodeMessage } from './message-codec.ts';

/** Without progress for this long (the receiver's disk included) the transfer is given up. */
const STALL_MS_MAX = 30_000;
export const SNAPSHOT_END_BYTES = 12;

interface SnapshotSenderOptions {
  readonly clock: Clock;
  readonly url: string;
  readonly tls: TlsEndpoint | undefined;
  readonly hello: Omit<Hello, 'version'>;
  readonly message: SnapshotMessage;
  readonly chunks: SnapshotChunks;
  /** Called once. `reason` says why it failed. */
  readonly onDone: (outcome: 'installed' | 'failed', reason: string) => void;
}

export class SnapshotSender {
  readonly #options: SnapshotSenderOptions;
  readonly #dial: Dial;
  #socket: net.Socket | undefined;
  #crc = 0;
  #bytes = 0;
  #isStored = false;
  #failure: string | undefined;
  #timer: Timer | undefined;

  constructor(options: SnapshotSenderOptions) {
    this.#options = options;
    this.#dial = dial({
      ...{ url: options.url, tls: options.tls, hello: options.hello },
      onOpen: (socket, rest) => this.#opened(socket, rest),
      onClose: (reason) => this.#closed(reason),
    });
  }

  cancel(): void {
    this.#dial.destroy();
  }

  #opened(socket: net.Socket, rest: Uint8Array): void {
    this.#socket = socket;
    const parser = new FrameParser((kind) => {
      if (kind !== FrameKind.SNAPSHOT_STORED) return;
      this.#isStored = true;
      socket.end();
    });
    socket.on('data', (chunk) => parser.push(chunk));
    socket.on('drain', () => this.#pump());
    socket.write(encodeFrame(FrameKind.SNAPSHOT_BEGIN, encodeMessage(this.#options.message)));
    parser.push(rest);
    this.#pump();
  }

  #pump(): void {
    const socket = this.#socket;
    if (socket === undefined || socket.destroyed) return;
    this.#expectProgress();
    try {
      if (!this.#sendChunks(socket)) return;
    } catch (error) {
      if (!(error instanceof ImageLostError)) throw error;
      this.#failure = error.message;
      this.#dial.destroy();
      return;
    }
    socket.removeAllListeners('drain');
    const end = new Uint8Array(SNAPSHOT_END_BYTES);
    const view = new DataView(end.buffer);
    view.setUint32(0, this.#crc, true);
    view.setBigUint64(4, BigInt(this.#bytes), true);
    socket.write(encodeFrame(FrameKind.SNAPSHOT_END, end));
  }

  /** True at the end of the image; false when the socket is full. @throws ImageLostError */
  #sendChunks(socket: net.Socket): boolean {
    for (let chunk = this.#options.chunks.next(); chunk !== undefined; chunk = this.#options.chunks.next()) {
      this.#crc = crc32c(chunk, this.#crc);
      this.#bytes += chunk.length;
      if (!socket.write(encodeFrame(FrameKind.SNAPSHOT_CHUNK, chunk))) return false;
    }
    return true;
  }

  #expectProgress(): void {
    this.#timer?.cancel();
    this.#timer = this.#options.clock.after(STALL_MS_MAX, () => this.#dial.destroy());
  }

  #closed(reason: string): void {
    this.#timer?.cancel();
    this.#options.chunks.close();
    this.#options.onDone(this.#isStored ? 'installed' : 'failed', this.#failure ?? reason);
  }
}
