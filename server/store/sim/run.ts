/**
 * One seed, one run: a safety phase under faults, then a liveness phase in which a quorum is healed and must elect a leader,
 * commit and converge within a bound. Everything is drawn from the seed; the same seed gives the same trace hash.
 */
import { AssertionError } from '../../../lib/base/assert.ts';
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
import { RaftMember } from './raft-member.ts';
import { Trace } from './trace.ts';
import { Workload } from './workload.ts';
import { SimulationViolation, World } from './world.ts';

/** A healed cluster must have elected, committed and converged by then: many election timeouts. */
const LIVENESS_TICKS_MAX = 600;
/** How often the liveness phase looks, and tries another write. */
const LIVENESS_PROBE_MS = 500;
const CLOCK_RATES = [0.9, 1, 1, 1, 1.1];

export interface RunOptions {
  readonly print?: (line: string) => void;
  readonly mutation?: string;
}

export interface RunResult {
  readonly seed: number;
  readonly parameters: Parameters;
  /** Of the whole trace, 16 hex digits. */
  readonly hash: string;
  /** Undefined when every property held. */
  readonly violation: string | undefined;
  readonly counts: {
    readonly events: number;
    readonly virtualMs: number;
    readonly committed: number;
    readonly acknowledged: number;
    readonly reads: number;
    readonly leaderships: number;
    readonly crashes: number;
    readonly snapshots: number;
  };
}

export function runSeed(seed: number, options: RunOptions = {}): RunResult {
  const mutation = options.mutation === undefined ? undefined : mutationNamed(options.mutation);
  const restore = mutation?.patchCore?.();
  const run = new Run(seed, options, mutation);
  try {
    return run.result(run.execute());
  } finally {
    restore?.();
  }
}

function mutationNamed(name: string): Mutation {
  const mutation = MUTATIONS[name];
  if (mutation === undefined) {
    throw new RangeError(`unknown mutation ${name}; known: ${Object.keys(MUTATIONS).join(', ')}`);
  }
  return mutation;
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
      ...{ world, prng: this.#prng.fork(), actors, network: this.#network, parameters: faults },
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

  /** Runs to the end; returns the violation, if there was one. */
  execute(): string | undefined {
    try {
      for (const actor of this.#actors) actor.start();
      this.#workload.start();
      this.#faults.start();
      this.#world.queue.runUntil(this.#parameters.durationMs);
      this.#workload.stop();
      this.#faults.stop();
      this.#mustConverge(this.#heal());
      return undefined;
    } catch (error) {
      // Only what a check or an assertion of the store says is a finding; anything else is a fault of the simulator.
      if (error instanceof SimulationViolation || error instanceof AssertionError) return error.message;
      throw error;
    }
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
  #heal(): Actor[] {
    this.#network.heal();
    const { members, spares } = this.#parameters;
    const alive = this.#actors.filter(({ id }) => !this.#faults.dead.has(id));
    const size = spares > 0 ? alive.length : this.#prng.int(Math.floor(members / 2) + 1, alive.length);
    const core = this.#prng.shuffle([...alive]).slice(0, size);
    for (const actor of this.#actors) {
      if (!core.includes(actor) && actor.isUp()) actor.crash();
      if (core.includes(actor) && !actor.isUp()) actor.start();
    }
    this.#world.note(`heal ${core.map(({ id }) => `m${id}`).join(' ')}`);
    return core;
  }

  #mustConverge(core: readonly Actor[]): void {
    let acknowledged = 0;
    const deadline = this.#world.now + LIVENESS_TICKS_MAX * this.#parameters.core.tickMs;
    while (this.#world.now < deadline) {
      this.#workload.write(this.#prng.pick(core), () => acknowledged++);
      this.#world.queue.runUntil(this.#world.now + LIVENESS_PROBE_MS);
      if (acknowledged > 0 && this.#hasConverged(core)) return;
    }
    const states = core.map((actor) => {
      const status = actor.status();
      return `m${actor.id} ${status?.role} t${status?.term} commit ${status?.commitIndex} applied ${status?.appliedIndex}`;
    });
    throw new SimulationViolation(`no progress within ${LIVENESS_TICKS_MAX} ticks of healing: ${states.join('; ')}`);
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

/** How etcd starts a cluster: one configuration entry per member, term 1, committed. */
function bootstrapLog(ids: readonly MemberId[]): Entry[] {
  return ids.map((id, i) => ({
    term: term(1),
    index: logIndex(i + 1),
    ...encodeConfChange({ transition: 'auto', changes: [{ type: 'addVoter', id }] }),
  }));
}
