/**
 * One HTTP/2 connection: which frame may come when, and what it does (RFC 9113 §5, §6). Sending is output.ts, streams are stream-table.ts,
 * windows windows.ts, header blocks request-blocks.ts, what a peer may do how often peer-limits.ts.
 *
 * Invariant: an error of the peer ends its stream or its connection and nothing else (connection.test.ts).
 *
 * Longer than 300 lines because what each frame does is easier to check against the RFC in one place.
 */
import type { Socket } from 'node:net';
import { HEADER_LIST_BYTES_MAX, STREAM_WINDOW_BYTES } from '../../limits.ts';
import { GrpcCall } from '../call.ts';
import type { FramingHost } from '../exchange.ts';
import { peerCommonName } from '../peer-name.ts';
import { frame, goawayFrame, resetFrame, settingsFrame, windowUpdateFrame } from './control-frames.ts';
import { FrameCutter, type FrameSink } from './frame-cutter.ts';
import { type HeaderBlock, HeaderBlockJoiner, stripPadding } from './header-block.ts';
import type { Field } from './hpack-decoder.ts';
import { PingStrikes, type Probed } from './keep-alive.ts';
import { Output, type OutputOwner } from './output.ts';
import { OwnStream, type StreamHost } from './own-stream.ts';
import { PeerLimits } from './peer-limits.ts';
import { readSettings } from './peer-settings.ts';
import {
  ConnectionError,
  ErrorCode,
  Flag,
  FrameType,
  frameSizeError,
  GOAWAY_TIMEOUT_MS,
  HEADER_TABLE_BYTES,
  protocolError,
  Setting,
  SOCKET_PAUSE_BYTES_MAX,
  StreamError,
} from './protocol.ts';
import { RequestBlocks } from './request-blocks.ts';
import { whyTrailersMalformed } from './request-head.ts';
import { NO_TABLE_PREFIX, NOT_GRPC_BLOCK } from './response-blocks.ts';
import { StreamTable } from './stream-table.ts';
import { Windows } from './windows.ts';

const KEEP_ALIVE_PING = frame(FrameType.PING, 0, 0, Buffer.from('quorate?'));
const SETTINGS_ACK = frame(FrameType.SETTINGS, Flag.ACK, 0, Buffer.alloc(0));

export class Connection implements FrameSink, OutputOwner, StreamHost, Probed {
  readonly #socket: Socket;
  readonly #host: FramingHost;
  readonly #cutter = new FrameCutter(this);
  readonly #joiner = new HeaderBlockJoiner();
  readonly #blocks = new RequestBlocks();
  readonly output: Output;
  readonly #streams = new StreamTable();
  readonly #windows: Windows;
  readonly #limits: PeerLimits;
  readonly #pings: PingStrikes;
  heardAt = performance.now();
  #heldBytes = 0;
  #hasSettings = false;
  #isDraining = false;
  #isOver = false;
  #isSocketPaused = false;
  constructor(socket: Socket, host: FramingHost) {
    this.#socket = socket;
    this.#host = host;
    this.output = new Output(socket, this);
    this.#windows = new Windows(this.output);
    this.#limits = new PeerLimits(host.resetBurstMax);
    this.#pings = new PingStrikes(host.keepAlive.clientPingMinMs);
  }

