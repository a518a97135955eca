/**
 * A member process around a bare Raft core: the smallest driver that honours the order of effects of a Ready with truly
 * asynchronous storage. The real member (../member) takes its place behind the same Actor interface.
 *
 * Order, line by line (types.ts, Ready): send messages · write snapshot, entries, hard state · flush · when durable, in order:
 * persisted(), then messagesAfterPersist · apply committed entries, then applied() · answer reads.
 *
 * Over 300 lines in one file on purpose: that order is what a reviewer checks, in one read from top to bottom.
 */
import { assert, defined } from '../../../lib/base/assert.ts';
import { type LogIndex, logIndex, type MemberId } from '../../../lib/base/brand.ts';
import type { Prng } from '../../../lib/base/prng.ts';
import { decodeConfChange, encodeConfChange, isConfChangeType } from '../raft/conf-change-codec.ts';
import { describeStatus, shortId } from '../raft/describe.ts';
import { createRaftNode } from '../raft/node.ts';
import {
  type ConfChange,
  type ConfState,
  ENTRY_NORMAL,
  type Entry,
  type Message,
  type RaftNode,
  type RaftStatus,
  type Ready,
} from '../raft/types.ts';
import type { Actor, Delivery, MachineImage, Observer } from './actor.ts';
import { encodeOperation, Machine, operationOf } from './machine.ts';
import type { MemberMutation } from './mutations.ts';
import type { Network } from './network.ts';
import type { CoreParameters, DiskParameters } from './parameters.ts';
import { SimWal } from './sim-wal.ts';
import { ProcessClock, type World } from './world.ts';

export interface MemberOptions {
  readonly id: MemberId;
  readonly world: World;
  readonly network: Network;
  readonly observer: Observer;
  readonly prng: Prng;
  readonly clockRate: number;
  readonly core: CoreParameters;
  readonly disk: DiskParameters;
  /** The log a new cluster begins with; empty for a member that joins later. */
  readonly bootstrap: readonly Entry[];
  readonly mutation: MemberMutation;
}

interface PendingPersist {
  readonly ready: Ready;
  /** Durable when the log's flushed count has reached this. */
  readonly flushedCount: number;
}

interface PendingRead {
  index: LogIndex | undefined;
  readonly done: (index: LogIndex) => void;
}

export class RaftMember implements Actor {
  readonly id: MemberId;
  readonly #options: MemberOptions;
  readonly #clock: ProcessClock;
  readonly #wal: SimWal;
  #node: RaftNode | undefined;
  #machine: Machine;
  #persists: PendingPersist[] = [];
  #toApply: Entry[] = [];
  /** Images received beside announcements, by index, until a Ready asks for one: the core may find them old. */
  #received = new Map<LogIndex, MachineImage>();
  #isTakeDue = false;
  #isApplyDue = false;
  #writes = new Map<number, (index: LogIndex) => void>();
  #reads = new Map<number, PendingRead>();
  #readCount = 0;

  constructor(options: MemberOptions) {
    this.id = options.id;
    this.#options = options;
    this.#clock = new ProcessClock(options.world, options.clockRate);
    this.#wal = new SimWal(this.#clock, options.prng.fork(), options.disk);
    this.#wal.onFlushed(() => this.#finishPersists());
    this.#wal.entries = [...options.bootstrap];
    const last = options.bootstrap.at(-1);
    if (last !== undefined) {
      this.#wal.hardState = { ...this.#wal.hardState, term: last.term, commitIndex: last.index };
    }
    this.#machine = new Machine(this.#wal.image);
  }

  isUp(): boolean {
    return this.#node !== undefined;
  }

