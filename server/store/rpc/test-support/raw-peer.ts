/** An HTTP/2 client that sends exactly the frames it is told to, right or wrong, and keeps what comes back. */
import { once } from 'node:events';
import { connect, type Socket } from 'node:net';
import { frame } from '../front/h2/control-frames.ts';
import { HpackDecoder } from '../front/h2/hpack-decoder.ts';
import { Flag, FrameType, PREFACE } from '../front/h2/protocol.ts';
import { integer } from '../front/h2/response-blocks.ts';

const WAIT_MS = 5000;
const EMPTY = Buffer.alloc(0);

export interface SeenFrame {
  readonly type: number;
  readonly flags: number;
  readonly streamId: number;
  readonly payload: Buffer;
}

/** A block of literals that leaves the dynamic table alone. */
export function literalBlock(fields: Readonly<Record<string, string>>): Buffer {
  const parts: Buffer[] = [];
  for (const [name, value] of Object.entries(fields)) {
    parts.push(Buffer.of(0));
    for (const text of [name, value])
      parts.push(integer(0, 7, Buffer.byteLength(text, 'latin1')), Buffer.from(text, 'latin1'));
  }
  return Buffer.concat(parts);
}

export const requestFields = (path: string, more: Readonly<Record<string, string>> = {}) => ({
  ':method': 'POST',
  ':scheme': 'http',
  ':path': path,
  ':authority': 'test',
  'content-type': 'application/grpc',
  te: 'trailers',
  ...more,
});

/** One gRPC message as DATA carries it. */
export function grpcMessage(message: Uint8Array): Buffer {
  const head = Buffer.alloc(5);
  head.writeUInt32BE(message.length, 1);
  return Buffer.concat([head, message]);
}

export class RawPeer {
  readonly #socket: Socket;
  readonly frames: SeenFrame[] = [];
  readonly #hpack = new HpackDecoder({ listBytesMax: 1 << 20, pairsMax: 1000 });
  #rest: Buffer = EMPTY;
  isClosed = false;

  constructor(socket: Socket) {
    this.#socket = socket;
    socket.on('error', () => undefined);
    socket.on('data', (chunk: Buffer) => this.#read(chunk));
    socket.on('close', () => {
      this.isClosed = true;
    });
  }

  /** Connected, with preface and SETTINGS sent unless told otherwise. */
  static async connect(port: number, start: Buffer = Buffer.concat([PREFACE, frame(FrameType.SETTINGS, 0, 0, EMPTY)])) {
    const socket = connect(port, '127.0.0.1');
    const peer = new RawPeer(socket);
    await once(socket, 'connect');
    socket.write(start);
    return peer;
  }

  send(...frames: readonly Buffer[]): this {
    this.#socket.write(Buffer.concat(frames));
    return this;
  }

  /** HEADERS with END_HEADERS. */
  request(streamId: number, fields: Readonly<Record<string, string>>, flags: number = 0): this {
    return this.send(frame(FrameType.HEADERS, Flag.END_HEADERS | flags, streamId, literalBlock(fields)));
  }

  data(streamId: number, bytes: Uint8Array, flags: number = Flag.END_STREAM): this {
    return this.send(frame(FrameType.DATA, flags, streamId, bytes));
  }

  pause(): void {
    this.#socket.pause();
  }

  resume(): void {
    this.#socket.resume();
  }

  of(streamId: number, type: number): SeenFrame[] {
    return this.frames.filter((seen) => seen.streamId === streamId && seen.type === type);
  }

  /** DATA of a stream, joined. */
  body(streamId: number): Buffer {
    return Buffer.concat(this.of(streamId, FrameType.DATA).map((seen) => seen.payload));
  }

  /** Waits until `take` gives something. @throws Error with what came instead */
  async until<T>(take: () => T | undefined | false): Promise<T> {
    const deadline = Date.now() + WAIT_MS;
    for (;;) {
      const taken = take();
      if (taken !== undefined && taken !== false) return taken;
      if (this.isClosed || Date.now() > deadline)
        throw new Error(`not seen; frames: ${this.frames.map((seen) => `${seen.type}@${seen.streamId}`).join(' ')}`);
      await new Promise((resolve) => setImmediate(resolve));
    }
  }

  /** The error code of the GOAWAY that ends this connection, once it is closed; undefined when it had none. */
  async goaway(): Promise<number | undefined> {
    if (!this.isClosed) await once(this.#socket, 'close');
    return this.frames.find((seen) => seen.type === FrameType.GOAWAY)?.payload.readUInt32BE(4);
  }

  /** The error code of the stream's RST_STREAM. */
  reset(streamId: number): Promise<number> {
    return this.until(() => this.of(streamId, FrameType.RST_STREAM)[0]?.payload.readUInt32BE());
  }

  /** All response fields of a stream once it ended: headers and trailers in one. */
  async fields(streamId: number): Promise<Readonly<Record<string, string>>> {
    await this.until(() => this.frames.some((s) => s.streamId === streamId && s.type <= 1 && (s.flags & 1) !== 0));
    const blocks = this.of(streamId, FrameType.HEADERS).map((seen) => this.#hpack.decode(seen.payload) ?? []);
    return Object.fromEntries(blocks.flat());
  }

  destroy(): void {
    this.#socket.destroy();
  }

  #read(chunk: Buffer): void {
    this.#rest = Buffer.concat([this.#rest, chunk]);
    while (this.#rest.length >= 9) {
      const end = 9 + this.#rest.readUIntBE(0, 3);
      if (this.#rest.length < end) return;
      const [type = 0, flags = 0] = [this.#rest[3], this.#rest[4]];
      this.frames.push({ type, flags, streamId: this.#rest.readUInt32BE(5), payload: this.#rest.subarray(9, end) });
      this.#rest = this.#rest.subarray(end);
    }
  }
}
