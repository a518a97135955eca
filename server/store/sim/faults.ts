/** What goes wrong, when, and to whom, until the world is healed: crashes, partitions, clogs, stalls, hanging and dead disks; and what operators do. */
import type { MemberId } from '../../../lib/base/brand.ts';
import type { Prng } from '../../../lib/base/prng.ts';
import { shortId } from '../raft/describe.ts';
import type { ConfChange } from '../raft/types.ts';
import type { Actor } from './actor.ts';
import type { FaultParameters } from './parameters.ts';
import { Recurring } from './recurring.ts';
import type { Ways } from './ways.ts';
import type { World } from './world.ts';

const STALL_MS_MAX = 3000;
const DISK_HANG_MS_MAX = 4000;

/** What faults need of a member, whichever stack runs. */
type Target = Pick<
  Actor,
  'id' | 'isUp' | 'start' | 'crash' | 'stall' | 'hangDisk' | 'status' | 'transferLeader' | 'changeMembers'
>;

export class Faults extends Recurring {
  readonly #actors: readonly Target[];
  readonly #ways: Ways;
  readonly #parameters: FaultParameters;
  readonly #deadMax: number;
  crashes = 0;
  /** Members whose disk is gone for good. */
  readonly dead = new Set<MemberId>();

  constructor(options: {
    readonly world: World;
    readonly prng: Prng;
    readonly actors: readonly Target[];
    readonly ways: Ways;
    readonly parameters: FaultParameters;
    /** So many disks may die without anybody's data being lost; they need a quorum that stays. */
    readonly deadMax?: number;
  }) {
    super(options);
    this.#actors = options.actors;
    this.#ways = options.ways;
    this.#parameters = options.parameters;
    this.#deadMax = options.deadMax ?? 0;
  }

  start(): void {
    const faults = this.#parameters;
    this.every(faults.crashMsMean, () => this.#crash());
    this.every(faults.partitionMsMean, () => this.#partition());
    this.every(faults.clogMsMean, () => this.#clog());
    this.every(faults.diskHangMsMean, () => this.#pick().hangDisk(this.prng.int(1, DISK_HANG_MS_MAX)));
    this.every(faults.stallMsMean, () => this.#pick().stall(this.prng.int(1, STALL_MS_MAX)));
    this.every(faults.transferMsMean, () => this.#pick().transferLeader(this.#pick().id));
    this.every(faults.membershipMsMean, () => this.#changeMembers());
  }

  #crash(): void {
    const everyone = this.prng.chance(this.#parameters.blackoutRate);
    for (const actor of everyone ? this.#actors : [this.#pick()]) {
      if (!actor.isUp()) continue;
      this.crashes++;
      actor.crash();
      if (this.dead.size < this.#deadMax && this.prng.chance(this.#parameters.deadDiskRate)) {
        this.dead.add(actor.id);
        this.world.note(`${shortId(actor.id)} has lost its disk`);
        continue;
      }
      this.world.after(this.prng.exponential(this.#parameters.downMsMean), () => {
        if (!actor.isUp() && !this.isStopped) actor.start();
      });
    }
  }

  /** One way of one link, or all that a member hears. */
  #clog(): void {
    const to = this.#pick();
    const from = this.prng.chance(0.5) ? this.#actors : [this.#pick()];
    const lengthMs = this.prng.exponential(this.#parameters.clogLengthMsMean);
    this.world.note(`clog ${from.map(({ id }) => shortId(id)).join(' ')} to ${shortId(to.id)}`);
    for (const { id } of from) this.#ways.clog(id, to.id, lengthMs);
  }

  /** Splits the members in two; one way only: the second half is heard but does not hear, or the other way round. */
  #partition(): void {
    const shuffled = this.prng.shuffle([...this.#actors]);
    const size = this.prng.int(1, Math.max(1, shuffled.length - 1));
    const inside = shuffled.slice(0, size);
    const outside = shuffled.slice(size);
    const isOneWay = this.prng.chance(this.#parameters.oneWayRate);
    const links: [MemberId, MemberId][] = [];
    for (const a of inside) {
      for (const b of outside) {
        links.push([a.id, b.id]);
        if (!isOneWay) links.push([b.id, a.id]);
      }
    }
    this.world.note(`partition ${inside.map(({ id }) => shortId(id)).join(' ')}${isOneWay ? ' one way' : ''}`);
    for (const [from, to] of links) this.#ways.cut(from, to);
    this.world.after(this.prng.exponential(this.#parameters.partitionLengthMsMean), () => {
      for (const [from, to] of links) this.#ways.mend(from, to);
    });
  }

  /** Any change at all, also senseless ones: the core must refuse what does not fit. */
  #changeMembers(): void {
    const kinds = ['addVoter', 'addLearner', 'remove'] as const;
    const count = this.prng.pick([1, 1, 1, 2, 3]);
    const ids = this.prng.shuffle(this.#actors.map(({ id }) => id)).slice(0, count);
    const transition = this.prng.pick(['auto', 'auto', 'jointImplicit', 'jointExplicit'] as const);
    const change: ConfChange = { transition, changes: ids.map((id) => ({ type: this.prng.pick(kinds), id })) };
    this.#leader().changeMembers(change);
    if (transition !== 'jointExplicit') return;
    this.world.after(this.prng.exponential(this.#parameters.membershipMsMean), () =>
      this.#leader().changeMembers({ transition: 'auto', changes: [] }),
    );
  }

  #leader(): Target {
    return this.#actors.find((actor) => actor.status()?.role === 'leader') ?? this.#pick();
  }

  #pick(): Target {
    return this.prng.pick(this.#actors);
  }
}
