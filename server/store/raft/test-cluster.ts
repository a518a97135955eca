/**
 * A cluster of cores on a perfect network, for tests: messages are delivered in order until nothing is left to do, storage is
 * durable at once unless a test holds it back, and a test may cut links or take single steps.
 */
import { defined } from '../../../lib/base/assert.ts';
import { logIndex, type MemberId, memberId, NO_MEMBER, term } from '../../../lib/base/brand.ts';
import { utf8Encode } from '../../../lib/base/bytes.ts';
import { decodeConfChange, encodeConfChange, isConfChangeType } from './conf-change-codec.ts';
import { createRaftNode } from './node.ts';
import {
  type ConfChange,
  type ConfState,
  ENTRY_NORMAL,
  type Entry,
  type Message,
  type MessageType,
  type ProposeResult,
  type RaftConfig,
  type RaftNode,
  type RaftStatus,
  type ReadState,
  type Ready,
} from './types.ts';

export const id = (value: number): MemberId => memberId(BigInt(value));
export const ids = (...values: readonly number[]): MemberId[] => values.map(id);

export const voters = (...values: readonly number[]): ConfState => ({
  voters: ids(...values),
  learners: [],
  votersOutgoing: [],
  learnersNext: [],
  autoLeave: false,
});

export const ELECTION_TICKS = 10;

export function configOf(self: number, changes: Partial<RaftConfig> = {}): RaftConfig {
  return {
    id: id(self),
    electionTicks: ELECTION_TICKS,
    heartbeatTicks: 1,
    // Member n waits electionTicks + n - 1 ticks: the lowest id campaigns first.
    random: () => (self - 1) / ELECTION_TICKS,
    hardState: { term: term(0), vote: NO_MEMBER, commitIndex: logIndex(0) },
    snapshot: { term: term(0), index: logIndex(0), confState: voters(1, 2, 3) },
    entries: [],
    appliedIndex: logIndex(0),
    appendBytesMax: 1024 * 1024,
    inflightMessagesMax: 256,
    uncommittedBytesMax: 1024 * 1024,
    ...changes,
  };
}

/** Entries 1.. with these terms. */
export const logOf = (...terms: readonly number[]): Entry[] =>
  terms.map((t, i) => ({ term: term(t), index: logIndex(i + 1), type: ENTRY_NORMAL, data: new Uint8Array(0) }));

export const hardStateOf = (t: number, vote = 0, commit = 0): RaftConfig['hardState'] => ({
  term: term(t),
  vote: id(vote),
  commitIndex: logIndex(commit),
});

/** One member with everything it put out. */
export class TestMember {
  readonly id: MemberId;
  readonly node: RaftNode;
  readonly applied: Entry[] = [];
  readonly reads: ReadState[] = [];
  /** Readies whose durability the test holds back. */
  readonly unflushed: Ready[] = [];
  isDiskSlow = false;
  appliesChanges = true;

  constructor(config: RaftConfig) {
    this.id = config.id;
    this.node = createRaftNode(config);
  }

  get status(): RaftStatus {
    return this.node.status();
  }

  propose(text: string): ProposeResult {
    return this.node.propose([{ type: ENTRY_NORMAL, data: utf8Encode(text) }]);
  }

  change(change: ConfChange): ProposeResult {
    return this.node.propose([encodeConfChange(change)]);
  }

  /** Handles every Ready; returns the messages to deliver, in order. */
  takeMessages(): Message[] {
    const out: Message[] = [];
    while (this.node.hasReady()) {
      const ready = this.node.ready();
      out.push(...ready.messages);
      this.unflushed.push(ready);
      if (!this.isDiskSlow) out.push(...this.flush());
      this.#apply(ready);
    }
    return out;
  }

  /** Makes everything written so far durable; returns the messages that waited for it. */
  flush(): Message[] {
    const out: Message[] = [];
    for (const ready of this.unflushed.splice(0)) {
      this.node.persisted(ready);
      out.push(...ready.messagesAfterPersist);
    }
    return out;
  }

  #apply(ready: Ready): void {
    for (const entry of ready.committedEntries) {
      this.applied.push(entry);
      if (isConfChangeType(entry.type) && this.appliesChanges) {
        const change = decodeConfChange(entry);
        if (change.ok) this.node.applyConfChange(change.value);
      }
      this.node.applied(entry.index);
    }
    this.reads.push(...ready.readStates);
  }
}

export class TestCluster {
  readonly members: TestMember[];
  /** Every message that was delivered. */
  readonly delivered: Message[] = [];
  readonly #isolated = new Set<MemberId>();
  #drops: (message: Message) => boolean = () => false;

  constructor(configs: readonly RaftConfig[]) {
    this.members = configs.map((config) => new TestMember(config));
  }

  static of(...selves: readonly number[]): TestCluster {
    const confState = voters(...selves);
    const snapshot = { term: term(0), index: logIndex(0), confState };
    return new TestCluster(selves.map((self) => configOf(self, { snapshot })));
  }

  member(self: number): TestMember {
    return defined(
      this.members.find((member) => member.id === id(self)),
      `no member ${self}`,
    );
  }

  leader(): TestMember {
    return defined(
      this.members.find((member) => member.status.role === 'leader' && !this.#isolated.has(member.id)),
      'no leader',
    );
  }

  isolate(...selves: readonly number[]): void {
    for (const self of selves) this.#isolated.add(id(self));
  }

  rejoin(...selves: readonly number[]): void {
    for (const self of selves) this.#isolated.delete(id(self));
  }

  dropWhere(drops: (message: Message) => boolean): void {
    this.#drops = drops;
  }

  /** Delivers until nothing is left to do. */
  settle(): void {
    for (;;) {
      const messages = this.members.flatMap((member) => member.takeMessages());
      if (messages.length === 0) return;
      this.deliver(messages);
    }
  }

  deliver(messages: readonly Message[]): void {
    for (const message of messages) {
      if (this.#isolated.has(message.from) || this.#isolated.has(message.to) || this.#drops(message)) continue;
      this.delivered.push(message);
      this.members.find((member) => member.id === message.to)?.node.step(message);
    }
  }

  elect(self: number): TestMember {
    const member = this.member(self);
    member.node.campaign();
    this.settle();
    return member;
  }

  /** Ticks the given members (all when none is named), settling after each tick. */
  tick(count: number, ...selves: readonly number[]): void {
    for (let i = 0; i < count; i++) {
      for (const member of this.members) {
        if (selves.length === 0 || selves.map(id).includes(member.id)) member.node.tick();
      }
      this.settle();
    }
  }

  countDelivered(type: MessageType): number {
    return this.delivered.filter((message) => message.type === type).length;
  }
}

/** Everything a lone core puts out now, its storage durable at once. */
export function outputOf(node: RaftNode): Message[] {
  const out: Message[] = [];
  while (node.hasReady()) {
    const ready = node.ready();
    node.persisted(ready);
    out.push(...ready.messages, ...ready.messagesAfterPersist);
    const last = ready.committedEntries.at(-1);
    if (last !== undefined) node.applied(last.index);
  }
  return out;
}