  start(): void {
    assert(this.#node === undefined, `${shortId(this.id)} is already up`);
    const { core, prng, mutation } = this.#options;
    const wal = this.#wal;
    const hardState = mutation.recoverHardState?.(wal.hardState) ?? wal.hardState;
    const random = prng.fork();
    this.#machine = new Machine(wal.image);
    this.#node = createRaftNode({
      id: this.id,
      electionTicks: core.electionTicks,
      heartbeatTicks: core.heartbeatTicks,
      random: () => random.float(),
      hardState,
      snapshot: { ...wal.start, confState: wal.image.confState },
      confState: wal.image.confState,
      entries: wal.entries,
      appliedIndex: wal.image.index,
      appendBytesMax: core.appendBytesMax,
      inflightMessagesMax: core.inflightMessagesMax,
      inflightBytesMax: core.inflightBytesMax,
      uncommittedBytesMax: core.uncommittedBytesMax,
      ...mutation.core,
    });
    this.#options.observer.started(this.id, wal);
    this.#note(`start from ${wal.start.index} last ${wal.start.index + wal.entries.length} image ${wal.image.index}`);
    this.#tick();
    this.#keepImageDurable();
    this.#takeSoon();
  }

  crash(): void {
    this.#note('crash');
    this.#node = undefined;
    this.#clock.restart();
    this.#wal.crash();
    this.#persists = [];
    this.#toApply = [];
    this.#received.clear();
    this.#isTakeDue = false;
    this.#isApplyDue = false;
    this.#writes.clear();
    this.#reads.clear();
    this.#options.observer.crashed(this.id);
  }

  stall(lengthMs: number): void {
    this.#note(`stall ${lengthMs.toFixed(0)}`);
    this.#clock.stall(lengthMs);
  }

  hangDisk(lengthMs: number): void {
    this.#note(`disk hangs ${lengthMs.toFixed(0)}`);
    this.#wal.hang(lengthMs);
  }

  receive(delivery: Delivery): void {
    this.#run((node) => {
      if (delivery.image !== undefined) this.#received.set(delivery.image.index, delivery.image);
      node.step(delivery.message);
    });
  }

  unreachable(to: MemberId): void {
    this.#run((node) => node.reportUnreachable(to));
  }

  snapshotOutcome(to: MemberId, outcome: 'installed' | 'failed'): void {
    this.#run((node) => node.reportSnapshot(to, outcome));
  }

  write(operation: number, payloadBytes: number, done: (index: LogIndex) => void): void {
    this.#run((node) => {
      const result = node.propose([{ type: ENTRY_NORMAL, data: encodeOperation(operation, payloadBytes) }]);
      this.#note(`write ${operation} ${result}`);
      if (result === 'accepted' && this.#options.mutation.acknowledgesBeforeCommit) done(node.status().lastIndex);
      else if (result === 'accepted' || result === 'forwarded') this.#writes.set(operation, done);
    });
  }

  read(done: (index: LogIndex) => void): void {
    this.#run((node) => {
      const stale = this.#options.mutation.readIndex?.(node);
      const read = ++this.#readCount;
      const result = stale === undefined ? node.readIndex(contextOf(read)) : 'accepted';
      if (result === 'accepted' || result === 'forwarded') this.#reads.set(read, { index: stale, done });
      if (stale !== undefined) this.#answerReads();
    });
  }

  changeMembers(change: ConfChange): void {
    this.#run((node) => {
      const ids = change.changes.map(({ type, id }) => `${type} ${shortId(id)}`).join(', ');
      this.#note(`change ${change.transition} ${ids}: ${node.propose([encodeConfChange(change)])}`);
    });
  }

  transferLeader(to: MemberId): void {
    this.#run((node) => {
      this.#note(`transfer to ${shortId(to)}`);
      node.transferLeader(to);
    });
  }

  status(): RaftStatus | undefined {
    return this.#node?.status();
  }

  /** Everything that touches the core passes here: not while stalled, and a Ready may be there afterwards. */
  #run(action: (node: RaftNode) => void): void {
    this.#clock.afterReal(0, () => {
      if (this.#node === undefined) return;
      action(this.#node);
      this.#takeSoon();
    });
  }

  #tick(): void {
    this.#clock.after(this.#options.core.tickMs, () => {
      this.#running().tick();
      this.#takeSoon();
      this.#tick();
    });
  }

  #takeSoon(): void {
    if (this.#isTakeDue || this.#node?.hasReady() !== true) return;
    this.#isTakeDue = true;
    this.#clock.afterReal(this.#options.prng.float() * this.#options.core.gatherMsMax, () => {
      this.#isTakeDue = false;
      this.#take();
    });
  }

  #take(): void {
    const node = this.#running();
    if (!node.hasReady()) return;
    const ready = node.ready();
    this.#options.observer.ready(this.id, ready, node.status());
    if (ready.softState !== undefined) this.#note(describeStatus(node.status()));
    for (const message of ready.messages) this.#send(message);
    this.#write(ready);
    for (const entry of ready.committedEntries) this.#toApply.push(entry);
    for (const { index, context } of ready.readStates) {
      const read = this.#reads.get(readOf(context));
      if (read !== undefined && read.index === undefined) read.index = index;
    }
    this.#finishPersists();
    this.#applySoon();
    this.#answerReads();
    this.#takeSoon();
  }

  #write(ready: Ready): void {
    const wal = this.#wal;
    if (ready.snapshot !== undefined) {
      // What was to be applied is part of the state that is about to replace this one.
      this.#toApply = [];
      const image = defined(this.#received.get(ready.snapshot.index), `no image at ${ready.snapshot.index}`);
      wal.append({ kind: 'snapshot', image });
    }
    for (const entry of ready.entries) wal.append({ kind: 'entry', entry });
    if (ready.hardState !== undefined) wal.append({ kind: 'hardState', hardState: ready.hardState });
    const earlier = this.#persists.at(-1)?.flushedCount ?? 0;
    this.#persists.push({ ready, flushedCount: ready.mustSync ? wal.writtenCount : earlier });
    if (ready.mustSync) wal.flush();
  }

  #finishPersists(): void {
    const isEarly = this.#options.mutation.acknowledgesBeforeFlush === true;
    for (;;) {
      const next = this.#persists[0];
      if (next === undefined || (next.flushedCount > this.#wal.flushedCount && !isEarly)) break;
      this.#persists.shift();
      this.#running().persisted(next.ready);
      if (next.ready.snapshot !== undefined) this.#install(next.ready.snapshot.index);
      for (const message of next.ready.messagesAfterPersist) this.#send(message);
    }
    this.#takeSoon();
  }

  #install(index: LogIndex): void {
    const image = defined(this.#received.get(index), `no image at ${index}`);
    const { installsNoState } = this.#options.mutation;
    this.#machine.restore(installsNoState ? { ...image, digest: this.#machine.image().digest } : image);
    for (const received of this.#received.keys()) if (received <= index) this.#received.delete(received);
    this.#options.observer.installed(this.id, this.#machine.image());
    this.#note(`installed ${index}`);
    this.#answerReads();
  }

  #send(meant: Message): void {
    const message = this.#options.mutation.send?.(meant) ?? meant;
    if (message.type !== 'installSnapshot') {
      this.#options.network.send(message);
      return;
    }
    const image = this.#machine.image();
    const snapshot = { term: image.term, index: image.index, confState: image.confState };
    this.#options.network.stream({ ...message, snapshot }, image);
  }

  #applySoon(): void {
    if (this.#isApplyDue || this.#toApply.length === 0) return;
    this.#isApplyDue = true;
    this.#clock.afterReal(this.#options.prng.float() * this.#options.core.applyMsMax, () => {
      this.#isApplyDue = false;
      this.#apply();
    });
  }

  #apply(): void {
    const node = this.#running();
    const entries = this.#toApply;
    this.#toApply = [];
    for (const entry of entries) this.#applyOne(node, entry);
    const last = entries.at(-1);
    if (last !== undefined) node.applied(last.index);
    this.#answerReads();
    this.#takeSoon();
  }

  #applyOne(node: RaftNode, entry: Entry): void {
    const change = isConfChangeType(entry.type) ? decodeConfChange(entry) : undefined;
    const confState = change?.ok ? this.#applyChange(node, change.value) : undefined;
    this.#machine.apply(entry, confState);
    if (this.#options.mutation.appliesTwice) this.#machine.applyAgain(entry);
    this.#options.observer.applied(this.id, entry, this.#machine.image());
    const operation = operationOf(entry);
    if (operation === undefined) return;
    const done = this.#writes.get(operation);
    this.#writes.delete(operation);
    done?.(entry.index);
  }

  #applyChange(node: RaftNode, change: ConfChange): ConfState | undefined {
    const changes = this.#options.mutation.applyChange?.(this.id, change) ?? [change];
    return changes.map((one) => node.applyConfChange(one)).at(-1);
  }

  #answerReads(): void {
    for (const [read, { index, done }] of this.#reads) {
      if (index === undefined || index > this.#machine.index) continue;
      this.#reads.delete(read);
      done(this.#machine.index);
    }
  }

  /** Flushes the state machine now and then, and compacts the log behind it. */
  #keepImageDurable(): void {
    this.#clock.after(this.#options.disk.imageFlushMs, () => {
      const image = this.#machine.image();
      this.#clock.afterReal(this.#wal.flushMs(), () => {
        this.#wal.imageDurable(image);
        this.#compact(image.index);
        this.#keepImageDurable();
      });
    });
  }

  #compact(durable: LogIndex): void {
    const { compactEvery, compactKeep } = this.#options.core;
    const upTo = logIndex(Math.max(0, durable - compactKeep));
    const entry = this.#wal.entries[upTo - this.#wal.start.index - 1];
    if (entry === undefined || upTo - this.#wal.start.index < compactEvery) return;
    this.#note(`compact ${upTo}`);
    this.#running().compact(upTo);
    this.#wal.compact({ term: entry.term, index: entry.index });
  }

  #running(): RaftNode {
    return defined(this.#node, `${shortId(this.id)} is down`);
  }

  #note(text: string): void {
    this.#options.world.note(`${shortId(this.id)} ${text}`);
  }
}

function contextOf(read: number): Uint8Array {
  const context = new Uint8Array(4);
  new DataView(context.buffer).setUint32(0, read);
  return context;
}

const readOf = (context: Uint8Array): number => new DataView(context.buffer, context.byteOffset).getUint32(0);
