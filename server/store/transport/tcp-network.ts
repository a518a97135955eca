/** The PeerNetwork over TCP: lanes to every peer, a listener, requests with answers, images beside them. */
import { assert } from '../../../lib/base/assert.ts';
import type { ClusterId, MemberId } from '../../../lib/base/brand.ts';
import { WireError } from '../../../lib/base/protobuf/reader.ts';
import type { Clock } from '../ports/clock.ts';
import { type Log, silentLog } from '../ports/log.ts';
import type {
  PeerAddress,
  PeerHandler,
  PeerNetwork,
  PeerTraffic,
  SnapshotChunks,
  SnapshotMessage,
} from '../ports/peer-network.ts';
import type { Message, MessageType } from '../raft/types.ts';
import type { TlsEndpoint } from '../tls/tls-endpoint.ts';
import { ClusterAnswer } from './cluster-question.ts';
import { FRAME_HEADER_BYTES, FrameKind } from './frame.ts';
import { type Hello, Lane } from './handshake.ts';
import { decodeMessage, encodeMessage } from './message-codec.ts';
import { PeerHttp } from './peer-http.ts';
import { type Acceptance, type PeerListenAddress, PeerListener, type Reply } from './peer-listener.ts';
import { PeerMeter } from './peer-meter.ts';
import { PeerStream } from './peer-stream.ts';
import { PendingRequests } from './pending-requests.ts';
import { SnapshotReceiver } from './snapshot-receiver.ts';
import { SnapshotSender } from './snapshot-sender.ts';

/** Requests that a member passes on to the leader keep the name of the one who made them. */
const FORWARDED: ReadonlySet<MessageType> = new Set(['propose', 'readIndex', 'transferLeader']);

interface Peer {
  readonly urls: readonly string[];
  readonly control: PeerStream;
  readonly bulk: PeerStream;
  image: SnapshotSender | undefined;
  readonly meter: PeerMeter;
}

interface TcpNetworkOptions {
  readonly clusterId: ClusterId;
  readonly memberId: MemberId;
  readonly clock: Clock;
  readonly log: Log;
  /** Undefined: https:// URLs are not listened on, and dialled with Node's own authorities. */
  readonly tls?: TlsEndpoint | undefined;
  /** What the port's /version says. */
  readonly versions: Readonly<Record<string, string>>;
}

export class TcpNetwork implements PeerNetwork {
  readonly #options: TcpNetworkOptions;
  readonly #peers = new Map<MemberId, Peer>();
  /** Who has a control lane open to this member, and how to write to it. */
  readonly #callers = new Map<MemberId, Reply>();
  readonly #listener: PeerListener;
  readonly #requests: PendingRequests;
  #handler: PeerHandler | undefined;

  constructor(options: TcpNetworkOptions) {
    this.#options = options;
    this.#requests = new PendingRequests(options.clock);
    this.#listener = new PeerListener({
      ...options,
      tls: options.tls,
      isReady: () => this.#handler !== undefined,
      isRemoved: (id) => this.#handle().isRemoved(id),
      accept: (hello, reply) => this.#accept(hello, reply),
      http: new PeerHttp({ ...options, members: () => this.#handle().members() }),
    });
  }

  /** Resolves with the bound port. Rejects with the error of listen(2). */
  listen(address: PeerListenAddress): Promise<number> {
    return this.#listener.listen(address);
  }

