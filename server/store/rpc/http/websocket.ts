/**
 * The server's side of one WebSocket (RFC 6455), without extensions: messages in, text messages out, pings answered.
 *
 * Bounds: a message of at most `bytesMax`; pongs are dropped while earlier output waits, which §5.5.3 allows.
 */
import { createHash } from 'node:crypto';
import type { Socket } from 'node:net';

const Opcode = { CONTINUATION: 0, TEXT: 1, BINARY: 2, CLOSE: 8, PING: 9, PONG: 10 } as const;
export const CloseCode = { NORMAL: 1000, PROTOCOL_ERROR: 1002, TOO_BIG: 1009 } as const;
const FIN = 0x80;
const RESERVED_BITS = 0x70;
const MASKED = 0x80;
const CONTROL_BYTES_MAX = 125;
/** Messages that consist of more pieces are refused: every piece costs memory, even an empty one. */
const FRAGMENTS_MAX = 10_000;
/** Unsent bytes beyond which a ping stays without its pong. */
const PONG_BACKLOG_BYTES_MAX = 64 * 1024;
/** How long a peer may take to close its side. */
const CLOSE_TIMEOUT_MS = 1000;
const ACCEPT_SUFFIX = '258EAFA5-E914-47DA-95CA-C5AB0DC85B11';

/** The answer to a client's Sec-WebSocket-Key. */
export const acceptKey = (key: string): string => createHash('sha1').update(`${key}${ACCEPT_SUFFIX}`).digest('base64');

export interface WebSocketEvents {
  /** A whole message, text or binary. */
  onMessage(payload: Buffer): void;
  onDrain(): void;
  /** Called once, when nothing can be sent any more. */
  onClose(): void;
}

interface Frame {
  readonly isFinal: boolean;
  readonly opcode: number;
  readonly payload: Buffer;
}

class WebSocketError extends Error {
  override readonly name = 'WebSocketError';
  readonly code: number;

  constructor(code: number, message: string) {
    super(message);
    this.code = code;
  }
}

export class ServerWebSocket {
  readonly #socket: Socket;
  readonly #events: WebSocketEvents;
  readonly #bytesMax: number;
  #chunks: Buffer[] = [];
  #held = 0;
  /** Bytes from which on it is worth looking again. */
  #needed = 2;
  #fragments: Buffer[] = [];
  #fragmentBytes = 0;
  #isInMessage = false;
  #isClosing = false;
  #isClosed = false;

