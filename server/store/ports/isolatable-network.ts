/**
 * A PeerNetwork that can be cut off, for drills: no message leaves, none comes in, no request is answered, while the connections
 * themselves stand. As in a partition, peers find out by silence.
 */
import type { Clock } from './clock.ts';
import type {
  PeerAddress,
  PeerHandler,
  PeerNetwork,
  SnapshotChunks,
  SnapshotMessage,
  SnapshotSink,
} from './peer-network.ts';

export class IsolatableNetwork implements PeerNetwork {
  readonly #network: PeerNetwork;
  readonly #clock: Clock;
  #handler: PeerHandler | undefined;
  #isIsolated = false;

  constructor(network: PeerNetwork, clock: Clock) {
    this.#network = network;
    this.#clock = clock;
  }

  isolate(isIsolated: boolean): void {
    this.#isIsolated = isIsolated;
  }

  start(handler: PeerHandler): void {
    this.#handler = handler;
    this.#network.start({
      onMessage: (message) => {
        if (!this.#isIsolated) handler.onMessage(message);
      },
      onUnreachable: (peer) => handler.onUnreachable(peer),
      onSnapshot: (message) => (this.#isIsolated ? undefined : this.#guarded(handler.onSnapshot(message))),
      onSnapshotSent: (peer, outcome) => handler.onSnapshotSent(peer, outcome),
      isRemoved: (peer) => handler.isRemoved(peer),
      onRemoved: (by) => {
        if (!this.#isIsolated) handler.onRemoved(by);
      },
      members: () => handler.members(),
      onRequest: (from, payload, respond) => {
        if (!this.#isIsolated)
          handler.onRequest(from, payload, (answer) => this.#unlessIsolated(() => respond(answer)));
      },
    });
  }

  setPeers(peers: readonly PeerAddress[]): void {
    this.#network.setPeers(peers);
  }

  send(messages: Parameters<PeerNetwork['send']>[0]): void {
    if (!this.#isIsolated) {
      this.#network.send(messages);
      return;
    }
    const lost = new Set(messages.map(({ to }) => to));
    this.#clock.after(0, () => {
      for (const peer of lost) this.#handler?.onUnreachable(peer);
    });
  }

  sendSnapshot(message: SnapshotMessage, chunks: SnapshotChunks): void {
    if (!this.#isIsolated) {
      this.#network.sendSnapshot(message, chunks);
      return;
    }
    chunks.close();
    this.#clock.after(0, () => this.#handler?.onSnapshotSent(message.to, 'failed'));
  }

  request(...[to, options, done]: Parameters<PeerNetwork['request']>): void {
    if (this.#isIsolated) this.#clock.after(options.timeoutMs, () => done(undefined));
    else this.#network.request(to, options, (answer) => done(this.#isIsolated ? undefined : answer));
  }

  connectedSince(peer: PeerAddress['id']): number | undefined {
    return this.#isIsolated ? undefined : this.#network.connectedSince(peer);
  }

  close(): void {
    this.#handler = undefined;
    this.#network.close();
  }

  /** An image under way when the wall comes up breaks off. */
  #guarded(sink: SnapshotSink | undefined): SnapshotSink | undefined {
    if (sink === undefined) return undefined;
    return {
      write: (chunk) => sink.write(chunk),
      finish: (done) => {
        if (!this.#isIsolated) {
          sink.finish(done);
          return;
        }
        sink.abort();
        this.#clock.after(0, () => done(false));
      },
      abort: () => sink.abort(),
    };
  }

  #unlessIsolated(action: () => void): void {
    if (!this.#isIsolated) action();
  }
}
