/** HTTP/2's numbers (RFC 9113 §6, §7), our bounds on what a connection may do, and the two kinds of error. */

export const PREFACE = Buffer.from('PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n');
export const FRAME_HEAD_BYTES = 9;

export const FrameType = {
  DATA: 0,
  HEADERS: 1,
  PRIORITY: 2,
  RST_STREAM: 3,
  SETTINGS: 4,
  PUSH_PROMISE: 5,
  PING: 6,
  GOAWAY: 7,
  WINDOW_UPDATE: 8,
  CONTINUATION: 9,
} as const;

export const Flag = { END_STREAM: 0x1, ACK: 0x1, END_HEADERS: 0x4, PADDED: 0x8, PRIORITY: 0x20 } as const;

export const ErrorCode = {
  NO_ERROR: 0,
  PROTOCOL_ERROR: 1,
  INTERNAL_ERROR: 2,
  FLOW_CONTROL_ERROR: 3,
  STREAM_CLOSED: 5,
  FRAME_SIZE_ERROR: 6,
  REFUSED_STREAM: 7,
  CANCEL: 8,
  COMPRESSION_ERROR: 9,
  ENHANCE_YOUR_CALM: 11,
} as const;
export type ErrorCode = (typeof ErrorCode)[keyof typeof ErrorCode];

export const Setting = {
  HEADER_TABLE_SIZE: 1,
  ENABLE_PUSH: 2,
  MAX_CONCURRENT_STREAMS: 3,
  INITIAL_WINDOW_SIZE: 4,
  MAX_FRAME_SIZE: 5,
  MAX_HEADER_LIST_SIZE: 6,
} as const;

export const WINDOW_BYTES_DEFAULT = 65_535;
export const WINDOW_BYTES_MAX = 2 ** 31 - 1;
/** The payload we accept in one frame, and the most we send in one: the protocol's default. */
export const FRAME_BYTES_MAX = 16_384;
export const FRAME_BYTES_LIMIT = 2 ** 24 - 1;
export const HEADER_TABLE_BYTES = 4096;

/** A compressed header block, and the frames it may come in: more is a CONTINUATION flood (CVE-2024-27983 class). */
export const HEADER_BLOCK_BYTES_MAX = 32 * 1024;
export const HEADER_BLOCK_FRAMES_MAX = 32;
/** Frames that cost us work and a peer nothing (PING, SETTINGS, empty DATA…): at once, then a second. */
export const IDLE_FRAME_BURST_MAX = 10_000;
export const IDLE_FRAMES_PER_SECOND_MAX = 1000;
/** Output the socket holds before DATA waits. */
export const SOCKET_DATA_BYTES_MAX = 256 * 1024;
/** Output the socket holds before we stop reading: a peer that asks and does not take the answers. */
export const SOCKET_PAUSE_BYTES_MAX = 2 * 1024 * 1024;
/** One connection's turn at writing, and one stream's within it. */
export const FLUSH_BYTES_MAX = 1024 * 1024;
export const STREAM_TURN_BYTES = 64 * 1024;
/** Streams we ended whose late frames are ignored. Older ones count as closed. */
export const ENDED_STREAMS_REMEMBERED = 1024;
/** How long a peer may take to read our GOAWAY before the socket is destroyed. */
export const GOAWAY_TIMEOUT_MS = 1000;

/** The peer broke the protocol: the connection ends with GOAWAY. `message` is its debug data. */
export class ConnectionError extends Error {
  override readonly name = 'ConnectionError';
  readonly code: ErrorCode;
  constructor(code: ErrorCode, message: string) {
    super(message);
    this.code = code;
  }
}

/** Only one stream is concerned: it ends with RST_STREAM. */
export class StreamError extends Error {
  override readonly name = 'StreamError';
  readonly streamId: number;
  readonly code: ErrorCode;
  constructor(streamId: number, code: ErrorCode, message: string) {
    super(message);
    this.streamId = streamId;
    this.code = code;
  }
}

export const protocolError = (message: string): ConnectionError =>
  new ConnectionError(ErrorCode.PROTOCOL_ERROR, message);
export const frameSizeError = (message: string): ConnectionError =>
  new ConnectionError(ErrorCode.FRAME_SIZE_ERROR, message);
