/**
 * Who belongs to the cluster after each committed change, reckoned again: sets and a few rules, no code of the store. Says what the members must
 * answer, and whom they must take for removed.
 */
import { utf8Decode } from '../../../../../lib/base/bytes.ts';
import { ConfChangeType, RaftConfChange, RaftConfChangeV2 } from '../../../../../lib/base/etcdpb/raft.ts';
import { ENTRY_CONF_CHANGE, type Entry } from '../../../raft/types.ts';
import { EMPTY_SHAPE } from './shapes.ts';

interface Change {
  readonly type: number;
  readonly id: bigint;
}

interface Context {
  readonly peerURLs?: readonly string[];
  readonly isPromote?: boolean;
}

export class ReferenceMembers {
  readonly voters = new Set<bigint>();
  readonly learners = new Set<bigint>();
  readonly removed = new Set<bigint>();
  readonly #urls = new Map<bigint, readonly string[]>();
  /** Voters of the configuration being left. */
  #outgoing: Set<bigint> | undefined;
  /** To become learners when it is left. */
  #demoted = new Set<bigint>();
  #leavesByItself = false;

  isMember(id: bigint): boolean {
    return this.voters.has(id) || this.learners.has(id) || this.#outgoing?.has(id) === true;
  }

  get isJoint(): boolean {
    return this.#outgoing !== undefined;
  }

  get leavesByItself(): boolean {
    return this.#leavesByItself;
  }

  /** Everyone with a part in it, by ascending id; who does not vote (any more) is marked. */
  shape(): string {
    const all = new Set([...this.voters, ...this.learners, ...(this.#outgoing ?? [])]);
    const isLearner = (id: bigint) => this.learners.has(id) || this.#demoted.has(id);
    const sorted = [...all].sort((a, b) => (a < b ? -1 : 1));
    return sorted.map((id) => `${id}${isLearner(id) ? 'l' : ''}`).join();
  }

  /** Takes one committed change; answers the shape of the response. */
  apply(entry: Entry): string {
    if (entry.type === ENTRY_CONF_CHANGE) {
      const { type, nodeId, context } = RaftConfChange.decode(entry.data);
      const text = context === undefined || context.length === 0 ? undefined : (utf8Decode(context) ?? '');
      return this.#single({ type, id: nodeId }, text === undefined ? undefined : (JSON.parse(text) as Context));
    }
    const { transition, changes } = RaftConfChangeV2.decode(entry.data);
    const list = changes.map(({ type, nodeId }) => ({ type, id: nodeId }));
    if (list.length === 0) return this.#leave();
    return this.#several(list, { isJoint: transition !== 0 || list.length > 1, leavesByItself: transition !== 2 });
  }

  #single(change: Change, context: Context | undefined): string {
    const { type, id } = change;
    const urls = context?.peerURLs ?? [];
    const isTaken = [...this.#urls].some(([other, theirs]) => other !== id && theirs.some((url) => urls.includes(url)));
    if (this.removed.has(id)) return 'refused: member not found';
    const isKnown = this.isMember(id);
    if (type === ConfChangeType.REMOVE_NODE || type === ConfChangeType.UPDATE_NODE || context?.isPromote === true) {
      if (!isKnown) return 'refused: member not found';
    } else if (isKnown) return 'refused: member ID already exist';
    if (context?.isPromote === true && !this.learners.has(id)) return 'refused: can only promote a learner member';
    if (type === ConfChangeType.REMOVE_NODE && this.voters.has(id) && this.voters.size === 1)
      return 'refused: re-configuration failed due to not enough started members';
    if (isTaken) return 'refused: Peer URLs already exists';
    if (type === ConfChangeType.ADD_LEARNER_NODE && this.learners.size > 0)
      return 'refused: too many learner members in cluster';
    if (context !== undefined && context.isPromote !== true) this.#urls.set(id, urls);
    this.#take(change);
    this.#sweep([id]);
    return EMPTY_SHAPE;
  }

  #several(changes: readonly Change[], way: { readonly isJoint: boolean; readonly leavesByItself: boolean }): string {
    for (const { type, id } of changes) {
      if (this.removed.has(id)) return 'refused: member not found';
      if (type === ConfChangeType.REMOVE_NODE && !this.isMember(id)) return 'refused: member not found';
    }
    const before = new Set([...this.voters, ...this.learners]);
    if (way.isJoint) this.#outgoing = new Set(this.voters);
    this.#leavesByItself = way.leavesByItself;
    for (const change of changes) this.#take(change);
    this.#sweep(before);
    return EMPTY_SHAPE;
  }

  #leave(): string {
    const before = this.#outgoing ?? [];
    this.#outgoing = undefined;
    for (const id of this.#demoted) this.learners.add(id);
    this.#demoted = new Set();
    this.#sweep(before);
    return EMPTY_SHAPE;
  }

  #take({ type, id }: Change): void {
    if (type === ConfChangeType.UPDATE_NODE) return;
    this.voters.delete(id);
    this.learners.delete(id);
    this.#demoted.delete(id);
    if (type === ConfChangeType.ADD_NODE) this.voters.add(id);
    else if (type === ConfChangeType.ADD_LEARNER_NODE)
      (this.#outgoing?.has(id) === true ? this.#demoted : this.learners).add(id);
  }

  #sweep(candidates: Iterable<bigint>): void {
    for (const id of candidates) {
      if (this.isMember(id)) continue;
      this.removed.add(id);
      this.#urls.delete(id);
    }
  }
}
