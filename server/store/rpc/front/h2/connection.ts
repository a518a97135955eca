/**
 * One HTTP/2 connection: which frame may come when, and what it does (RFC 9113 §5, §6). Sending is output.ts.
 *
 * Invariants: every header block passes the HPACK decoder, in order; a stream is in the map from its HEADERS until both sides
 * ended or one reset it; an error of the peer ends its stream or its connection and nothing else (connection.test.ts).
 *
 * Longer than 300 lines because the state machine is easier to check against the RFC in one place.
 */
import type { Socket } from 'node:net';
import {
  CONNECTION_WINDOW_BYTES,
  HEADER_LIST_BYTES_MAX,
  HEADER_PAIRS_MAX,
  RESETS_PER_SECOND_MAX,
  STREAM_WINDOW_BYTES,
} from '../../limits.ts';
import { GrpcCall } from '../call.ts';
import type { FramingHost } from '../exchange.ts';
import { peerCommonName } from '../peer-name.ts';
import { frame, goawayFrame, resetFrame, settingsFrame, windowUpdateFrame } from './control-frames.ts';
import { FloodMeter } from './flood-meter.ts';
import { FrameCutter, type FrameSink } from './frame-cutter.ts';
import { type HeaderBlock, HeaderBlockJoiner, stripPadding } from './header-block.ts';
import { type Field, HpackDecoder } from './hpack-decoder.ts';
import { Output, type OutputOwner } from './output.ts';
import { OwnStream, type StreamHost } from './own-stream.ts';
import { readSettings } from './peer-settings.ts';
import {
  ConnectionError,
  ENDED_STREAMS_REMEMBERED,
  ErrorCode,
  Flag,
  FrameType,
  frameSizeError,
  GOAWAY_TIMEOUT_MS,
  HEADER_TABLE_BYTES,
  IDLE_FRAME_BURST_MAX,
  IDLE_FRAMES_PER_SECOND_MAX,
  protocolError,
  Setting,
  SOCKET_PAUSE_BYTES_MAX,
  StreamError,
  WINDOW_BYTES_DEFAULT,
  WINDOW_BYTES_MAX,
} from './protocol.ts';
import { parseRequestHead, type RequestHead, whyTrailersMalformed } from './request-head.ts';
import { NO_TABLE_PREFIX, NOT_GRPC_BLOCK } from './response-blocks.ts';

/** A change of all windows costs one meter token per this many streams. */
const STREAMS_PER_TOKEN = 64;
/** Longer header blocks are not worth keeping. */
const KNOWN_BLOCK_BYTES_MAX = 1024;
/** Smaller steps of a window are counted: they make us send crumbs (CVE-2019-9511). */
const SMALL_INCREMENT_BYTES = 1024;
const SETTINGS_ACK = frame(FrameType.SETTINGS, Flag.ACK, 0, Buffer.alloc(0));

export class Connection implements FrameSink, OutputOwner, StreamHost {
  readonly #socket: Socket;
  readonly #host: FramingHost;
  readonly #cutter = new FrameCutter(this);
  readonly #joiner = new HeaderBlockJoiner();
  readonly #hpack = new HpackDecoder({ listBytesMax: HEADER_LIST_BYTES_MAX, pairsMax: HEADER_PAIRS_MAX });
  readonly output: Output;
  readonly #streams = new Map<number, OwnStream>();
  /** Streams we reset: frames that crossed our RST_STREAM are no error. */
  readonly #resetByUs = new Set<number>();
  readonly #resets: FloodMeter;
  readonly #idleFrames: FloodMeter;
  #lastStreamId = 0;
  #initialSendWindow = WINDOW_BYTES_DEFAULT;
  #unacknowledged = 0;
  #heldBytes = 0;
  #hasSettings = false;
  #isDraining = false;
  #isOver = false;
  #isSocketPaused = false;
  /** The last block that left the dynamic table alone. */
  #known:
    | {
        readonly block: Buffer;
        readonly version: number;
        readonly fields: readonly Field[];
        head: RequestHead | undefined;
      }
    | undefined;

  constructor(socket: Socket, host: FramingHost) {
    this.#socket = socket;
    this.#host = host;
    this.output = new Output(socket, this);
    const nowMs = performance.now();
    this.#resets = new FloodMeter(host.resetBurstMax, RESETS_PER_SECOND_MAX, nowMs);
    this.#idleFrames = new FloodMeter(IDLE_FRAME_BURST_MAX, IDLE_FRAMES_PER_SECOND_MAX, nowMs);
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
    this.output.control(windowUpdateFrame(0, CONNECTION_WINDOW_BYTES - WINDOW_BYTES_DEFAULT));
  }

