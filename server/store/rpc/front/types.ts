/**
 * The client port as services see it: gRPC methods typed by message tables, and plain HTTP/1.1 beside them.
 *
 * A Front owns sockets, framing, flow control and abuse limits; a service owns meaning. Services never see HTTP/2, so
 * that a second Front (own framing) can replace the first, and the JSON gateway can call the same methods.
 */
import type { IncomingMessage, ServerResponse } from 'node:http';
import type { Socket } from 'node:net';
import type { Init, Message } from '../../../../lib/base/protobuf/schema.ts';
import type { Scheme } from '../../tls/admission.ts';
import type { TlsEndpoint } from '../../tls/tls-endpoint.ts';
import type { MethodStats } from './method-stats.ts';

/** What a handler may know of the call besides the request. */
export interface Call {
  /** The value of a metadata key (lower case), undefined when absent. */
  metadata(name: string): string | undefined;
  /**
   * The common name in the client's verified certificate (`peer-name.ts`). Undefined without one, and for calls through the JSON
   * gateway, whose callers etcd never takes for the owner of a certificate.
   */
  readonly peerCommonName: string | undefined;
  /** True once the client cancelled, its deadline passed, or its connection broke. */
  readonly cancelled: boolean;
  /** Runs `listener` once if the call ends before it was answered: a waiting handler gives up. At most one listener. */
  onCancel(listener: () => void): void;
}

/** The sending half of a stream. After end() or fail(), or when onClose() was called, sends are dropped silently. */
export interface ServerStream<A extends object> extends Call {
  /**
   * False when the stream's output is full: hold back until onDrain(). The message itself is always taken. `encoded` are its bytes,
   * in parts that never change, where the caller has them already.
   */
  send(response: Init<A>, encoded?: readonly Uint8Array[]): boolean;
  /** True when send() would answer false right now. */
  readonly full: boolean;
  /** Ends the stream with status OK. */
  end(): void;
  fail(error: Error): void;
  /** Stops reading requests, until resumeReading(). Requests already received may still arrive. */
  pauseReading(): void;
  resumeReading(): void;
}

/** The receiving half of a stream, made per stream by the service. */
export interface StreamHandler<Q extends object> {
  onMessage(request: Q): void;
  /** The client half-closed: no more requests. */
  onEnd(): void;
  /** Room again after `send` answered false. */
  onDrain(): void;
  /** Called exactly once, whatever ended the stream. Release everything here. */
  onClose(): void;
}

interface MethodBase {
  /** "/package.Service/Method". */
  readonly path: string;
  readonly request: Message<object>;
  readonly response: Message<object>;
  readonly stats: MethodStats;
}

export interface UnaryMethod extends MethodBase {
  readonly kind: 'unary';
  /** Answers or throws, at once or later. Errors that are not EtcdErrors are defects of ours. */
  readonly handle: (request: object, call: Call) => object | Promise<object>;
}

export interface StreamMethod extends MethodBase {
  readonly kind: 'stream';
  /** One request message only (server streaming), or any number (bidirectional). */
  readonly clientStreams: boolean;
  readonly open: (stream: ServerStream<object>) => StreamHandler<object>;
}

export type Method = UnaryMethod | StreamMethod;

export interface Address {
  readonly host: string;
  readonly port: number;
  /** http unless said otherwise; the other two need FrontOptions.tls. */
  readonly scheme?: Scheme;
}

export type HttpHandler = (request: IncomingMessage, response: ServerResponse) => void;

/** Answers a request for a WebSocket; `head` are bytes that came behind the request. */
export type UpgradeHandler = (request: IncomingMessage, socket: Socket, head: Buffer) => void;

/** gRPC keep-alive, in milliseconds. */
export interface KeepAliveSettings {
  /** A peer that pings more often without need is cut off. 0: none is. */
  readonly clientPingMinMs: number;
  /** A peer that has said nothing for this long is pinged, and cut off when it stays silent. Either at 0: it is not. */
  readonly intervalMs: number;
  readonly timeoutMs: number;
}

export type FramingName = 'own' | 'node';

export interface FrontOptions {
  readonly methods: readonly Method[];
  readonly http: HttpHandler;
  /** Undefined: requests for a WebSocket are answered as if they did not ask. */
  readonly upgrade?: UpgradeHandler | undefined;
  /** Longer request messages are refused with RESOURCE_EXHAUSTED before they are read. */
  readonly receiveBytesMax: number;
  /** Who speaks HTTP/2: our own framing (the default), or node:http2. */
  readonly framing?: FramingName;
  /** Undefined: https addresses cannot be listened on. */
  readonly tls?: TlsEndpoint | undefined;
  /** Streams of one connection, below CONNECTION_STREAMS_MAX. */
  readonly streamsMax?: number;
  /** Heeded by our own framing alone. */
  readonly keepAlive?: KeepAliveSettings;
  /** Streams one connection may reset at once. RESET_BURST_MAX unless a test needs less. */
  readonly resetBurstMax?: number;
  /** Memory of one connection in the HTTP/2 layer. CONNECTION_MEMORY_MIB_MAX unless a test needs less. */
  readonly connectionBytesMax?: number;
  /** A defect of ours: something other than an EtcdError came out of a handler. */
  readonly onDefect: (error: unknown, where: string) => void;
}

/** Bytes and connections of a Front since it started. */
export interface FrontStats {
  readonly connections: number;
  readonly openStreams: number;
  readonly grpcBytesReceived: number;
  readonly grpcBytesSent: number;
}

export interface Front {
  /** May be called for several addresses. Port 0 takes a free one. @throws the error of listen(2) */
  listen(address: Address): Promise<Address>;
  stats(): FrontStats;
  /** Refuses new work, lets running unary calls finish for CLOSE_GRACE_MS, ends streams with "server stopped". */
  close(): Promise<void>;
}
