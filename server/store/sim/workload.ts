/** Clients: write and read at members drawn at random, each write with a number of its own, at most once. */
import type { Prng } from '../../../lib/base/prng.ts';
import type { Actor } from './actor.ts';
import type { ClientChecker } from './checkers/clients.ts';
import type { WorkloadParameters } from './parameters.ts';
import { Recurring } from './recurring.ts';
import type { World } from './world.ts';

/** Most clients know the leader, as an etcd client balancing over members soon does. */
const AIM_RATE = 0.6;

export class Workload extends Recurring {
  readonly #actors: readonly Actor[];
  readonly #clients: ClientChecker;
  readonly #parameters: WorkloadParameters;
  #operations = 0;

  constructor(options: {
    readonly world: World;
    readonly prng: Prng;
    readonly actors: readonly Actor[];
    readonly clients: ClientChecker;
    readonly parameters: WorkloadParameters;
  }) {
    super(options);
    this.#actors = options.actors;
    this.#clients = options.clients;
    this.#parameters = options.parameters;
  }

  get operations(): number {
    return this.#operations;
  }

  start(): void {
    this.every(this.#parameters.writeMsMean, () => this.write(this.#pick()));
    this.every(this.#parameters.readMsMean, () => this.#read(this.#pick()));
  }

  /** One write at `actor`; `done` when it is acknowledged. */
  write(actor: Actor, done: () => void = () => {}): void {
    const operation = ++this.#operations;
    actor.write(operation, this.prng.int(0, this.#parameters.payloadBytesMax), (index) => {
      this.world.note(`ack ${operation} at ${index}`);
      this.#clients.writeAcknowledged(operation, index);
      done();
    });
  }

  #read(actor: Actor): void {
    const answered = this.#clients.readBegins();
    actor.read((index) => {
      this.world.note(`read at ${index}`);
      answered(index);
    });
  }

  #pick(): Actor {
    const leader = this.#actors.find((actor) => actor.status()?.role === 'leader');
    return leader !== undefined && this.prng.chance(AIM_RATE) ? leader : this.prng.pick(this.#actors);
  }
}
