/**
 * The network among whole members: the PeerNetwork port of each, over links that lose, delay and break.
 *
 * What the contract (../../ports/peer-network.ts) promises is kept, and no more: a message arrives once or not at all, messages of
 * one lane keep their order, lanes overtake each other, an image arrives whole or fails. Messages travel encoded.
 */
import { type MemberId, term } from '../../../../lib/base/brand.ts';
import type { Prng } from '../../../../lib/base/prng.ts';
import type { PeerHandler, PeerNetwork, SnapshotChunks, SnapshotMessage } from '../../ports/peer-network.ts';
import { describeMessage, shortId } from '../../raft/describe.ts';
import type { Message, ProposedEntry } from '../../raft/types.ts';
import { decodeMessage, encodeMessage } from '../../transport/message-codec.ts';
import type { NetworkParameters } from '../parameters.ts';
import { Ways } from '../ways.ts';
import type { World } from '../world.ts';
import { ImageTransfer } from './image-transfer.ts';

const NOTICE_RATE = 0.3;
const REDIAL_MS = 1000;

/** A process as the network knows it. A restarted member is another process at the same address. */
export interface NetworkProcess {
  readonly id: MemberId;
  isAlive(): boolean;
  /** Runs `action` in this process: later when it is stalled, never when it is dead. */
  enter(action: () => void): void;
  /** Runs `action` after `delayMs` of the process's own time. */
  after(delayMs: number, action: () => void): { cancel(): void };
}

interface Endpoint {
  readonly process: NetworkProcess;
  readonly handler: PeerHandler;
  peers: ReadonlySet<MemberId>;
}

interface LinksOptions {
  readonly world: World;
  readonly prng: Prng;
  readonly parameters: NetworkParameters;
  readonly onSent: (message: Message) => void;
}

export class Links {
  readonly options: LinksOptions;
  readonly ways: Ways;
  readonly #endpoints = new Map<MemberId, Endpoint>();
  readonly #lastArrival = new Map<string, number>();
  #parameters: NetworkParameters;
  imagesInstalled = 0;

  constructor(options: LinksOptions) {
    this.options = options;
    this.ways = new Ways(options.world);
    this.#parameters = options.parameters;
  }

  /** The port of a process that is about to start. */
  port(process: NetworkProcess): PeerNetwork {
    let endpoint: Endpoint | undefined;
    const own = () => (endpoint !== undefined && process.isAlive() ? endpoint : undefined);
    return {
      start: (handler) => {
        endpoint = { process, handler, peers: new Set() };
        this.#endpoints.set(process.id, endpoint);
        this.#redial(endpoint);
      },
      setPeers: (peers) => {
        const from = own();
        if (from !== undefined) from.peers = new Set(peers.map(({ id }) => id));
      },
      send: (messages) => {
        const from = own();
        if (from !== undefined) for (const message of messages) this.#send(from, message);
      },
      sendSnapshot: (message, chunks) => {
        const from = own();
        if (from === undefined) chunks.close();
        else this.#sendImage(from, message, chunks);
      },
      request: (to, request, done) => {
        const from = own();
        if (from !== undefined) this.#request({ from, to }, request, done);
      },
      connectedSince: (peer) => (this.reach(process.id, peer) === undefined ? undefined : 0),
      close: () => undefined,
    };
  }

  /** From now on nothing is lost, cut or clogged; delays stay. */
  heal(): void {
    this.ways.heal();
    this.#parameters = { ...this.#parameters, lossRate: 0, snapshotFailRate: 0 };
  }

  /** The process that hears what `from` sends to `to` now. */
  reach(from: MemberId, to: MemberId): Endpoint | undefined {
    const target = this.#endpoints.get(to);
    if (target === undefined || !target.process.isAlive() || this.ways.isCut(from, to)) return undefined;
    if (!target.handler.isRemoved(from)) return target;
    this.#tellRemoved(from, to);
    return undefined;
  }

  /** Somebody's client library hands a proposal on to the leader, which is sent like any member's. */
  forwardProposal(to: MemberId, entry: ProposedEntry): void {
    const target = this.reach(to, to);
    if (target === undefined) return;
    const message: Message = { type: 'propose', from: to, to, term: term(0), entries: [entry] };
    this.options.world.after(this.delayMs(), () => target.process.enter(() => target.handler.onMessage(message)));
  }