  start(handler: PeerHandler): void {
    assert(this.#handler === undefined, 'the peer network was started twice');
    this.#handler = handler;
  }

  setPeers(peers: readonly PeerAddress[]): void {
    const { memberId } = this.#options;
    const wanted = new Map(peers.filter((peer) => peer.id !== memberId).map((peer) => [peer.id, peer]));
    const moved = new Map<MemberId, PeerMeter>();
    for (const [id, peer] of this.#peers) {
      if (wanted.get(id)?.peerUrls.join() === peer.urls.join()) {
        wanted.delete(id);
        continue;
      }
      moved.set(id, peer.meter);
      this.#drop(id, peer);
    }
    for (const peer of wanted.values()) this.#add(peer, moved.get(peer.id));
    this.#listener.cutRemoved();
  }

  send(messages: readonly Message[]): void {
    let unreachable: Set<MemberId> | undefined;
    for (const message of messages) {
      const isBulk = message.type === 'propose' || (message.type === 'appendEntries' && message.entries.length > 0);
      if (this.#deliver(message.to, { kind: FrameKind.MESSAGE, payload: encodeMessage(message), isBulk })) continue;
      unreachable ??= new Set();
      unreachable.add(message.to);
    }
    if (unreachable === undefined) return;
    const lost = unreachable;
    this.#options.clock.after(0, () => {
      for (const id of lost) this.#handler?.onUnreachable(id);
    });
  }

