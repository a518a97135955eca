/**
 * A standing outgoing lane to one peer: dialled again whenever it breaks, watched by pings, bounded.
 *
 * Frames queued in one turn leave in one write. While the lane is down, or its queue full, send() refuses: the caller reports
 * the peer unreachable, and nothing is kept for later (Raft repeats what still matters).
 */
import type net from 'node:net';
import type { MemberId } from '../../../lib/base/brand.ts';
import { concatBytes } from '../../../lib/base/bytes.ts';
import { WireError } from '../../../lib/base/protobuf/reader.ts';
import type { Clock, Timer } from '../ports/clock.ts';
import type { Log } from '../ports/log.ts';
import type { TlsEndpoint } from '../tls/tls-endpoint.ts';
import { type Dial, dial } from './dial.ts';
import { encodeFrame, FrameError, FrameKind, FrameParser } from './frame.ts';
import { type Hello, Verdict } from './handshake.ts';
import type { PeerMeter } from './peer-meter.ts';

const REDIAL_MS_MIN = 50;
const REDIAL_MS_MAX = 1000;
const PING_INTERVAL_MS = 1000;
const SILENCE_MS_MAX = 5000;
/** Unsent bytes of one lane beyond which messages are dropped. */
export const QUEUE_BYTES_MAX = 32 * 1024 * 1024;

interface PeerStreamOptions {
  readonly clock: Clock;
  readonly log: Log;
  readonly hello: Omit<Hello, 'version'>;
  readonly urls: readonly string[];
  readonly tls: TlsEndpoint | undefined;
  readonly meter: PeerMeter;
  readonly onDown: (peer: MemberId) => void;
  /** The peer answers on this connection what it has no connection of its own for. @throws WireError */
  readonly onFrame: (kind: number, payload: Uint8Array) => void;
  /** The peer says that this member was removed from the cluster. */
  readonly onRemoved: () => void;
}

export class PeerStream {
  readonly #options: PeerStreamOptions;
  #dial: Dial | undefined;
  #socket: net.Socket | undefined;
  #frames: Uint8Array[] = [];
  #frameBytes = 0;
  #isWriteScheduled = false;
  #attempt = 0;
  #lastReason = '';
  #cutReason: string | undefined;
  #timer: Timer | undefined;
  #upSince: number | undefined;
  #heardAt = 0;
  /** When the oldest ping without an answer left. */
  #pingedAt: number | undefined;
  #isClosed = false;

  constructor(options: PeerStreamOptions) {
    this.#options = options;
    this.#connect();
  }

  /** Monotonic milliseconds since the lane is up; undefined while it is down. */
  get upSince(): number | undefined {
    return this.#upSince;
  }

  /** False: not sent and never will be. */
  send(kind: number, payload: Uint8Array): boolean {
    const socket = this.#socket;
    const { meter } = this.#options;
    if (socket === undefined || socket.writableLength + this.#frameBytes > QUEUE_BYTES_MAX) {
      meter.sendFailures++;
      return false;
    }
    const frame = encodeFrame(kind, payload);
    meter.sentBytes += frame.length;
    this.#frames.push(frame);
    this.#frameBytes += frame.length;
    if (!this.#isWriteScheduled) {
      this.#isWriteScheduled = true;
      process.nextTick(() => this.#write());
    }
    return true;
  }

  close(): void {
    this.#isClosed = true;
    this.#timer?.cancel();
    this.#dial?.destroy();
  }

  #write(): void {
    this.#isWriteScheduled = false;
    const frames = this.#frames;
    this.#frames = [];
    this.#frameBytes = 0;
    if (frames.length === 0) return;
    const [first] = frames;
    this.#socket?.write(frames.length === 1 && first !== undefined ? first : concatBytes(frames));
  }

  #connect(): void {
    const { hello, urls, tls } = this.#options;
    const url = urls[this.#attempt++ % urls.length];
    if (url === undefined) return;
    this.#dial = dial({
      ...{ url, hello, tls },
      onOpen: (socket, rest) => this.#opened(socket, rest),
      onClose: (reason, refusal) => {
        this.#closed(url, reason);
        if (refusal === Verdict.REMOVED && !this.#isClosed) this.#options.onRemoved();
      },
    });
  }

  #opened(socket: net.Socket, rest: Uint8Array): void {
    const { clock } = this.#options;
    const parser = new FrameParser((kind, payload) => {
      this.#heardAt = clock.now();
      if (kind === FrameKind.PONG) this.#ponged();
      else this.#options.onFrame(kind, payload);
    });
    const receive = (chunk: Uint8Array) => {
      this.#options.meter.receivedBytes += chunk.length;
      try {
        parser.push(chunk);
      } catch (error) {
        if (!(error instanceof FrameError || error instanceof WireError)) throw error;
        socket.destroy();
      }
    };
    socket.on('data', receive);
    this.#socket = socket;
    this.#attempt = 0;
    this.#lastReason = '';
    this.#upSince = clock.now();
    this.#heardAt = this.#upSince;
    this.#watch();
    receive(rest);
  }

  #watch(): void {
    const { clock } = this.#options;
    this.#timer?.cancel();
    this.#timer = clock.after(PING_INTERVAL_MS, () => {
      if (clock.now() - this.#heardAt > SILENCE_MS_MAX + PING_INTERVAL_MS) {
        this.#cutReason = `no sign of life for ${SILENCE_MS_MAX} ms`;
        this.#dial?.destroy();
        return;
      }
      this.#pingedAt ??= clock.now();
      this.send(FrameKind.PING, new Uint8Array(0));
      this.#watch();
    });
  }

  #ponged(): void {
    if (this.#pingedAt === undefined) return;
    const { clock, meter } = this.#options;
    meter.roundTripSeconds.observe((clock.now() - this.#pingedAt) / 1000);
    this.#pingedAt = undefined;
  }

  #closed(url: string, closeReason: string): void {
    const wasUp = this.#upSince !== undefined;
    const reason = this.#cutReason ?? closeReason;
    this.#cutReason = undefined;
    const { hello, clock, log, onDown } = this.#options;
    this.#socket = undefined;
    this.#upSince = undefined;
    this.#pingedAt = undefined;
    this.#frames = [];
    this.#frameBytes = 0;
    this.#timer?.cancel();
    if (this.#isClosed) return;
    // A peer that stays down is worth one line, not one per attempt.
    if (wasUp || reason !== this.#lastReason) {
      this.#lastReason = reason;
      log('warn', 'peer is not reachable', { peer: hello.to.toString(16), url, reason });
    }
    const delay = Math.min(REDIAL_MS_MAX, REDIAL_MS_MIN * 2 ** Math.min(this.#attempt, 10));
    this.#timer = clock.after(delay, () => this.#connect());
    if (wasUp) onDown(hello.to);
  }
}
