/**
 * State-machine safety with content: every response of every member is the one the reference store gives, and every whole state
 * (after a restart, after an image, now and then, at the end) is the reference's at that index, with equal HashKV everywhere.
 */
import { defined } from '../../../../../lib/base/assert.ts';
import type { LogIndex, MemberId } from '../../../../../lib/base/brand.ts';
import { RangeRequest } from '../../../../../lib/base/etcdpb/kv.ts';
import type { InternalRaftRequest } from '../../../../../lib/base/etcdpb/raft.ts';
import type { Applied, StateMachine } from '../../../apply/types.ts';
import { shortId } from '../../../raft/describe.ts';
import { ENTRY_NORMAL, type Entry } from '../../../raft/types.ts';
import { SimulationViolation } from '../../world.ts';
import { ReferenceMembers } from './reference-members.ts';
import { ReferenceStore } from './reference-store.ts';
import { EMPTY_SHAPE, outcomeShape, pairOf, pairShape, responseShape } from './shapes.ts';

/** How many entries apart whole states are compared. */
const WHOLE_EVERY = 32;
const ALL = RangeRequest.create({ key: Uint8Array.of(0), rangeEnd: Uint8Array.of(0) });

/** The reference after one entry. */
interface Mark {
  readonly shape: string;
  readonly revision: number;
  readonly compactRevision: number;
  readonly leases: string;
  readonly members: string;
}

export class StateChecker {
  readonly reference: ReferenceStore;
  readonly members = new ReferenceMembers();
  readonly #marks: Mark[] = [];
  readonly #hashes = new Map<number, string>();
  wholeStatesCompared = 0;

  constructor(leaseTtlMin: number) {
    this.reference = new ReferenceStore(leaseTtlMin);
  }

  committed(entry: Entry, request: InternalRaftRequest | undefined): void {
    const { reference, members } = this;
    const body = entry.type === ENTRY_NORMAL ? EMPTY_SHAPE : members.apply(entry);
    const quiet = body === EMPTY_SHAPE ? responseShape(body, reference.revision) : body;
    const shape = request === undefined ? quiet : reference.apply(request);
    const { revision, compactRevision } = reference;
    this.#marks.push({ shape, revision, compactRevision, leases: reference.leaseShape(), members: members.shape() });
  }

  shapeAt(index: LogIndex): string {
    return this.#markAt(index).shape;
  }

  revisionAt(index: number): number {
    return this.#markAt(index).revision;
  }

  applied(
    id: MemberId,
    what: { readonly index: LogIndex; readonly outcome: Applied['outcome']; readonly machine: StateMachine },
  ): void {
    const { index, outcome, machine } = what;
    const expected = this.#markAt(index);
    const shape = outcomeShape(outcome);
    if (shape !== expected.shape) {
      throw new SimulationViolation(
        `${shortId(id)} answers entry ${index} with "${shape}", expected "${expected.shape}"`,
      );
    }
    if (index % WHOLE_EVERY === 0) this.checkWhole(id, machine);
  }

  checkWhole(id: MemberId, machine: StateMachine): void {
    this.wholeStatesCompared++;
    const index = machine.appliedIndex();
    const mark = index === 0 ? undefined : this.#markAt(index);
    const { revision = 1, compactRevision = 0, leases = '', members: expectedMembers = '' } = mark ?? {};
    const { kv } = machine;
    this.#mustBe(id, index, { what: 'revision', found: kv.revision(), expected: revision });
    this.#mustBe(id, index, { what: 'compact revision', found: kv.compactRevision(), expected: compactRevision });
    const pairs = kv.range(ALL).kvs.map((pair) => pairShape(pairOf(pair)));
    const expected = this.reference.pairs({ key: '\0', end: '\0' }, revision).map(pairShape);
    this.#mustBe(id, index, { what: 'content', found: pairs.join(' '), expected: expected.join(' ') });
    this.#mustBe(id, index, { what: 'leases', found: leaseShape(machine), expected: leases });
    const { hash } = kv.hashKv(0);
    const members = machine.members().map((member) => `${member.id}${member.isLearner ? 'l' : ''}`);
    this.#mustBe(id, index, { what: 'members', found: members.join(), expected: expectedMembers });
    const voters = machine.confState().voters.join();
    const text = `HashKV ${hash} members ${members.join()} voters ${voters} auth ${authShape(machine)}`;
    const known = this.#hashes.get(index);
    if (known === undefined) this.#hashes.set(index, text);
    else this.#mustBe(id, index, { what: 'HashKV, membership and users', found: text, expected: known });
  }

  #mustBe(
    id: MemberId,
    index: number,
    { what, found, expected }: { what: string; found: string | number; expected: string | number },
  ): void {
    if (found === expected) return;
    throw new SimulationViolation(`${shortId(id)} at index ${index} has ${what} "${found}", expected "${expected}"`);
  }

  #markAt(index: number): Mark {
    return defined(this.#marks[index - 1], `nothing is known to be committed at ${index}`);
  }
}

function leaseShape({ leases }: StateMachine): string {
  const one = (id: ReturnType<typeof leases.list>[number]) => {
    const lease = defined(leases.get(id), `lease ${id} is listed and unknown`);
    const keys = lease.keys.map((key) => String.fromCharCode(...key));
    return `${id}:${lease.grantedTtl}:${lease.remainingTtl}:${keys}`;
  };
  return leases.list().map(one).sort().join(' ');
}

function authShape({ auth }: StateMachine): string {
  const users = auth.userNames().map((name) => `${name}=${auth.user(name)?.roles.join('+')}`);
  return `${auth.isEnabled} ${auth.revision} ${users} ${auth.roleNames()}`;
}