  /** Announces the end: what runs may finish, what is new is refused, and the last stream takes the connection along. */
  drain(): void {
    if (this.#isDraining || this.#isOver) return;
    this.#isDraining = true;
    this.output.control(goawayFrame(this.#lastStreamId, ErrorCode.NO_ERROR, ''));
  }

  onBytes(chunk: Buffer): void {
    if (this.#isOver) return;
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
    const streams = [...this.#streams.values()];
    this.#streams.clear();
    for (const stream of streams) stream.close();
  }

  onStreamSent(stream: OwnStream, wasReset: boolean): void {
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
   * ends, unless it is a single large one. Sent data forgives pings: grpc-go measures the line with one ping per round trip of data.
   */
  onOutput(): void {
    this.#idleFrames.refill();
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
        this.#meter();
        break;
      case FrameType.PRIORITY:
        if (streamId === 0) throw protocolError('PRIORITY without a stream');
        if (payload.length !== 5) throw frameSizeError('PRIORITY of wrong size');
        this.#meter();
        break;
      default:
        this.#meter();
        break;
    }
  }

  #onData(flags: number, streamId: number, payload: Buffer): void {
    if (streamId === 0) throw protocolError('DATA without a stream');
    this.#refuseIdle(streamId, 'DATA');
    if (payload.length === 0 && (flags & Flag.END_STREAM) === 0) this.#meter();
    this.#credit(payload.length);
    const body = stripPadding(flags, payload);
    const stream = this.#streams.get(streamId);
    if (stream === undefined || stream.isRemoteEnded) {
      if (stream === undefined && this.#resetByUs.has(streamId)) return;
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
    const fields = this.#decode(block.bytes);
    if (streamId > this.#lastStreamId) {
      this.#lastStreamId = streamId;
      this.#openStream(streamId, fields, endsStream);
      return;
    }
    const stream = this.#streams.get(streamId);
    if (stream === undefined) {
      if (this.#resetByUs.has(streamId)) return;
      throw new ConnectionError(ErrorCode.STREAM_CLOSED, 'HEADERS on a closed stream');
    }
    if (stream.isRemoteEnded) throw new StreamError(streamId, ErrorCode.STREAM_CLOSED, 'HEADERS behind the end');
    if (fields === undefined) throw tooManyHeaders(streamId);
    const reason = endsStream ? whyTrailersMalformed(fields) : 'trailers that end nothing';
    if (reason !== undefined) throw new StreamError(streamId, ErrorCode.PROTOCOL_ERROR, reason);
    stream.isRemoteEnded = true;
    this.#endRemote(stream);
  }

  /** A client repeats its headers byte by byte: while the table stands still they mean what they meant. */
  #decode(block: Buffer): readonly Field[] | undefined {
    const known = this.#known;
    const { tableVersion } = this.#hpack;
    if (known?.version === tableVersion && known.block.equals(block)) return known.fields;
    const fields = this.#hpack.decode(block);
    if (fields !== undefined && block.length <= KNOWN_BLOCK_BYTES_MAX && tableVersion === this.#hpack.tableVersion)
      this.#known = { block: Buffer.from(block), version: tableVersion, fields, head: undefined };
    return fields;
  }

  #headOf(streamId: number, fields: readonly Field[]): RequestHead {
    const known = this.#known?.fields === fields ? this.#known : undefined;
    if (known?.head !== undefined) return known.head;
    const head = parseRequestHead(fields);
    if (typeof head === 'string') throw new StreamError(streamId, ErrorCode.PROTOCOL_ERROR, head);
    if (known !== undefined) known.head = head;
    return head;
  }

  #openStream(streamId: number, fields: readonly Field[] | undefined, endsStream: boolean): void {
    if (fields === undefined) throw tooManyHeaders(streamId);
    const head = this.#headOf(streamId, fields);
    if (endsStream && (head.contentLength ?? 0) > 0)
      throw new StreamError(streamId, ErrorCode.PROTOCOL_ERROR, 'less than content-length');
    // Untouched: a client may try again elsewhere.
    const isFull =
      this.#streams.size >= this.#host.streamsMax || this.output.queuedBytes > this.#host.connectionBytesMax;
    if (this.#isDraining || isFull) throw new StreamError(streamId, ErrorCode.REFUSED_STREAM, 'no further stream');
    const stream = new OwnStream(streamId, head, this.#initialSendWindow, this);
    stream.isRemoteEnded = endsStream;
    this.#streams.set(streamId, stream);
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
    this.#refuseIdle(streamId, 'RST_STREAM');
    this.#countReset();
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
    this.#meter(1 + Math.floor(this.#streams.size / STREAMS_PER_TOKEN));
    if (isAck) return;
    const settings = readSettings(payload);
    if (settings.headerTableBytes !== undefined && settings.headerTableBytes < HEADER_TABLE_BYTES)
      this.output.blockPrefix = NO_TABLE_PREFIX;
    if (settings.initialWindowBytes !== undefined) this.#changeInitialWindow(settings.initialWindowBytes);
    this.output.control(SETTINGS_ACK);
  }

  /** RFC 9113 §6.9.2: the difference applies to every open stream, and may leave a window negative. */
  #changeInitialWindow(bytes: number): void {
    const difference = bytes - this.#initialSendWindow;
    this.#initialSendWindow = bytes;
    for (const stream of this.#streams.values()) {
      stream.sendWindow += difference;
      if (stream.sendWindow > WINDOW_BYTES_MAX)
        throw new ConnectionError(ErrorCode.FLOW_CONTROL_ERROR, 'a window beyond 2^31-1');
      if (difference > 0 && stream.hasOutput) this.output.ready(stream);
    }
  }

  #onPing(flags: number, streamId: number, payload: Buffer): void {
    if (streamId !== 0) throw protocolError('PING on a stream');
    if (payload.length !== 8) throw frameSizeError('PING of wrong size');
    this.#meter();
    if ((flags & Flag.ACK) === 0) this.output.control(frame(FrameType.PING, Flag.ACK, 0, payload));
  }

  #onWindowUpdate(streamId: number, payload: Buffer): void {
    if (payload.length !== 4) throw frameSizeError('WINDOW_UPDATE of wrong size');
    const increment = payload.readUInt32BE() & 0x7fff_ffff;
    if (increment < SMALL_INCREMENT_BYTES) this.#meter();
    if (streamId === 0) {
      if (increment === 0) throw protocolError('WINDOW_UPDATE by 0');
      this.output.sendWindow += increment;
      if (this.output.sendWindow > WINDOW_BYTES_MAX)
        throw new ConnectionError(ErrorCode.FLOW_CONTROL_ERROR, 'a window beyond 2^31-1');
      this.output.windowGrew();
      return;
    }
    this.#refuseIdle(streamId, 'WINDOW_UPDATE');
    const stream = this.#streams.get(streamId);
    if (stream === undefined) return;
    if (increment === 0) throw new StreamError(streamId, ErrorCode.PROTOCOL_ERROR, 'WINDOW_UPDATE by 0');
    stream.sendWindow += increment;
    if (stream.sendWindow > WINDOW_BYTES_MAX)
      throw new StreamError(streamId, ErrorCode.FLOW_CONTROL_ERROR, 'a window beyond 2^31-1');
    if (stream.hasOutput) this.output.ready(stream);
  }

  #refuseIdle(streamId: number, what: string): void {
    if (streamId % 2 === 0 || streamId > this.#lastStreamId) throw protocolError(`${what} on an idle stream`);
  }

  #meter(count = 1): void {
    if (!this.#idleFrames.take(performance.now(), count))
      throw new ConnectionError(ErrorCode.ENHANCE_YOUR_CALM, 'too many frames that say nothing');
  }

  /** Also those we had to send for the peer's errors: making us reset costs us as much (CVE-2025-8671). */
  #countReset(): void {
    if (!this.#resets.take(performance.now()))
      throw new ConnectionError(ErrorCode.ENHANCE_YOUR_CALM, 'too many resets');
  }

  /**
   * Opens the connection's window again as bytes arrive, so that no peer can run beyond it. Streams of slow readers keep theirs closed,
   * and cannot block the others.
   */
  #credit(count: number): void {
    this.#unacknowledged += count;
    if (this.#unacknowledged < CONNECTION_WINDOW_BYTES / 2) return;
    this.output.control(windowUpdateFrame(0, this.#unacknowledged));
    this.#unacknowledged = 0;
  }

  #reset(error: StreamError): void {
    this.#countReset();
    this.output.control(resetFrame(error.streamId, error.code));
    const stream = this.#streams.get(error.streamId);
    if (stream === undefined) this.#rememberReset(error.streamId);
    else this.#forget(stream, true);
  }

  #forget(stream: OwnStream, wasReset: boolean): void {
    this.#streams.delete(stream.id);
    if (wasReset) this.#rememberReset(stream.id);
    stream.close();
    // The last stream of a draining connection takes it along, behind the flush.
    if (this.#isDraining && this.#streams.size === 0) this.output.schedule();
  }

  #rememberReset(streamId: number): void {
    this.#resetByUs.add(streamId);
    if (this.#resetByUs.size <= ENDED_STREAMS_REMEMBERED) return;
    const [oldest] = this.#resetByUs;
    if (oldest !== undefined) this.#resetByUs.delete(oldest);
  }

  #fail(error: ConnectionError): void {
    this.#isOver = true;
    // What the peer has earned so far, our SETTINGS among it, leaves before the reason.
    this.output.flush();
    this.#socket.end(goawayFrame(this.#lastStreamId, error.code, error.message));
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