  /** `socket` has answered the upgrade; `head` came behind it. */
  constructor(socket: Socket, options: { readonly bytesMax: number; readonly events: WebSocketEvents; head: Buffer }) {
    this.#socket = socket;
    this.#events = options.events;
    this.#bytesMax = options.bytesMax;
    socket.on('error', () => socket.destroy());
    socket.on('close', () => this.#over());
    socket.on('end', () => socket.destroySoon());
    socket.on('drain', () => this.#events.onDrain());
    socket.on('data', (chunk: Buffer) => this.#onBytes(chunk));
    if (options.head.length > 0) socket.unshift(options.head);
    socket.resume();
  }

  get isOpen(): boolean {
    return !this.#isClosing && !this.#isClosed;
  }

  get outputBytes(): number {
    return this.#socket.writableLength;
  }

  send(text: string): void {
    if (this.isOpen) this.#write(Opcode.TEXT, Buffer.from(text));
  }

  close(code: number, reason = ''): void {
    if (!this.isOpen) return;
    this.#isClosing = true;
    const payload = Buffer.concat([Buffer.of(code >> 8, code & 0xff), Buffer.from(reason).subarray(0, 120)]);
    this.#write(Opcode.CLOSE, payload);
    this.#socket.end();
    const timer = setTimeout(() => this.#socket.destroy(), CLOSE_TIMEOUT_MS);
    this.#socket.once('close', () => clearTimeout(timer));
    this.#over();
  }

  pause(): void {
    this.#socket.pause();
  }

  resume(): void {
    this.#socket.resume();
  }

  #over(): void {
    if (this.#isClosed) return;
    this.#isClosed = true;
    this.#events.onClose();
  }

  #onBytes(chunk: Buffer): void {
    if (!this.isOpen) return;
    this.#chunks.push(chunk);
    this.#held += chunk.length;
    if (this.#held < this.#needed) return;
    let rest = Buffer.concat(this.#chunks);
    try {
      for (let length = this.#frameLength(rest); length <= rest.length; length = this.#frameLength(rest)) {
        this.#onFrame(unmask(rest.subarray(0, length)));
        if (!this.isOpen) return;
        rest = rest.subarray(length);
      }
    } catch (error) {
      if (!(error instanceof WebSocketError)) throw error;
      this.close(error.code, error.message);
      return;
    }
    this.#chunks = rest.length === 0 ? [] : [rest];
    this.#held = rest.length;
    this.#needed = this.#frameLength(rest);
  }

  /** Of the frame that `bytes` begin with, header and all; while that is unknown, the bytes needed to know it. */
  #frameLength(bytes: Buffer): number {
    if (bytes.length < 2) return 2;
    // Clients mask every frame (§5.3).
    if (((bytes[1] as number) & MASKED) === 0) throw protocolError('a frame without a mask');
    const short = (bytes[1] as number) & 0x7f;
    const header = 2 + (short === 126 ? 2 : short === 127 ? 8 : 0) + 4;
    if (bytes.length < header) return header;
    const length = short === 126 ? bytes.readUInt16BE(2) : short === 127 ? Number(bytes.readBigUInt64BE(2)) : short;
    if (length > this.#bytesMax) throw new WebSocketError(CloseCode.TOO_BIG, 'message too big');
    return header + length;
  }

  #onFrame({ isFinal, opcode, payload }: Frame): void {
    if (opcode >= Opcode.CLOSE) {
      if (!isFinal || payload.length > CONTROL_BYTES_MAX) throw protocolError('a control frame of wrong form');
      this.#onControl(opcode, payload);
      return;
    }
    if (opcode > Opcode.BINARY) throw protocolError('an unknown opcode');
    if ((opcode === Opcode.CONTINUATION) !== this.#isInMessage) throw protocolError('a message in another');
    this.#isInMessage = !isFinal;
    this.#fragments.push(payload);
    this.#fragmentBytes += payload.length;
    if (this.#fragmentBytes > this.#bytesMax || this.#fragments.length > FRAGMENTS_MAX)
      throw new WebSocketError(CloseCode.TOO_BIG, 'message too big');
    if (!isFinal) return;
    const message = Buffer.concat(this.#fragments);
    this.#fragments = [];
    this.#fragmentBytes = 0;
    this.#events.onMessage(message);
  }

  #onControl(opcode: number, payload: Buffer): void {
    if (opcode === Opcode.CLOSE) this.close(payload.length < 2 ? CloseCode.NORMAL : payload.readUInt16BE());
    else if (opcode === Opcode.PING) {
      if (this.outputBytes <= PONG_BACKLOG_BYTES_MAX) this.#write(Opcode.PONG, payload);
    } else if (opcode !== Opcode.PONG) throw protocolError('an unknown opcode');
  }

  #write(opcode: number, payload: Buffer): void {
    const { length } = payload;
    let header: Buffer;
    if (length < 126) header = Buffer.of(FIN | opcode, length);
    else if (length < 65_536) {
      header = Buffer.of(FIN | opcode, 126, length >> 8, length & 0xff);
    } else {
      header = Buffer.alloc(10);
      header[0] = FIN | opcode;
      header[1] = 127;
      header.writeBigUInt64BE(BigInt(length), 2);
    }
    this.#socket.write(Buffer.concat([header, payload]));
  }
}

function unmask(bytes: Buffer): Frame {
  const [first, second] = [bytes[0] as number, bytes[1] as number];
  if ((first & RESERVED_BITS) !== 0) throw protocolError('an extension nobody agreed on');
  const short = second & 0x7f;
  const at = 2 + (short === 126 ? 2 : short === 127 ? 8 : 0);
  const mask = bytes.subarray(at, at + 4);
  const payload = Buffer.from(bytes.subarray(at + 4));
  for (let i = 0; i < payload.length; i++) payload[i] = (payload[i] as number) ^ (mask[i % 4] as number);
  return { isFinal: (first & FIN) !== 0, opcode: first & 0x0f, payload };
}

const protocolError = (message: string): WebSocketError => new WebSocketError(CloseCode.PROTOCOL_ERROR, message);
