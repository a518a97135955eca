/** Flow control of one connection (RFC 9113 §5.2, §6.9): what the peer lets us send, and what we let it send. Windows of streams are their own. */
import { CONNECTION_WINDOW_BYTES } from '../../limits.ts';
import { windowUpdateFrame } from './control-frames.ts';
import type { Output } from './output.ts';
import type { OwnStream } from './own-stream.ts';
import {
  ConnectionError,
  ErrorCode,
  protocolError,
  StreamError,
  WINDOW_BYTES_DEFAULT,
  WINDOW_BYTES_MAX,
} from './protocol.ts';

const TOO_LARGE = 'a window beyond 2^31-1';

export class Windows {
  readonly #output: Output;
  /** What a new stream may be sent. */
  initialSend = WINDOW_BYTES_DEFAULT;
  #unacknowledged = 0;

  constructor(output: Output) {
    this.#output = output;
  }

  /** Beyond what the protocol gives from the start. */
  open(): void {
    this.#output.control(windowUpdateFrame(0, CONNECTION_WINDOW_BYTES - WINDOW_BYTES_DEFAULT));
  }

  /**
   * Opens the connection's window again as bytes arrive, so that no peer can run beyond it. Streams of slow readers keep theirs closed,
   * and cannot block the others.
   */
  credit(count: number): void {
    this.#unacknowledged += count;
    if (this.#unacknowledged < CONNECTION_WINDOW_BYTES / 2) return;
    this.#output.control(windowUpdateFrame(0, this.#unacknowledged));
    this.#unacknowledged = 0;
  }

  /** RFC 9113 §6.9.2: the difference applies to every open stream, and may leave a window negative. @throws ConnectionError */
  changeInitial(bytes: number, streams: Iterable<OwnStream>): void {
    const difference = bytes - this.initialSend;
    this.initialSend = bytes;
    for (const stream of streams) {
      stream.sendWindow += difference;
      if (stream.sendWindow > WINDOW_BYTES_MAX) throw new ConnectionError(ErrorCode.FLOW_CONTROL_ERROR, TOO_LARGE);
      if (difference > 0 && stream.hasOutput) this.#output.ready(stream);
    }
  }

  /** @throws ConnectionError */
  grow(increment: number): void {
    if (increment === 0) throw protocolError('WINDOW_UPDATE by 0');
    this.#output.sendWindow += increment;
    if (this.#output.sendWindow > WINDOW_BYTES_MAX) throw new ConnectionError(ErrorCode.FLOW_CONTROL_ERROR, TOO_LARGE);
    this.#output.windowGrew();
  }

  /** @throws StreamError */
  growStream(stream: OwnStream, increment: number): void {
    if (increment === 0) throw new StreamError(stream.id, ErrorCode.PROTOCOL_ERROR, 'WINDOW_UPDATE by 0');
    stream.sendWindow += increment;
    if (stream.sendWindow > WINDOW_BYTES_MAX) throw new StreamError(stream.id, ErrorCode.FLOW_CONTROL_ERROR, TOO_LARGE);
    if (stream.hasOutput) this.#output.ready(stream);
  }
}
