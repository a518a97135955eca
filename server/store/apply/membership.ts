/**
 * Who belongs to the cluster, as the log decided: members with their URLs and names, ids that were removed for ever, and
 * the Raft core's ConfState. Changes that make no sense when their turn comes (two racing adds, a removed id) are refused
 * the same way on every member and leave everything as it was.
 */
import type { MemberId } from '../../../lib/base/brand.ts';
import type { Member } from '../../../lib/base/etcdpb/cluster.ts';
import { type EtcdError, etcdErrors } from '../../../lib/base/etcdpb/errors.ts';
import { confMembers } from '../raft/conf-change.ts';
import type { ConfState } from '../raft/types.ts';
import type { DecodedConfChange } from './conf-change.ts';

export const EMPTY_CONF_STATE: ConfState = {
  voters: [],
  learners: [],
  votersOutgoing: [],
  learnersNext: [],
  autoLeave: false,
};

/** As etcd's --max-learners. Every member must refuse alike, so it is no setting here. */
const LEARNERS_MAX = 1;

export interface MembershipRecord {
  readonly members: readonly Member[];
  readonly removed: readonly bigint[];
  readonly confState: ConfState;
  readonly clusterVersion: string;
}

export class Membership {
  readonly #members = new Map<bigint, Member>();
  readonly #removed = new Set<bigint>();
  confState: ConfState = EMPTY_CONF_STATE;
  /** As set by etcd's cluster version entries; empty when none came. */
  clusterVersion = '';

  /** By ascending id. */
  list(): Member[] {
    return [...this.#members.values()].sort((a, b) => (a.id < b.id ? -1 : 1));
  }

  isRemoved(id: MemberId): boolean {
    return this.#removed.has(id);
  }

  /** Why this change must not take effect, or undefined. */
  refusal({ change, context }: DecodedConfChange): EtcdError | undefined {
    for (const { type, id } of change.changes) {
      const known = this.#members.get(id);
      if (this.#removed.has(id)) return etcdErrors.memberNotFound();
      if (type === 'remove' || type === 'update') {
        if (known === undefined) return etcdErrors.memberNotFound();
        if (type === 'remove' && change.changes.length === 1 && this.#isLastVoter(known))
          return etcdErrors.tooFewStarted();
        if (type === 'update' && context !== undefined && this.#urlsTaken(context.member))
          return etcdErrors.peerUrlExists();
        continue;
      }
      if (context === undefined || context.member.id !== id) continue; // A raw change of a joint configuration.
      if (context.isPromote) {
        if (known === undefined) return etcdErrors.memberNotFound();
        if (!known.isLearner) return etcdErrors.notLearner();
      } else if (known !== undefined) return etcdErrors.memberExists();
      else if (this.#urlsTaken(context.member)) return etcdErrors.peerUrlExists();
      else if (type === 'addLearner' && this.#learners() >= LEARNERS_MAX) return etcdErrors.tooManyLearners();
    }
    return undefined;
  }

  /**
   * Takes a change in that refusal() lets pass, with the configuration it led to. Who is removed by way of a joint configuration stays
   * a member until it is left: the outgoing majority is needed to leave it (thesis §4.3).
   */
  apply({ change, context }: DecodedConfChange, confState: ConfState): void {
    for (const { type, id } of change.changes) {
      const known = this.#members.get(id);
      const given = context?.member.id === id ? context.member : undefined;
      if (type === 'remove') continue;
      if (type === 'update') {
        if (known !== undefined && given !== undefined) this.#members.set(id, { ...known, peerUrls: given.peerUrls });
      } else {
        const member = known ?? given ?? { id, name: '', peerUrls: [], clientUrls: [], isLearner: false };
        this.#members.set(id, { ...member, isLearner: type === 'addLearner' });
      }
    }
    this.confState = confState;
    const takesPart = new Set<bigint>(confMembers(confState));
    for (const id of this.#members.keys()) {
      if (takesPart.has(id)) continue;
      this.#members.delete(id);
      this.#removed.add(id);
    }
  }

  /** A member announced its name and client URLs. Unknown members are ignored: they were removed meanwhile. */
  setAttributes(id: bigint, attributes: { readonly name: string; readonly clientUrls: readonly string[] }): void {
    const known = this.#members.get(id);
    if (known !== undefined) this.#members.set(id, { ...known, ...attributes });
  }

  record(): MembershipRecord {
    const removed = [...this.#removed].sort((a, b) => (a < b ? -1 : 1));
    return { members: this.list(), removed, confState: this.confState, clusterVersion: this.clusterVersion };
  }

  replace(record: MembershipRecord): void {
    this.#members.clear();
    for (const member of record.members) this.#members.set(member.id, member);
    this.#removed.clear();
    for (const id of record.removed) this.#removed.add(id);
    this.confState = record.confState;
    this.clusterVersion = record.clusterVersion;
  }

  #isLastVoter(member: Member): boolean {
    return !member.isLearner && this.#members.size - this.#learners() === 1;
  }

  #learners(): number {
    return this.list().filter(({ isLearner }) => isLearner).length;
  }

  #urlsTaken(member: Member): boolean {
    const others = this.list().filter(({ id }) => id !== member.id);
    return others.some(({ peerUrls }) => peerUrls.some((url) => member.peerUrls.includes(url)));
  }
}
