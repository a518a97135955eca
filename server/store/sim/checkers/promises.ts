/**
 * What members promise each other in messages, against what their disks hold: one leader per term, one vote per term and
 * member, hard states that never go back, and no acknowledgement or vote before it is durable.
 */
import { defined } from '../../../../lib/base/assert.ts';
import { type MemberId, NO_MEMBER } from '../../../../lib/base/brand.ts';
import { shortId } from '../../raft/describe.ts';
import type { HardState, Message, Ready } from '../../raft/types.ts';
import type { DurableLog } from '../actor.ts';
import { SimulationViolation } from '../world.ts';

export class PromiseChecker {
  readonly #leaders = new Map<number, MemberId>();
  readonly #votes = new Map<string, MemberId>();
  /** Who granted a pre-vote to a candidate of a term. */
  readonly #preVotes = new Map<string, Set<MemberId>>();
  readonly #disks = new Map<MemberId, DurableLog>();
  readonly #hardStates = new Map<MemberId, HardState>();

  /** Terms that had a leader. */
  get leaderships(): number {
    return this.#leaders.size;
  }

  started(id: MemberId, disk: DurableLog): void {
    this.#disks.set(id, disk);
    this.#hardStates.set(id, disk.hardState);
  }

  ready(id: MemberId, ready: Ready): void {
    const next = ready.hardState;
    if (next === undefined) return;
    const before = defined(this.#hardStates.get(id), `${shortId(id)} is not watched`);
    const isMonotone = next.term >= before.term && next.commitIndex >= before.commitIndex;
    const keepsVote = next.term > before.term || before.vote === NO_MEMBER || next.vote === before.vote;
    if (!isMonotone || !keepsVote) {
      throw new SimulationViolation(
        `hard state of ${shortId(id)} goes from ${describeHardState(before)} to ${describeHardState(next)}`,
      );
    }
    this.#hardStates.set(id, next);
  }

  sent(message: Message): void {
    switch (message.type) {
      case 'appendEntries':
      case 'heartbeat':
      case 'installSnapshot':
        this.#leads(message.from, message.term);
        return;
      case 'preVoteResponse':
        if (!message.reject) this.#grantsPreVote(message.to, message.term, message.from);
        return;
      case 'requestVote':
        if (!message.isTransfer) this.#mayCampaign(message.from, message.term);
        this.#votesFor(message.from, message.term, message.from);
        return;
      case 'requestVoteResponse':
        if (!message.reject) this.#votesFor(message.from, message.term, message.to);
        return;
      case 'appendEntriesResponse':
        if (!message.reject) this.#acknowledges(message.from, message.term, message.index);
        return;
      default:
    }
  }

  #leads(id: MemberId, term: number): void {
    const known = this.#leaders.get(term);
    if (known === undefined) this.#leaders.set(term, id);
    else if (known !== id) {
      throw new SimulationViolation(`election safety: ${shortId(known)} and ${shortId(id)} both lead term ${term}`);
    }
  }

  #grantsPreVote(candidate: MemberId, term: number, voter: MemberId): void {
    const key = `${candidate}@${term}`;
    const granted = this.#preVotes.get(key) ?? new Set();
    this.#preVotes.set(key, granted.add(voter));
  }

  /** Who asks others for votes was encouraged by somebody besides itself (thesis §9.6); how many it needs is the core's to know. */
  #mayCampaign(candidate: MemberId, term: number): void {
    if (this.#preVotes.has(`${candidate}@${term}`)) return;
    throw new SimulationViolation(
      `${shortId(candidate)} asks for votes in term ${term}, and nobody granted it a pre-vote`,
    );
  }

  #votesFor(voter: MemberId, term: number, candidate: MemberId): void {
    const key = `${voter}@${term}`;
    const known = this.#votes.get(key);
    if (known !== undefined && known !== candidate) {
      throw new SimulationViolation(
        `${shortId(voter)} votes for ${shortId(candidate)} in term ${term} after ${shortId(known)}`,
      );
    }
    this.#votes.set(key, candidate);
    const { hardState } = defined(this.#disks.get(voter), `${shortId(voter)} is not watched`);
    if (hardState.term > term || (hardState.term === term && hardState.vote === candidate)) return;
    throw new SimulationViolation(
      `${shortId(voter)} votes for ${shortId(candidate)} in term ${term}, its disk says ${describeHardState(hardState)}`,
    );
  }

  /** Once the disk is in a later term, its log may have lost the acknowledged tail again: nothing to compare with. */
  #acknowledges(id: MemberId, term: number, index: number): void {
    const disk = defined(this.#disks.get(id), `${shortId(id)} is not watched`);
    const last = disk.start.index + disk.entries.length;
    if (disk.hardState.term > term || (disk.hardState.term === term && last >= index)) return;
    throw new SimulationViolation(
      `${shortId(id)} acknowledges ${index} in term ${term}, its disk ends at ${last} in term ${disk.hardState.term}`,
    );
  }
}

const describeHardState = (state: HardState): string =>
  `(term ${state.term}, vote ${shortId(state.vote)}, commit ${state.commitIndex})`;