  sendSnapshot(message: SnapshotMessage, chunks: SnapshotChunks): void {
    const { clock, clusterId, memberId, log, tls } = this.#options;
    const { to } = message;
    const peer = this.#peers.get(to);
    const [url] = peer?.urls ?? [];
    if (peer === undefined || url === undefined || peer.image !== undefined) {
      chunks.close();
      clock.after(0, () => this.#handler?.onSnapshotSent(to, 'failed'));
      return;
    }
    const { index } = message.snapshot;
    log('info', 'sending a snapshot', { peer: to.toString(16), index });
    peer.image = new SnapshotSender({
      ...{ clock, url, tls },
      hello: { lane: Lane.SNAPSHOT, clusterId, from: memberId, to },
      message,
      chunks: { next: () => counted(peer.meter, chunks.next()), close: () => chunks.close() },
      onDone: (outcome, reason) => {
        peer.image = undefined;
        if (outcome === 'installed') log('info', 'sent a snapshot', { peer: to.toString(16), index });
        else log('warn', 'could not send a snapshot', { peer: to.toString(16), index, reason });
        this.#handler?.onSnapshotSent(to, outcome);
      },
    });
  }

  request(
    to: MemberId,
    options: { readonly payload: Uint8Array; readonly timeoutMs: number },
    done: (answer: Uint8Array | undefined) => void,
  ): void {
    const { id, framed } = this.#requests.open(options, done);
    if (!this.#deliver(to, { kind: FrameKind.REQUEST, payload: framed })) this.#requests.fail(id);
  }

  traffic(): PeerTraffic[] {
    return [...this.#peers].map(([id, { control, meter }]) => {
      const { sentBytes, receivedBytes, sendFailures, disconnects, roundTripSeconds } = meter;
      const counts = { sentBytes, receivedBytes, sendFailures, disconnects, roundTripSeconds };
      return { id, isConnected: control.upSince !== undefined, ...counts };
    });
  }

  connectedSince(peer: MemberId): number | undefined {
    return this.#peers.get(peer)?.control.upSince;
  }

  close(): void {
    this.#listener.close();
    for (const [id, peer] of this.#peers) this.#drop(id, peer);
    this.#requests.close();
    this.#handler = undefined;
  }

  #add({ id, peerUrls }: PeerAddress, meter = new PeerMeter()): void {
    const { clock, log, clusterId, memberId, tls } = this.#options;
    const stream = (lane: Lane) =>
      new PeerStream({
        clock,
        // Both lanes break together: one of them tells.
        log: lane === Lane.CONTROL ? log : silentLog,
        ...{ urls: peerUrls, tls, meter },
        hello: { lane, clusterId, from: memberId, to: id },
        onDown: (peer) => {
          if (lane === Lane.CONTROL) meter.disconnects++;
          this.#handler?.onUnreachable(peer);
        },
        onFrame: (kind, payload) => this.#frame(id, kind, payload),
        onRemoved: () => this.#handler?.onRemoved(id),
      });
    this.#peers.set(id, {
      urls: peerUrls,
      control: stream(Lane.CONTROL),
      bulk: stream(Lane.BULK),
      image: undefined,
      meter,
    });
  }

  #drop(id: MemberId, peer: Peer): void {
    peer.control.close();
    peer.bulk.close();
    peer.image?.cancel();
    this.#peers.delete(id);
  }

  #handle(): PeerHandler {
    assert(this.#handler !== undefined, 'a peer was accepted before the network was started');
    return this.#handler;
  }

  /**
   * On the lane this member opened, else on the one that the other side opened: who catches up, or was away while peers moved,
   * is reached by those whose addresses it cannot know yet.
   */
  #deliver(to: MemberId, frame: { readonly kind: number; readonly payload: Uint8Array; readonly isBulk?: boolean }) {
    const { kind, payload, isBulk = false } = frame;
    const peer = this.#peers.get(to);
    const lane = isBulk ? peer?.bulk : peer?.control;
    return lane?.send(kind, payload) === true || this.#callers.get(to)?.(kind, payload) === true;
  }

  /** Strangers who ask, and members this one has not heard of, are served and not counted. */
  #accept(hello: Hello, reply: Reply): Acceptance {
    const meter = this.#peers.get(hello.from)?.meter;
    if (meter === undefined) return this.#acceptUncounted(hello, reply);
    const acceptance = this.#acceptUncounted(hello, (kind, payload) => {
      const isSent = reply(kind, payload);
      if (isSent) meter.sentBytes += FRAME_HEADER_BYTES + payload.length;
      return isSent;
    });
    return {
      onFrame: (kind, payload) => {
        meter.receivedBytes += FRAME_HEADER_BYTES + payload.length;
        acceptance.onFrame(kind, payload);
      },
      onClose: () => acceptance.onClose(),
    };
  }

  #acceptUncounted(hello: Hello, reply: Reply): Acceptance {
    const { from, lane } = hello;
    if (lane === Lane.QUESTION) return this.#answerQuestion(reply);
    if (lane === Lane.SNAPSHOT) return new SnapshotReceiver(this.#handle(), reply);
    if (lane === Lane.CONTROL) this.#callers.set(from, reply);
    return {
      onFrame: (kind, payload) => this.#frame(from, kind, payload),
      onClose: () => {
        if (this.#callers.get(from) === reply) this.#callers.delete(from);
      },
    };
  }

  #answerQuestion(reply: Reply): Acceptance {
    const members = [...this.#handle().members()];
    reply(FrameKind.RESPONSE, ClusterAnswer.encode({ clusterId: this.#options.clusterId, members }));
    return { onFrame: () => undefined, onClose: () => undefined };
  }

  /** What `from` says on any lane but that of images. @throws WireError */
  #frame(from: MemberId, kind: number, payload: Uint8Array): void {
    const handler = this.#handler;
    if (handler === undefined) return;
    if (kind === FrameKind.MESSAGE) {
      const message = decodeMessage(payload);
      if (message.from !== from && !FORWARDED.has(message.type))
        throw new WireError(`a message of ${message.from.toString(16)} came from ${from.toString(16)}`);
      handler.onMessage(message);
    } else if (kind === FrameKind.REQUEST) this.#answer(from, payload);
    else if (kind === FrameKind.RESPONSE) this.#requests.answered(payload);
    else throw new WireError(`frame kind ${kind} does not belong on this lane`);
  }

  #answer(from: MemberId, framed: Uint8Array): void {
    const { id, payload } = PendingRequests.parse(framed);
    this.#handle().onRequest(from, payload, (answer) => {
      this.#deliver(from, { kind: FrameKind.RESPONSE, payload: PendingRequests.frame(id, answer) });
    });
  }
}

function counted(meter: PeerMeter, chunk: Uint8Array | undefined): Uint8Array | undefined {
  meter.sentBytes += chunk?.length ?? 0;
  return chunk;
}
