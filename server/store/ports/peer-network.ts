/**
 * The network among members as the store sees it. Lossy and bounded: a message is delivered once, or not at all and then
 * (mostly) reported; messages of one lane to one peer keep their order. The implementation over TCP is ../transport; the
 * simulator brings its own.
 *
 * Every callback runs in a turn of its own, never inside a call into the network.
 */
import type { MemberId } from '../../../lib/base/brand.ts';
import type { Member } from '../../../lib/base/etcdpb/cluster.ts';
import type { Histogram } from '../../../lib/base/histogram.ts';
import type { Message } from '../raft/types.ts';

export interface PeerAddress {
  readonly id: MemberId;
  /** As advertised: "http://host:port". */
  readonly peerUrls: readonly string[];
}

export type SnapshotMessage = Extract<Message, { type: 'installSnapshot' }>;

/** The image cannot be read to its end: the transfer has failed, and its end must not be announced. */
export class ImageLostError extends Error {
  override readonly name = 'ImageLostError';
}

/** The image of a state machine on its way out: chunks of at most 1 MiB. */
export interface SnapshotChunks {
  /** Undefined at the end. @throws ImageLostError */
  next(): Uint8Array | undefined;
  close(): void;
}

/** The image of a state machine on its way in. Exactly one of finish and abort is called. */
export interface SnapshotSink {
  /** The chunk is a view: copy or write it out before returning. @throws DiskError */
  write(chunk: Uint8Array): void;
  /** All chunks arrived, verified. `done(true)` when the image is safely stored; the message counts as delivered then. */
  finish(done: (isStored: boolean) => void): void;
  abort(): void;
}

/** What /metrics tells of one peer, counted since the start. */
export interface PeerTraffic {
  readonly id: MemberId;
  readonly isConnected: boolean;
  readonly sentBytes: number;
  readonly receivedBytes: number;
  readonly sendFailures: number;
  readonly disconnects: number;
  readonly roundTripSeconds: Histogram;
}

export interface PeerHandler {
  /** Payloads inside are the receiver's to keep. */
  onMessage(message: Message): void;
  /** Something addressed to `peer` could not be sent. */
  onUnreachable(peer: MemberId): void;
  /** Undefined refuses the image (one is being received already). */
  onSnapshot(message: SnapshotMessage): SnapshotSink | undefined;
  onSnapshotSent(peer: MemberId, outcome: 'installed' | 'failed'): void;
  /** True: removed for ever. Such a member is told so and hears nothing else. */
  isRemoved(peer: MemberId): boolean;
  /** `by` says that this member was removed, at every attempt to reach it. */
  onRemoved(by: MemberId): void;
  /** What a stranger who wants to join is told: the members as far as this one knows. */
  members(): readonly Member[];
  /** `respond` may be called later, once. */
  onRequest(from: MemberId, payload: Uint8Array, respond: (answer: Uint8Array) => void): void;
}

export interface PeerNetwork {
  /** Begins to deliver. Called once. */
  start(handler: PeerHandler): void;
  /**
   * Who is connected to, and where; the own id is ignored. Peers left out are no longer dialled. They may still dial this member,
   * unless they were removed, and are answered on their own connections: who is behind does not know everyone yet (thesis §4.1).
   */
  setPeers(peers: readonly PeerAddress[]): void;
  /** Never blocks. Beyond a bound per peer messages are dropped and the peer reported unreachable. */
  send(messages: readonly Message[]): void;
  /** Streams `chunks` beside everything else and closes them; the outcome comes as onSnapshotSent. */
  sendSnapshot(message: SnapshotMessage, chunks: SnapshotChunks): void;
  /** Asks `to`; undefined: no answer within `timeoutMs`, or not connected. Whether it was heard is then unknown. */
  request(
    to: MemberId,
    options: { readonly payload: Uint8Array; readonly timeoutMs: number },
    done: (answer: Uint8Array | undefined) => void,
  ): void;
  /** Monotonic milliseconds since when `peer` is reachable without a break; undefined when it is not. */
  connectedSince(peer: MemberId): number | undefined;
  close(): void;
}