  /** Members dial whom they know all the time; only what they may hear then matters here. */
  #redial(endpoint: Endpoint): void {
    endpoint.process.after(REDIAL_MS, () => {
      for (const peer of endpoint.peers) this.reach(endpoint.process.id, peer);
      this.#redial(endpoint);
    });
  }

  /** Whoever dials a member that knows of its removal is told so. */
  #tellRemoved(id: MemberId, by: MemberId): void {
    const { world } = this.options;
    const removed = this.#endpoints.get(id);
    if (removed === undefined || this.ways.isCut(by, id)) return;
    world.after(this.delayMs(), () => removed.process.enter(() => removed.handler.onRemoved(by)));
  }

  /** `from` dials whom it knows, and answers on the connection of whoever knows it. */
  #hasWay(from: Endpoint, to: MemberId): boolean {
    return from.peers.has(to) || this.#endpoints.get(to)?.peers.has(from.process.id) === true;
  }

  delayMs(): number {
    return this.#parameters.delayMsMin + this.options.prng.exponential(this.#parameters.delayMsMean);
  }

  #send(from: Endpoint, message: Message): void {
    const { world, prng, onSent } = this.options;
    if (!this.#hasWay(from, message.to)) return;
    onSent(message);
    if (prng.chance(this.#parameters.lossRate)) {
      world.note(`lost ${describeMessage(message)}`);
      if (prng.chance(NOTICE_RATE)) this.#notice(from, message.to);
      return;
    }
    const isBulk = message.type === 'appendEntries' || message.type === 'propose';
    const encoded = encodeMessage(message);
    this.#inOrder(message, isBulk, () => {
      const target = this.reach(message.from, message.to);
      if (target === undefined) {
        world.note(`unreachable ${describeMessage(message)}`);
        if (prng.chance(NOTICE_RATE)) this.#notice(from, message.to);
        return;
      }
      world.note(`deliver ${describeMessage(message)}`);
      target.process.enter(() => target.handler.onMessage(decodeMessage(encoded)));
    });
  }

  #notice(from: Endpoint, peer: MemberId): void {
    from.process.after(0, () => from.handler.onUnreachable(peer));
  }

  #inOrder({ from, to }: Pick<Message, 'from' | 'to'>, isBulk: boolean, arrive: () => void): void {
    const { world } = this.options;
    const lane = `${from}>${to}/${isBulk}`;
    const opensAt = Math.max(world.now, this.ways.opensAt(from, to));
    const at = Math.max(this.#lastArrival.get(lane) ?? 0, opensAt + this.delayMs());
    this.#lastArrival.set(lane, at);
    world.after(at - world.now, arrive);
  }

  #sendImage(from: Endpoint, message: SnapshotMessage, chunks: SnapshotChunks): void {
    const { prng, onSent, world } = this.options;
    onSent(message);
    world.note(`image ${describeMessage(message)}`);
    const failsAfter = prng.chance(this.#parameters.snapshotFailRate) ? prng.int(0, 3) : undefined;
    new ImageTransfer({ links: this, from, message, chunks, failsAfter }).start();
  }

  #request(
    way: { readonly from: Endpoint; readonly to: MemberId },
    request: { readonly payload: Uint8Array; readonly timeoutMs: number },
    done: (answer: Uint8Array | undefined) => void,
  ): void {
    const { from, to } = way;
    const { world } = this.options;
    const sender = from.process.id;
    let isOver = false;
    const finish = (answer: Uint8Array | undefined) => {
      if (isOver) return;
      isOver = true;
      done(answer);
    };
    from.process.after(request.timeoutMs, () => finish(undefined));
    if (!this.#hasWay(from, to)) return;
    this.#inOrder({ from: sender, to }, false, () => {
      const target = this.reach(sender, to);
      if (target === undefined) return;
      world.note(`request ${shortId(sender)}>${shortId(to)}`);
      const respond = (answer: Uint8Array) => {
        if (!target.process.isAlive()) return;
        this.#inOrder({ from: to, to: sender }, false, () => {
          if (this.reach(to, sender) === from) from.process.enter(() => finish(answer));
        });
      };
      target.process.enter(() => target.handler.onRequest(sender, request.payload, respond));
    });
  }
}
