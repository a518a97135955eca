/**
 * What operators do to a running cluster: members added as voters or learners, promoted, removed, replaced, several at once, addresses changed; sensible
 * or not. A machine is bought for every addition and switched on once the cluster knows it, perhaps long after.
 */
import { type MemberId, memberId } from '../../../../lib/base/brand.ts';
import type { Prng } from '../../../../lib/base/prng.ts';
import type { MemberChange } from '../../member/member-change.ts';
import { encodeConfChange } from '../../raft/conf-change-codec.ts';
import { shortId } from '../../raft/describe.ts';
import type { ConfChange } from '../../raft/types.ts';
import { Recurring } from '../recurring.ts';
import type { World } from '../world.ts';
import type { MemberCheckers } from './checkers/member-checkers.ts';
import type { Links } from './links.ts';
import { leaderAmong, type MemberSite } from './member-site.ts';

/** Beyond this a run adds nobody: large clusters cost time and show nothing new. */
const MACHINES_MAX = 11;
const SWITCH_ON_LOOK_MS = 100;
const SWITCH_ON_MS_MAX = 2000;

interface OperatorsOptions {
  readonly world: World;
  readonly prng: Prng;
  readonly sites: readonly MemberSite[];
  readonly links: Links;
  readonly checkers: MemberCheckers;
  readonly msMean: number;
  /** Buys a machine for a member with this id. */
  readonly buy: (id: MemberId) => MemberSite;
}

/** Stopped, they change nothing more; machines of members are still switched on. */
export class Operators extends Recurring {
  readonly #options: OperatorsOptions;
  #lastId: bigint;
  changes = 0;

  constructor(options: OperatorsOptions) {
    super(options);
    this.#options = options;
    this.#lastId = options.sites.reduce((most, { id }) => (id > most ? id : most), 0n);
  }

  start(): void {
    this.every(this.#options.msMean, () => this.#act());
  }

  #act(): void {
    const kind = this.prng.pick(['add', 'addLearner', 'promote', 'remove', 'remove', 'replace', 'several', 'update']);
    if (kind === 'add' || kind === 'addLearner') this.#add(kind === 'addLearner');
    else if (kind === 'promote') this.#propose({ kind, id: this.#promotable() });
    else if (kind === 'remove') this.#propose({ kind, id: this.#anyone() });
    else if (kind === 'update')
      this.#propose({ kind, id: this.#anyone(), peerUrls: [`http://moved${this.changes}:1`] });
    else this.#joint(kind === 'replace' ? 1 : this.prng.int(1, 2));
  }

  #add(isLearner: boolean): void {
    const id = this.#newMachine();
    if (id === undefined) return;
    // Now and then with the address of another.
    const name = this.prng.chance(0.1) ? 'm1' : `m${id}`;
    this.#propose({ kind: 'add', id, peerUrls: [`http://${name}:2380`], isLearner });
  }

  /** Several changes in one entry, as no call of etcd's API asks for them: through a joint configuration. */
  #joint(count: number): void {
    const changes: ConfChange['changes'][number][] = [];
    for (let i = 0; i < count; i++) {
      const id = this.#newMachine();
      if (id !== undefined) changes.push({ type: this.prng.pick(['addVoter', 'addVoter', 'addLearner']), id });
      const other = this.#anyone();
      if (!changes.some((change) => change.id === other))
        changes.push({ type: this.prng.pick(['remove', 'remove', 'addLearner']), id: other });
    }
    const transition = this.prng.pick(['auto', 'jointImplicit', 'jointExplicit'] as const);
    this.#forward({ transition, changes });
    if (transition !== 'jointExplicit') return;
    this.#options.world.after(this.prng.int(100, 3000), () => this.leaveJoint());
  }

  /** Leaves a joint configuration that does not leave itself, if there is one. */
  leaveJoint(): void {
    const { members } = this.#options.checkers.states;
    if (members.isJoint && !members.leavesByItself) this.#forward({ transition: 'auto', changes: [] });
  }

  #forward(change: ConfChange): void {
    const { sites, links, world } = this.#options;
    const leader = leaderAmong(sites);
    if (leader === undefined) return;
    this.changes++;
    world.note(
      `operator ${change.transition} ${change.changes.map(({ type, id }) => `${type} ${shortId(id)}`).join()}`,
    );
    links.forwardProposal(leader.id, encodeConfChange(change));
  }

  #propose(change: MemberChange): void {
    const { sites, checkers, world } = this.#options;
    const leader = leaderAmong(sites);
    const site = leader !== undefined && this.prng.chance(0.7) ? leader : this.prng.pick(sites);
    this.changes++;
    world.note(`operator ${change.kind} ${shortId(change.id)} at ${site.name}`);
    site.act(({ core }) => {
      const told = checkers.requests.writeBegins();
      let requestId = 0n;
      core.proposeChange(change, (result) => {
        world.note(`told ${requestId} ${result.ok ? 'changed' : result.error.message}`);
        told(requestId, result);
      });
      requestId = site.lastRequestId;
    });
  }

  #newMachine(): MemberId | undefined {
    const { sites, buy } = this.#options;
    if (sites.length >= MACHINES_MAX) return undefined;
    const id = memberId(++this.#lastId);
    this.#switchOn(buy(id));
    return id;
  }

  #switchOn(site: MemberSite): void {
    const { world, checkers } = this.#options;
    world.after(SWITCH_ON_LOOK_MS, () => {
      if (site.isUp() || site.starts > 0) return;
      if (!checkers.states.members.isMember(site.id)) this.#switchOn(site);
      else
        world.after(this.prng.int(0, SWITCH_ON_MS_MAX), () => {
          if (!site.isUp() && site.starts === 0) site.start();
        });
    });
  }

  #anyone(): MemberId {
    return this.prng.pick(this.#options.sites).id;
  }

  #promotable(): MemberId {
    const [learner] = this.#options.checkers.states.members.learners;
    return learner === undefined ? this.#anyone() : memberId(learner);
  }
}
