/**
 * One seed, one run of whole members: a safety phase under faults, then a quorum is healed and must elect a leader, commit,
 * converge, serve every watch and let every silent lease go, all within a bound. The same seed gives the same trace hash.
 */
import { type ClusterId, clusterId, type MemberId, memberId } from '../../../../lib/base/brand.ts';
import { Prng } from '../../../../lib/base/prng.ts';
import type { InitialCluster } from '../../member/bootstrap.ts';
import { Faults } from '../faults.ts';
import { CLOCK_RATES, type RunOptions, runOnly, runPhases, type SeedResult, withMutation } from '../phases.ts';
import { Trace } from '../trace.ts';
import { World } from '../world.ts';
import { MemberCheckers } from './checkers/member-checkers.ts';
import { Clients } from './clients.ts';
import { Defragmenters } from './defragmenters.ts';
import { DiskFaults } from './disk-faults.ts';
import { LeaseClients } from './lease-clients.ts';
import { Links } from './links.ts';
import { ELECTION_MS, HEARTBEAT_MS, leaderAmong, MemberSite } from './member-site.ts';
import { MEMBER_MUTATIONS, type Mutation } from './mutations.ts';
import { Operators } from './operators.ts';
import { drawMemberParameters, type MemberParameters } from './parameters.ts';
import { WatchClients } from './watch-clients.ts';

/** How often the liveness phase looks, and tries another write. */
const LIVENESS_PROBE_MS = 250;
const CLOCK_RATE_MIN = Math.min(...CLOCK_RATES);

export type MemberRunResult = SeedResult<MemberParameters>;

/** Runs whole members from one seed. @throws RangeError for an unknown mutation */
export function runMemberSeed(seed: number, options: RunOptions = {}): MemberRunResult {
  return withMutation(MEMBER_MUTATIONS, options.mutation, (mutation) => {
    const run = new MemberRun(seed, options, mutation);
    return run.result(run.execute());
  });
}

class MemberRun {
  readonly #seed: number;
  readonly #prng: Prng;
  readonly #parameters: MemberParameters;
  readonly #world: World;
  readonly #checkers: MemberCheckers;
  readonly #links: Links;
  readonly #sites: MemberSite[];
  readonly #operators: Operators;
  readonly #mutation: Mutation | undefined;
  readonly #leases: LeaseClients;
  readonly #watches: WatchClients;
  readonly #clients: Clients;
  readonly #faults: Faults;
  readonly #diskFaults: DiskFaults;
  readonly #defragmenters: Defragmenters;

