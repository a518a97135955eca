/**
 * What lies between a call and the framing that carries it. Two framings implement it (node:http2 and our own), and one
 * GrpcCall serves both: they can differ in frames, never in meaning.
 */
import type { Socket } from 'node:net';
import type { EtcdError } from '../../../../lib/base/etcdpb/errors.ts';
import type { GrpcCall } from './call.ts';
import type { Status } from './status.ts';
import type { KeepAliveSettings, Method } from './types.ts';

/** One HTTP/2 stream as a call writes to it. Response headers leave by themselves before the first byte or status. */
export interface Exchange {
  /** The first value of a header (lower case), undefined when absent. */
  metadata(name: string): string | undefined;
  /** Of the connection this stream is on: see Call.peerCommonName. */
  readonly peerCommonName: string | undefined;
  /** Nothing can be sent any more: reset, broken, or closed. */
  readonly isGone: boolean;
  /** Bytes taken by write() that have not left yet. */
  readonly outputBytes: number;
  /** Takes ownership of `part`. Silently dropped when gone. */
  write(part: Uint8Array): void;
  /** Trailers behind everything written, or trailers only. Tells a client that is still sending that nobody listens. */
  finish(status: Status): void;
  pauseReading(): void;
  resumeReading(): void;
}

/** What a call needs from its front. */
export interface CallHost {
  readonly receiveBytesMax: number;
  readonly onDefect: (error: unknown, where: string) => void;
  readonly calls: Set<GrpcCall>;
  bytesReceived: number;
  bytesSent: number;
}

/** What becomes of a request, judged by its headers alone. */
export type Verdict =
  | { readonly kind: 'call'; readonly method: Method }
  | { readonly kind: 'refused'; readonly error: EtcdError }
  | { readonly kind: 'not-grpc' };

export interface FramingHost extends CallHost {
  judge(path: string, contentType: string | undefined): Verdict;
  readonly resetBurstMax: number;
  readonly streamsMax: number;
  readonly keepAlive: KeepAliveSettings;
  readonly connectionBytesMax: number;
}

/** HTTP/2 on sockets that were seen to begin with the preface. */
export interface Framing {
  /** Takes over a paused socket, all bytes put back. */
  accept(socket: Socket): void;
  /** Announces the end on every connection; those without streams close at once, the others after their last. */
  drain(): void;
}
