/**
 * One seed, one run: a safety phase under faults, then a liveness phase in which a quorum is healed and must elect a leader,
 * commit and converge within a bound. Everything is drawn from the seed; the same seed gives the same trace hash.
 */
import { logIndex, type MemberId, memberId, term } from '../../../lib/base/brand.ts';
import { Prng } from '../../../lib/base/prng.ts';
import { encodeConfChange } from '../raft/conf-change-codec.ts';
import type { Entry } from '../raft/types.ts';
import type { Actor } from './actor.ts';
import { Checkers } from './checkers/checkers.ts';
import { Faults } from './faults.ts';
import { MUTATIONS, type Mutation } from './mutations.ts';
import { Network } from './network.ts';
import { drawParameters, type Parameters } from './parameters.ts';
import { CLOCK_RATES, type RunOptions, runOnly, runPhases, type SeedResult, withMutation } from './phases.ts';
import { RaftMember } from './raft-member.ts';
import { Trace } from './trace.ts';
import { Workload } from './workload.ts';
import { World } from './world.ts';

/** How often the liveness phase looks, and tries another write. */
const LIVENESS_PROBE_MS = 500;

type Count = 'events' | 'virtualMs' | 'committed' | 'acknowledged' | 'reads' | 'leaderships' | 'crashes' | 'snapshots';
export type RunResult = SeedResult<Parameters, Readonly<Record<Count, number>>>;

/** Runs bare cores from one seed. @throws RangeError for an unknown mutation */
export function runSeed(seed: number, options: RunOptions = {}): RunResult {
  return withMutation(MUTATIONS, options.mutation, (mutation) => {
    const run = new Run(seed, options, mutation);
    return run.result(run.execute());
  });
}

class Run {
  readonly #seed: number;
  readonly #prng: Prng;
  readonly #parameters: Parameters;
  readonly #world: World;
  readonly #checkers = new Checkers();
  readonly #network: Network;
  readonly #actors: Actor[] = [];
  readonly #workload: Workload;
  readonly #faults: Faults;

  constructor(seed: number, options: RunOptions, mutation: Mutation | undefined) {
    this.#seed = seed;
    this.#prng = new Prng(seed);
    this.#parameters = drawParameters(this.#prng.fork());
    this.#world = new World(new Trace(options.print));
    const world = this.#world;
    const { network, faults, workload } = this.#parameters;
    this.#network = new Network({ world, prng: this.#prng.fork(), parameters: network, observer: this.#checkers });
    this.#createActors(mutation);
    const actors = this.#actors;
    const { clients } = this.#checkers;
    this.#workload = new Workload({ world, prng: this.#prng.fork(), actors, clients, parameters: workload });
    this.#faults = new Faults({
      ...{ world, prng: this.#prng.fork(), actors, ways: this.#network.ways, parameters: faults },
      // Where members change nobody knows beforehand whose disk is needed.
      deadMax: this.#parameters.spares > 0 ? 0 : Math.floor((this.#parameters.members - 1) / 2),
    });
  }

  #createActors(mutation: Mutation | undefined): void {
    const { members, spares, core, disk } = this.#parameters;
    const ids = Array.from({ length: members + spares }, (_, i) => memberId(BigInt(i + 1)));
    const bootstrap = bootstrapLog(ids.slice(0, members));
    for (const [i, id] of ids.entries()) {
      const actor = new RaftMember({
        id,
        world: this.#world,
        network: this.#network,
        observer: this.#checkers,
        prng: this.#prng.fork(),
        clockRate: this.#prng.pick(CLOCK_RATES),
        core,
        disk,
        bootstrap: i < members ? bootstrap : [],
        mutation: mutation?.member ?? {},
      });
      this.#actors.push(actor);
      this.#network.attach(actor);
    }
  }

  execute(): string | undefined {
    let acknowledged = 0;
    return runPhases({
      world: this.#world,
      durationMs: this.#parameters.durationMs,
      members: this.#actors,
      parts: [this.#workload, this.#faults],
      tickMs: this.#parameters.core.tickMs,
      probeMs: LIVENESS_PROBE_MS,
      heal: () => this.#heal(),
      probe: (core) => this.#workload.write(this.#prng.pick(core), () => acknowledged++),
      owes: (core) => (acknowledged > 0 && this.#hasConverged(core) ? undefined : describeStates(core)),
    });
  }

  result(violation: string | undefined): RunResult {
    const { clients, promises, history, snapshotsInstalled } = this.#checkers;
    return {
      seed: this.#seed,
      parameters: this.#parameters,
      hash: this.#world.trace.hash(),
      violation,
      counts: {
        events: this.#world.queue.eventsRun,
        virtualMs: Math.round(this.#world.now),
        committed: history.lastIndex,
        acknowledged: clients.acknowledgedWrites,
        reads: clients.answeredReads,
        leaderships: promises.leaderships,
        crashes: this.#faults.crashes,
        snapshots: snapshotsInstalled,
      },
    };
  }

  /** Ends all faults and starts a quorum: a random one, or everybody where membership changes left the voters open. */
  #heal(): readonly Actor[] {
    this.#network.heal();
    const { members, spares } = this.#parameters;
    const alive = this.#actors.filter(({ id }) => !this.#faults.dead.has(id));
    const size = spares > 0 ? alive.length : this.#prng.int(Math.floor(members / 2) + 1, alive.length);
    const core = this.#prng.shuffle([...alive]).slice(0, size);
    runOnly(this.#actors, core);
    this.#world.note(`heal ${core.map(({ id }) => `m${id}`).join(' ')}`);
    return core;
  }

  /** Every healed member that takes part has applied what was acknowledged, and there is a leader among them. */
  #hasConverged(core: readonly Actor[]): boolean {
    const leader = core.find((actor) => actor.status()?.role === 'leader')?.status();
    if (leader === undefined) return false;
    const takesPart = new Set<MemberId>([...leader.confState.voters, ...leader.confState.learners]);
    return core.every((actor) => {
      const applied = actor.status()?.appliedIndex ?? 0;
      return !takesPart.has(actor.id) || applied >= this.#checkers.clients.lastAcknowledgedIndex;
    });
  }
}

const describeStates = (core: readonly Actor[]): string =>
  core
    .map((actor) => {
      const status = actor.status();
      return `m${actor.id} ${status?.role} t${status?.term} commit ${status?.commitIndex} applied ${status?.appliedIndex}`;
    })
    .join('; ');

/** How etcd starts a cluster: one configuration entry per member, term 1, committed. */
function bootstrapLog(ids: readonly MemberId[]): Entry[] {
  return ids.map((id, i) => ({
    term: term(1),
    index: logIndex(i + 1),
    ...encodeConfChange({ transition: 'auto', changes: [{ type: 'addVoter', id }] }),
  }));
}