  get peerCommonName(): string | undefined {
    return peerCommonName(this.#socket);
  }

  open(): void {
    this.output.control(
      settingsFrame([
        [Setting.MAX_CONCURRENT_STREAMS, this.#host.streamsMax],
        [Setting.INITIAL_WINDOW_SIZE, STREAM_WINDOW_BYTES],
        [Setting.MAX_HEADER_LIST_SIZE, HEADER_LIST_BYTES_MAX],
      ]),
    );
    this.#windows.open();
  }

  /** Announces the end: what runs may finish, what is new is refused, and the last stream takes the connection along. */
  drain(): void {
    if (this.#isDraining || this.#isOver) return;
    this.#isDraining = true;
    this.output.control(goawayFrame(this.#streams.lastId, ErrorCode.NO_ERROR, ''));
  }

  ping(): void {
    this.output.control(KEEP_ALIVE_PING);
  }

  /** Nobody is there to read a reason. */
  cut(): void {
    this.#socket.destroy();
  }

  onBytes(chunk: Buffer): void {
    if (this.#isOver) return;
    this.heardAt = performance.now();
    try {
      this.#cutter.push(chunk);
    } catch (error) {
      if (!(error instanceof ConnectionError)) throw error;
      this.#fail(error);
    }
  }

  onFrame(type: number, flags: number, streamId: number, payload: Buffer): boolean {
    try {
      this.#dispatch(type, flags, streamId, payload);
    } catch (error) {
      if (!(error instanceof StreamError)) throw error;
      this.#reset(error);
    }
    return !this.#isOver;
  }

  onSocketDrain(): void {
    if (this.output.hasWork) this.output.schedule();
    if (!this.#isSocketPaused) return;
    this.#isSocketPaused = false;
    this.#socket.resume();
  }

  onSocketClose(): void {
    this.#isOver = true;
    // Answers of handlers that are told now find their streams closed.
    for (const stream of this.#streams.takeAll()) stream.close();
  }

  onStreamSent(stream: OwnStream, wasReset: boolean): void {
    this.#pings.forgive();
    this.#forget(stream, wasReset);
  }

  onFlushed(): void {
    if (this.#isOver) return;
    if (this.#isDraining && this.#streams.size === 0 && !this.output.hasWork) {
      this.#end();
    } else if (this.#socket.writableLength > SOCKET_PAUSE_BYTES_MAX && !this.#isSocketPaused) {
      this.#isSocketPaused = true;
      this.#socket.pause();
    }
  }

  /**
   * A call wrote. From the bound on new streams are refused; answers to older ones get as much again before the connection
   * ends, unless it is a single large one.
   */
  onOutput(): void {
    this.#limits.forgive();
    this.#pings.forgive();
    if (this.output.queuedBytes > 2 * this.#host.connectionBytesMax && this.#streams.size > 1 && !this.#isOver) {
      const error = new ConnectionError(ErrorCode.ENHANCE_YOUR_CALM, 'answers wait and are not taken');
      this.#isOver = true;
      // Not under the feet of the handler that writes.
      setImmediate(() => this.#fail(error));
    }
  }

  consumed(stream: OwnStream, count: number): void {
    stream.unacknowledged += count;
    if (stream.isRemoteEnded || stream.unacknowledged < STREAM_WINDOW_BYTES / 2) return;
    this.output.control(windowUpdateFrame(stream.id, stream.unacknowledged));
    stream.receiveWindow += stream.unacknowledged;
    stream.unacknowledged = 0;
  }

  held(difference: number): void {
    this.#heldBytes += difference;
  }

  #dispatch(type: number, flags: number, streamId: number, payload: Buffer): void {
    if (!this.#hasSettings && type !== FrameType.SETTINGS) throw protocolError('the first frame is not SETTINGS');
    if (this.#joiner.openStreamId !== 0 && type !== FrameType.CONTINUATION)
      throw protocolError('a header block was interrupted');
    switch (type) {
      case FrameType.DATA:
        this.#onData(flags, streamId, payload);
        break;
      case FrameType.HEADERS:
        if (streamId % 2 === 0) throw protocolError('HEADERS on a stream no client can open');
        this.#onBlock(this.#joiner.begin(flags, streamId, payload));
        break;
      case FrameType.CONTINUATION:
        this.#onBlock(this.#joiner.proceed(flags, streamId, payload));
        break;
      case FrameType.RST_STREAM:
        this.#onReset(streamId, payload);
        break;
      case FrameType.SETTINGS:
        this.#onSettings(flags, streamId, payload);
        break;
      case FrameType.PING:
        this.#onPing(flags, streamId, payload);
        break;
      case FrameType.WINDOW_UPDATE:
        this.#onWindowUpdate(streamId, payload);
        break;
      case FrameType.PUSH_PROMISE:
        throw protocolError('PUSH_PROMISE from a client');
      case FrameType.GOAWAY:
        if (streamId !== 0) throw protocolError('GOAWAY on a stream');
        if (payload.length < 8) throw frameSizeError('GOAWAY too short');
        this.#limits.idleFrame();
        break;
      case FrameType.PRIORITY:
        if (streamId === 0) throw protocolError('PRIORITY without a stream');
        if (payload.length !== 5) throw frameSizeError('PRIORITY of wrong size');
        this.#limits.idleFrame();
        break;
      default:
        this.#limits.idleFrame();
        break;
    }
  }

  #onData(flags: number, streamId: number, payload: Buffer): void {
    if (streamId === 0) throw protocolError('DATA without a stream');
    this.#streams.refuseIdle(streamId, 'DATA');
    if (payload.length === 0 && (flags & Flag.END_STREAM) === 0) this.#limits.idleFrame();
    this.#windows.credit(payload.length);
    const body = stripPadding(flags, payload);
    const stream = this.#streams.get(streamId);
    if (stream === undefined || stream.isRemoteEnded) {
      if (stream === undefined && this.#streams.wasResetByUs(streamId)) return;
      throw new StreamError(streamId, ErrorCode.STREAM_CLOSED, 'DATA on a closed stream');
    }
    stream.receiveWindow -= payload.length;
    if (stream.receiveWindow < 0) throw new StreamError(streamId, ErrorCode.FLOW_CONTROL_ERROR, 'beyond the window');
    stream.bodyBytes += body.length;
    if (stream.bodyBytes > (stream.head.contentLength ?? Number.POSITIVE_INFINITY))
      throw new StreamError(streamId, ErrorCode.PROTOCOL_ERROR, 'more than content-length');
    // Padding is nobody's to take.
    const padding = payload.length - body.length;
    if (padding > 0) this.consumed(stream, padding);
    const endsStream = (flags & Flag.END_STREAM) !== 0;
    if (endsStream) stream.isRemoteEnded = true;
    if (body.length > 0) stream.receive(body);
    if (this.#heldBytes > this.#host.connectionBytesMax)
      throw new ConnectionError(ErrorCode.ENHANCE_YOUR_CALM, 'too many unfinished requests');
    if (endsStream) this.#endRemote(stream);
  }

  #onBlock(block: HeaderBlock | undefined): void {
    if (block === undefined) return;
    const { streamId, endsStream } = block;
    const fields = this.#blocks.decode(block.bytes);
    if (streamId > this.#streams.lastId) {
      this.#streams.lastId = streamId;
      this.#openStream(streamId, fields, endsStream);
      return;
    }
    const stream = this.#streams.get(streamId);
    if (stream === undefined) {
      if (this.#streams.wasResetByUs(streamId)) return;
      throw new ConnectionError(ErrorCode.STREAM_CLOSED, 'HEADERS on a closed stream');
    }
    if (stream.isRemoteEnded) throw new StreamError(streamId, ErrorCode.STREAM_CLOSED, 'HEADERS behind the end');
    if (fields === undefined) throw tooManyHeaders(streamId);
    const reason = endsStream ? whyTrailersMalformed(fields) : 'trailers that end nothing';
    if (reason !== undefined) throw new StreamError(streamId, ErrorCode.PROTOCOL_ERROR, reason);
    stream.isRemoteEnded = true;
    this.#endRemote(stream);
  }

  #openStream(streamId: number, fields: readonly Field[] | undefined, endsStream: boolean): void {
    if (fields === undefined) throw tooManyHeaders(streamId);
    const head = this.#blocks.headOf(streamId, fields);
    if (endsStream && (head.contentLength ?? 0) > 0)
      throw new StreamError(streamId, ErrorCode.PROTOCOL_ERROR, 'less than content-length');
    // Untouched: a client may try again elsewhere.
    const isFull =
      this.#streams.size >= this.#host.streamsMax || this.output.queuedBytes > this.#host.connectionBytesMax;
    if (this.#isDraining || isFull) throw new StreamError(streamId, ErrorCode.REFUSED_STREAM, 'no further stream');
    const stream = new OwnStream(streamId, head, this.#windows.initialSend, this);
    stream.isRemoteEnded = endsStream;
    this.#streams.add(stream);
    const verdict = this.#host.judge(head.path, head.contentType);
    if (verdict.kind === 'call') {
      stream.call = new GrpcCall(stream, verdict.method, this.#host);
      stream.call.start();
      if (endsStream) stream.receiveEnd();
    } else if (verdict.kind === 'refused') stream.finish(verdict.error);
    else stream.answer(NOT_GRPC_BLOCK);
  }

  #endRemote(stream: OwnStream): void {
    if (stream.isClosed) return;
    if (stream.bodyBytes < (stream.head.contentLength ?? 0))
      throw new StreamError(stream.id, ErrorCode.PROTOCOL_ERROR, 'less than content-length');
    stream.receiveEnd();
  }

  #onReset(streamId: number, payload: Buffer): void {
    if (payload.length !== 4) throw frameSizeError('RST_STREAM of wrong size');
    this.#streams.refuseIdle(streamId, 'RST_STREAM');
    this.#limits.reset();
    const stream = this.#streams.get(streamId);
    if (stream !== undefined) this.#forget(stream, false);
  }

  #onSettings(flags: number, streamId: number, payload: Buffer): void {
    if (streamId !== 0) throw protocolError('SETTINGS on a stream');
    const isAck = (flags & Flag.ACK) !== 0;
    if (payload.length % 6 !== 0 || (isAck && payload.length > 0)) throw frameSizeError('SETTINGS of wrong size');
    if (!this.#hasSettings) {
      if (isAck) throw protocolError('the first SETTINGS is an acknowledgement');
      this.#hasSettings = true;
      this.#socket.setTimeout(0);
    }
    this.#limits.settings(this.#streams.size);
    if (isAck) return;
    const settings = readSettings(payload);
    if (settings.headerTableBytes !== undefined && settings.headerTableBytes < HEADER_TABLE_BYTES)
      this.output.blockPrefix = NO_TABLE_PREFIX;
    if (settings.initialWindowBytes !== undefined)
      this.#windows.changeInitial(settings.initialWindowBytes, this.#streams.values());
    this.output.control(SETTINGS_ACK);
  }

  #onPing(flags: number, streamId: number, payload: Buffer): void {
    if (streamId !== 0) throw protocolError('PING on a stream');
    if (payload.length !== 8) throw frameSizeError('PING of wrong size');
    this.#limits.idleFrame();
    if ((flags & Flag.ACK) !== 0) return;
    this.#pings.pinged(performance.now(), this.#streams.size);
    this.output.control(frame(FrameType.PING, Flag.ACK, 0, payload));
  }

  #onWindowUpdate(streamId: number, payload: Buffer): void {
    if (payload.length !== 4) throw frameSizeError('WINDOW_UPDATE of wrong size');
    const increment = payload.readUInt32BE() & 0x7fff_ffff;
    this.#limits.windowUpdate(increment);
    if (streamId === 0) {
      this.#windows.grow(increment);
      return;
    }
    this.#streams.refuseIdle(streamId, 'WINDOW_UPDATE');
    const stream = this.#streams.get(streamId);
    if (stream !== undefined) this.#windows.growStream(stream, increment);
  }

  #reset(error: StreamError): void {
    this.#limits.reset();
    this.output.control(resetFrame(error.streamId, error.code));
    const stream = this.#streams.get(error.streamId);
    if (stream === undefined) this.#streams.rememberReset(error.streamId);
    else this.#forget(stream, true);
  }

  #forget(stream: OwnStream, wasReset: boolean): void {
    this.#streams.delete(stream);
    if (wasReset) this.#streams.rememberReset(stream.id);
    stream.close();
    // The last stream of a draining connection takes it along, behind the flush.
    if (this.#isDraining && this.#streams.size === 0) this.output.schedule();
  }

  #fail(error: ConnectionError): void {
    this.#isOver = true;
    // What the peer has earned so far, our SETTINGS among it, leaves before the reason.
    this.output.flush();
    this.#socket.end(goawayFrame(this.#streams.lastId, error.code, error.message));
    this.#cutLater();
  }

  #end(): void {
    this.#isOver = true;
    this.#socket.end();
    this.#cutLater();
  }

  #cutLater(): void {
    this.onSocketClose();
    // Bytes of the peer that nobody reads would turn our FIN into a reset that overtakes the GOAWAY.
    this.#socket.resume();
    const timer = setTimeout(() => this.#socket.destroy(), GOAWAY_TIMEOUT_MS);
    this.#socket.once('close', () => clearTimeout(timer));
  }
}

const tooManyHeaders = (streamId: number): StreamError =>
  new StreamError(streamId, ErrorCode.ENHANCE_YOUR_CALM, 'the header list is too long');
