/**
 * The network between members: loses, delays, duplicates and so reorders messages, cuts links one way or both, and clogs them. A snapshot is
 * a stream of its own, slower, that arrives whole or fails.
 *
 * Proposals are never duplicated: the transport promises at most one delivery of them, because a log cannot tell a copy from a
 * second write. Everything else must bear it.
 */
import type { MemberId } from '../../../lib/base/brand.ts';
import type { Prng } from '../../../lib/base/prng.ts';
import { describeMessage } from '../raft/describe.ts';
import type { Message } from '../raft/types.ts';
import type { Actor, Delivery, MachineImage, Observer } from './actor.ts';
import type { NetworkParameters } from './parameters.ts';
import { Ways } from './ways.ts';
import type { World } from './world.ts';

/** How much longer than a message a snapshot takes. */
const SNAPSHOT_SLOWDOWN = 10;
/** How often a sender notices that a message could not be delivered. */
const NOTICE_RATE = 0.3;

export class Network {
  readonly ways: Ways;
  readonly #world: World;
  readonly #prng: Prng;
  readonly #observer: Observer;
  readonly #actors = new Map<MemberId, Actor>();
  #parameters: NetworkParameters;

  constructor(options: {
    readonly world: World;
    readonly prng: Prng;
    readonly parameters: NetworkParameters;
    readonly observer: Observer;
  }) {
    this.ways = new Ways(options.world);
    this.#world = options.world;
    this.#prng = options.prng;
    this.#parameters = options.parameters;
    this.#observer = options.observer;
  }

  attach(actor: Actor): void {
    this.#actors.set(actor.id, actor);
  }

  send(message: Message): void {
    this.#observer.sent(message);
    const { lossRate, duplicateRate } = this.#parameters;
    const copies = message.type !== 'propose' && this.#prng.chance(duplicateRate) ? 2 : 1;
    for (let copy = 0; copy < copies; copy++) {
      const isLost = this.#prng.chance(lossRate);
      const delay = this.#delayMs();
      if (isLost) this.#world.note(`lost ${describeMessage(message)}`);
      else this.#world.after(delay, () => this.#arrive({ message, image: undefined }));
    }
  }

  /** Streams `image` with its announcement and tells the sender how it went. */
  stream(message: Message, image: MachineImage): void {
    this.#observer.sent(message);
    const fails = this.#prng.chance(this.#parameters.snapshotFailRate);
    this.#world.after(this.#delayMs() * SNAPSHOT_SLOWDOWN, () => {
      const isDelivered = !fails && this.#deliver({ message, image });
      this.#actors.get(message.from)?.snapshotOutcome(message.to, isDelivered ? 'installed' : 'failed');
    });
  }

  /** From now on nothing is lost, doubled, cut or clogged; delays stay. */
  heal(): void {
    this.ways.heal();
    this.#parameters = { ...this.#parameters, lossRate: 0, duplicateRate: 0, snapshotFailRate: 0 };
  }

  #delayMs(): number {
    return this.#parameters.delayMsMin + this.#prng.exponential(this.#parameters.delayMsMean);
  }

  #arrive(delivery: Delivery): void {
    const { from, to } = delivery.message;
    const wait = this.ways.opensAt(from, to) - this.#world.now;
    // What waited comes in the order in which it had arrived.
    if (wait > 0) this.#world.after(wait, () => this.#arrive(delivery));
    else this.#deliver(delivery);
  }

  #deliver(delivery: Delivery): boolean {
    const { message } = delivery;
    const target = this.#actors.get(message.to);
    const isReachable = target?.isUp() === true && !this.ways.isCut(message.from, message.to);
    if (target === undefined || !isReachable) {
      this.#world.note(`unreachable ${describeMessage(message)}`);
      if (this.#prng.chance(NOTICE_RATE)) this.#actors.get(message.from)?.unreachable(message.to);
      return false;
    }
    this.#world.note(`deliver ${describeMessage(message)}`);
    target.receive(delivery);
    return true;
  }
}