  constructor(seed: number, options: RunOptions, mutation: Mutation | undefined) {
    this.#seed = seed;
    this.#mutation = mutation;
    this.#prng = new Prng(seed);
    this.#parameters = drawMemberParameters(this.#prng.fork());
    this.#world = new World(new Trace(options.print));
    const world = this.#world;
    const { network, faults, clients } = this.#parameters;
    this.#checkers = new MemberCheckers({
      electionTimeoutMs: ELECTION_MS,
      clockRateMin: CLOCK_RATE_MIN,
      now: () => world.now,
    });
    const checkers = this.#checkers;
    const onSent = checkers.sent.bind(checkers);
    this.#links = new Links({ world, prng: this.#prng.fork(), parameters: network, onSent });
    this.#sites = this.#createSites();
    const common = () => ({ world, prng: this.#prng.fork(), sites: this.#sites, checkers });
    this.#leases = new LeaseClients({ ...common(), count: clients.leases });
    this.#watches = new WatchClients({ ...common(), count: clients.watchers });
    this.#clients = new Clients({ ...common(), parameters: clients, leases: this.#leases });
    const hidesRot = mutation?.member.hidesRot === true;
    this.#diskFaults = new DiskFaults({ ...common(), parameters: this.#parameters, hidesRot });
    this.#operators = new Operators({
      ...{ ...common(), links: this.#links, msMean: this.#parameters.operatorMsMean },
      buy: (id) => this.#buySite(id),
    });
    this.#faults = new Faults({
      ...{ world, prng: this.#prng.fork(), actors: this.#sites, ways: this.#links.ways },
      parameters: faults,
    });
    this.#defragmenters = new Defragmenters({ ...common(), parameters: this.#parameters });
  }

  #createSites(): MemberSite[] {
    const ids = Array.from({ length: this.#parameters.members }, (_, i) => memberId(BigInt(i + 1)));
    const cluster: InitialCluster = {
      clusterId: this.#clusterId(),
      members: ids.map((id) => ({ id, name: `m${id}`, peerUrls: [`http://m${id}:2380`] })),
    };
    return ids.map((id) => this.#createSite(id, cluster));
  }

  #createSite(id: MemberId, cluster: InitialCluster | undefined): MemberSite {
    return new MemberSite({
      ...{ id, cluster, world: this.#world, links: this.#links, checkers: this.#checkers },
      clusterId: this.#clusterId(),
      prng: this.#prng.fork(),
      clockRate: this.#prng.pick(CLOCK_RATES),
      parameters: this.#parameters,
      mutation: this.#mutation?.member ?? {},
    });
  }

  #clusterId(): ClusterId {
    return clusterId(BigInt(this.#seed) + 1n);
  }

  #buySite(id: MemberId): MemberSite {
    const site = this.#createSite(id, undefined);
    this.#sites.push(site);
    return site;
  }

  execute(): string | undefined {
    const clients = [this.#clients, this.#leases, this.#watches, this.#defragmenters];
    const busy = [...clients, this.#faults, this.#operators, this.#diskFaults];
    let acknowledged = 0;
    return runPhases<MemberSite>({
      world: this.#world,
      durationMs: this.#parameters.durationMs,
      members: this.#sites,
      parts: busy,
      tickMs: HEARTBEAT_MS,
      probeMs: LIVENESS_PROBE_MS,
      heal: () => this.#heal(),
      probe: (core) => {
        // What was still on its way into the log may have added somebody.
        for (const site of core) if (!site.isUp() && this.#checkers.states.members.isMember(site.id)) site.start();
        this.#operators.leaveJoint();
        if (acknowledged === 0) this.#clients.write(this.#prng.pick(core), () => acknowledged++);
      },
      owes: (core) => {
        const owed = acknowledged === 0 ? 'no write is acknowledged' : this.#unsettled(core);
        if (owed === undefined)
          for (const site of core) site.act(({ machine }) => this.#checkers.states.checkWhole(site.id, machine));
        return owed;
      },
    });
  }

  result(violation: string | undefined): MemberRunResult {
    const { requests, promises, history, watches, leases, states } = this.#checkers;
    return {
      seed: this.#seed,
      parameters: this.#parameters,
      hash: this.#world.trace.hash(),
      violation,
      counts: {
        events: this.#world.queue.eventsRun,
        virtualMs: Math.round(this.#world.now),
        committed: history.lastIndex,
        acknowledged: requests.acknowledged,
        defragmented: this.#defragmenters.answered,
        unknown: requests.unknown,
        reads: requests.reads,
        watchEvents: watches.events,
        renewals: leases.renewals,
        expired: leases.expired,
        states: states.wholeStatesCompared,
        leaderships: promises.leaderships,
        crashes: this.#faults.crashes,
        images: this.#links.imagesInstalled,
        diskFaults: this.#diskFaults.struck,
        refusals: this.#diskFaults.refusals,
        changes: this.#operators.changes,
        removed: this.#checkers.states.members.removed.size,
      },
    };
  }

  /** Ends all faults and starts a random quorum, or everybody where changes left the voters open; the others stay down. */
  #heal(): readonly MemberSite[] {
    this.#links.heal();
    const { members, operatorMsMean } = this.#parameters;
    const size = operatorMsMean > 0 ? this.#sites.length : this.#prng.int(Math.floor(members / 2) + 1, members);
    const core = operatorMsMean > 0 ? this.#sites : this.#prng.shuffle([...this.#sites]).slice(0, size);
    runOnly(this.#sites, core);
    this.#world.note(`heal ${core.map(({ name }) => name).join(' ')}`);
    return core;
  }

  /** What a healed cluster still owes; undefined: nothing. */
  #unsettled(core: readonly MemberSite[]): string | undefined {
    if (leaderAmong(core) === undefined) return 'there is no leader';
    const last = this.#checkers.history.lastIndex;
    const { members } = this.#checkers.states;
    const ghost = core.find((site) => members.removed.has(site.id) && this.#hearsOfRemoval(site, core));
    if (ghost !== undefined) return `${ghost.name} was removed and runs on`;
    if (members.isJoint) return 'a joint configuration is not left';
    const isBehind = (site: MemberSite) => (site.running?.machine.appliedIndex() ?? 0) < last;
    const behind = core.find((site) => members.isMember(site.id) && isBehind(site));
    if (behind !== undefined) return `${behind.name} is behind ${last}`;
    const leases = this.#checkers.states.reference.leaseShape();
    if (leases !== '') return `leases that nobody renews live on: ${leases}`;
    const owing = this.#defragmenters.owing(core);
    if (owing !== undefined) return `${owing.name} does not answer a defragmentation`;
    const missing = this.#watches.missing();
    return missing === 0 ? undefined : `watchers miss ${missing} events`;
  }

  /** Its own log says that it was removed, or somebody whom it dials. Who knows only others that are gone has nobody to ask, and waits. */
  #hearsOfRemoval({ id, running }: MemberSite, core: readonly MemberSite[]): boolean {
    if (running === undefined) return false;
    if (running.machine.isRemoved(id)) return true;
    const { members } = this.#checkers.states;
    const dialled = new Set(running.machine.members().map((member) => member.id));
    const knows = (site: MemberSite) => members.isMember(site.id) || site.running?.machine.isRemoved(id) === true;
    return core.some((site) => dialled.has(site.id) && knows(site));
  }
}
