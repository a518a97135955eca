/**
 * The loop of one member: inputs (ticks, peer messages, requests) wake it, a turn hands them to the Raft core and carries
 * out every Ready in the order that ../raft/types.ts demands. Driven by ports alone; no Promise, no wall clock.
 *
 * Longer than 300 lines on purpose: the order of effects is checked by reading one file from top to bottom.
 *
 * One turn: queued writes and reads go to the core as batches → each Ready: send, append to the WAL, start a flush, queue
 * what is committed → a slice of applying. A flush that completes releases its Ready's dependent messages, in order.
 */
import { assert } from '../../../lib/base/assert.ts';
import { type LogIndex, logIndex, type MemberId, NO_MEMBER, type Term } from '../../../lib/base/brand.ts';
import { cutFrames, SnapshotError } from '../apply/snapshot.ts';
import type { Applied, StateMachine } from '../apply/types.ts';
import type { Clock, Timer } from '../ports/clock.ts';
import type { Log } from '../ports/log.ts';
import { ImageLostError, type PeerNetwork, type SnapshotMessage } from '../ports/peer-network.ts';
import type { Entry, Message, RaftNode, RaftStatus, Ready, Role, SnapshotMetadata, SoftState } from '../raft/types.ts';
import type { Wal } from '../wal/wal.ts';
import { Applier } from './applier.ts';
import { ApplyMeter, SLOW_APPLY_MS_DEFAULT } from './counts.ts';
import { explainDiskTrouble, isDiskTrouble } from './disk-trouble.ts';
import { LogKeeper } from './log-keeper.ts';
import type { Proposals } from './proposals.ts';
import type { ReadBarriers } from './read-barriers.ts';
import { Removal } from './removal.ts';
import type { SnapshotSpool } from './snapshot-spool.ts';

export interface ReplicaOptions {
  readonly id: MemberId;
  readonly raft: RaftNode;
  readonly wal: Wal;
  readonly machine: StateMachine;
  readonly spool: SnapshotSpool;
  readonly network: PeerNetwork;
  readonly clock: Clock;
  readonly log: Log;
  readonly proposals: Proposals;
  readonly reads: ReadBarriers;
  readonly tickMs: number;
  readonly electionTimeoutMs: number;
  readonly snapshotCount: number;
  readonly catchUpEntries?: number;
  readonly slowApplyMs?: number;
  /** The disk failed or an image is broken: this process must not go on. Called once. */
  readonly onFatal: (error: Error) => void;
  /** This member was removed from the cluster for good and is needed no more (removal.ts): it must stop. Called once. */
  readonly onRemoved: () => void;
  readonly onRole: (role: Role) => void;
  readonly onLeader: (leaderId: MemberId) => void;
  readonly onApplied: (entry: Entry, applied: Applied) => void;
  /** A snapshot took the place of the state: entries were skipped. */
  readonly onReplaced: () => void;
  readonly onRequest: (payload: Uint8Array, respond: (answer: Uint8Array) => void) => void;
}

interface OpenReady {
  readonly ready: Ready;
  isDurable: boolean;
}

/** Readies carried out in one turn before other callbacks get their chance. */
const READIES_PER_TURN_MAX = 64;

export class Replica {
  readonly #options: ReplicaOptions;
  readonly applies: ApplyMeter;
  /** Heartbeats of this leader that left more than one beat late. */
  lateHeartbeats = 0;
  readonly #applier: Applier;
  readonly #keeper: LogKeeper;
  readonly #removal: Removal;
  readonly #open: OpenReady[] = [];
  #term: Term;
  #commitIndex: LogIndex;
  #softState: SoftState = { leaderId: NO_MEMBER, role: 'follower' };
  #leaderSince: number | undefined;
  #turn: Timer | undefined;
  #tick: Timer | undefined;
  #background: Timer | undefined;
  #tickDue = 0;
  /** When the present leader was last heard. */
  #heardLeaderAt = Number.NEGATIVE_INFINITY;
  /** The last entry that changed the membership. */
  #membershipAt = logIndex(0);
  #isSecuring = false;
  #isStopped = false;

  constructor(options: ReplicaOptions) {
    this.#options = options;
    const { raft, machine } = options;
    const status = raft.status();
    this.#term = status.term;
    this.#commitIndex = status.commitIndex;
    this.applies = new ApplyMeter(options.slowApplyMs ?? SLOW_APPLY_MS_DEFAULT);
    this.#applier = new Applier(
      { machine, raft, clock: options.clock },
      {
        onMeasured: (entry, applied, ms) => this.#measured(entry, applied, ms),
        onApplied: (entry, applied) => this.#entryApplied(entry, applied),
        onMembershipChanged: () => this.#membershipChanged(),
      },
    );
    this.#keeper = new LogKeeper({ ...options, onFatal: (error) => this.#fail(error) });
    const { clock, onRemoved } = options;
    this.#removal = new Removal({
      ...options,
      onRemoved: () =>
        clock.after(0, () => {
          if (!this.#isStopped) onRemoved();
        }),
    });
  }

  get term(): Term {
    return this.#term;
  }
  get leaderId(): MemberId {
    return this.#softState.leaderId;
  }
  get isLeader(): boolean {
    return this.#softState.role === 'leader';
  }
  get commitIndex(): LogIndex {
    return this.#commitIndex;
  }
  /** When the present leader became known. */
  get leaderSince(): number | undefined {
    return this.#leaderSince;
  }
  status(): RaftStatus {
    return this.#options.raft.status();
  }

  start(): void {
    const { network, clock, tickMs } = this.#options;
    network.start({
      onMessage: (message) => this.#received(message),
      onUnreachable: (peer) => this.#with((raft) => raft.reportUnreachable(peer)),
      onSnapshot: (message) => this.#options.spool.receive(message.snapshot),
      onSnapshotSent: (peer, outcome) => this.#with((raft) => raft.reportSnapshot(peer, outcome)),
      onRequest: (_from, payload, respond) => this.#options.onRequest(payload, respond),
      isRemoved: (peer) => this.#isMembershipDurable() && this.#options.machine.isRemoved(peer),
      onRemoved: (by) => this.#removal.said(by, clock.now()),
      members: () => this.#options.machine.members(),
    });
    this.#membershipChanged();
    this.#tickDue = clock.now() + tickMs;
    this.#scheduleTick();
    this.wake();
  }

  /** Runs a turn soon. Everything that changed until then goes out together. */
  wake(): void {
    if (this.#turn !== undefined || this.#isStopped) return;
    this.#turn = this.#options.clock.after(0, () => {
      this.#turn = undefined;
      this.#guarded(() => this.#runTurn());
    });
  }

  transferLeader(to: MemberId): void {
    this.#with((raft) => raft.transferLeader(to));
  }

  /**
   * Work of the state machine (watch history, compaction) goes on in slices while other things happen. Every tick looks again:
   * it may have waited for a flush.
   */
  wakeBackground(): void {
    if (this.#background !== undefined || this.#isStopped) return;
    this.#background = this.#options.clock.after(0, () => {
      this.#background = undefined;
      this.#guarded(() => {
        const { machine } = this.#options;
        const hasMore = machine.pump();
        if (machine.work() || hasMore) this.wakeBackground();
      });
    });
  }

  /** Stops taking part. `done` when what was applied is durable; the parts are then the caller's to close. */
  stop(done: () => void): void {
    this.#halt();
    const last = this.#applier.last;
    if (last === undefined) {
      this.#keeper.stop();
      done();
      return;
    }
    const finish = () => {
      this.#keeper.stop();
      done();
    };
    try {
      this.#keeper.flush(last, finish);
    } catch (error) {
      if (!isDiskTrouble(error)) throw error;
      const reason = explainDiskTrouble(error);
      this.#options.log('error', 'could not make stored data durable at the end; the log has it', { reason });
      finish();
    }
  }

  #halt(): void {
    this.#isStopped = true;
    for (const timer of [this.#turn, this.#tick, this.#background]) timer?.cancel();
    this.#options.proposals.stop();
    this.#options.reads.stop();
  }

  #fail(error: Error): void {
    if (this.#isStopped) return;
    this.#halt();
    this.#keeper.stop();
    this.#options.onFatal(error);
  }

  /** Runs one way into this loop. A disk that fails on the way ends the member in words; anything else is a defect. */
  #guarded(action: () => void): void {
    try {
      action();
    } catch (error) {
      if (!isDiskTrouble(error)) throw error;
      this.#fail(error);
    }
  }

  #with(input: (raft: RaftNode) => void): void {
    if (this.#isStopped) return;
    input(this.#options.raft);
    this.wake();
  }

  #received(message: Message): void {
    if (this.#options.machine.isRemoved(message.from)) return;
    if (message.from === this.#softState.leaderId) this.#heardLeaderAt = this.#options.clock.now();
    this.#with((raft) => raft.step(message));
  }

  /** Ticks follow the monotonic clock; after a stall there is one tick, not a burst of them that would start elections. */
  #scheduleTick(): void {
    const { clock, tickMs, electionTimeoutMs, log } = this.#options;
    this.#tick = clock.after(Math.max(1, this.#tickDue - clock.now()), () => {
      const now = clock.now();
      const late = now - this.#tickDue;
      if (late > electionTimeoutMs / 2)
        log('warn', 'this process stalled; its disk, CPU or host is too slow for the election timeout', {
          stalledMs: Math.round(late),
        });
      if (this.isLeader && late > tickMs) this.lateHeartbeats++;
      this.#tickDue = Math.max(this.#tickDue + tickMs, now + tickMs / 2);
      const failure = this.#options.machine.failure();
      if (failure !== undefined) {
        this.#fail(failure);
        return;
      }
      this.#options.raft.tick();
      this.#removal.tick(now, this.isLeader || now - this.#heardLeaderAt <= electionTimeoutMs);
      this.#options.proposals.expire(now);
      this.#options.reads.tick(now);
      this.#scheduleTick();
      this.wake();
      this.wakeBackground();
    });
  }

  #runTurn(): void {
    const { raft, proposals, reads } = this.#options;
    for (let count = 0; count < READIES_PER_TURN_MAX; count++) {
      proposals.submit(raft);
      reads.submit(raft);
      if (raft.hasReady()) this.#carryOut(raft.ready());
      else if (!this.#applySlice()) return;
    }
    this.wake();
  }

  #carryOut(ready: Ready): void {
    const { wal, reads } = this.#options;
    if (ready.hardState !== undefined) {
      this.#term = ready.hardState.term;
      this.#commitIndex = ready.hardState.commitIndex;
    }
    if (ready.softState !== undefined) this.#takeSoftState(ready.softState);
    this.#send(ready.messages);
    const open: OpenReady = { ready, isDurable: !ready.mustSync };
    this.#open.push(open);
    if (ready.entries.length > 0 || ready.hardState !== undefined || ready.snapshot !== undefined)
      wal.append({ entries: ready.entries, hardState: ready.hardState, snapshot: ready.snapshot });
    if (ready.mustSync) {
      wal.flush((error) => {
        if (error !== undefined) {
          this.#fail(error);
          return;
        }
        open.isDurable = true;
        this.#guarded(() => this.#confirm());
        this.wake();
      });
    }
    this.#applier.push(ready.committedEntries);
    for (const { context, index } of ready.readStates) reads.confirmed(context, index);
    if (ready.readStates.length > 0) reads.applied(this.#options.machine.appliedIndex());
    if (!ready.mustSync) this.#confirm();
  }

  /** Reports the Readies that are durable to the core, in order, and lets go what waited for them. */
  #confirm(): void {
    const { raft } = this.#options;
    while (this.#open[0]?.isDurable === true && !this.#isStopped) {
      const { ready } = this.#open[0];
      this.#open.shift();
      if (ready.snapshot !== undefined) this.#install(ready.snapshot);
      raft.persisted(ready);
      this.#send(ready.messagesAfterPersist);
    }
  }

  #install(snapshot: SnapshotMetadata): void {
    const { spool, machine, proposals, onReplaced, log } = this.#options;
    log('info', 'restoring a snapshot from the leader', { index: snapshot.index, term: snapshot.term });
    const source = spool.open(snapshot);
    try {
      machine.restoreSnapshot({ metadata: snapshot, nextFrames: cutFrames(source.next) });
    } finally {
      source.close();
    }
    this.#applier.replaced(snapshot);
    proposals.skipped();
    onReplaced();
    this.#membershipChanged();
    this.#keeper.flush(snapshot);
    this.#options.reads.applied(snapshot.index);
    this.wakeBackground();
  }

  #applySlice(): boolean {
    if (!this.#applier.run()) return false;
    const { last } = this.#applier;
    assert(last !== undefined, 'a slice was applied but nothing was');
    this.#options.reads.applied(last.index);
    this.#keeper.applied(last);
    this.#secureMembership();
    return true;
  }

  #measured(entry: Entry, applied: Applied, ms: number): void {
    if (!this.applies.observe(applied, ms)) return;
    const { log } = this.#options;
    log('warn', 'a request took long to apply', {
      ...{ operation: applied.operation, tookMs: Math.round(ms), index: entry.index, bytes: entry.data.length },
    });
  }

  #entryApplied(entry: Entry, applied: Applied): void {
    const { proposals, onApplied } = this.#options;
    this.#keeper.count(entry.index, entry.data.length);
    proposals.settle(applied);
    proposals.appliedTerm(entry.term);
    onApplied(entry, applied);
    if (applied.outcome.ok && applied.outcome.value.kind === 'compaction') this.wakeBackground();
  }

  #takeSoftState(next: SoftState): void {
    const before = this.#softState;
    this.#softState = next;
    const { log, clock, onLeader, onRole, reads } = this.#options;
    if (next.role !== before.role) onRole(next.role);
    if (next.leaderId === before.leaderId) return;
    this.#leaderSince = next.leaderId === NO_MEMBER ? undefined : clock.now();
    reads.leaderChanged();
    if (next.leaderId === NO_MEMBER) log('warn', 'lost the leader', { term: this.#term });
    else log('info', 'has a leader', { leader: next.leaderId.toString(16), term: this.#term });
    onLeader(next.leaderId);
  }

  #send(messages: readonly Message[]): void {
    if (messages.length === 0) return;
    const { network } = this.#options;
    const images = messages.filter((message) => message.type === 'installSnapshot');
    network.send(images.length === 0 ? messages : messages.filter((message) => message.type !== 'installSnapshot'));
    for (const message of images) this.#sendImage(message);
  }

  /** The image is of the state as applied now, which may be beyond what the core announced: the metadata say so. */
  #sendImage(message: SnapshotMessage): void {
    const reader = this.#options.machine.openSnapshot();
    const { metadata } = reader;
    assert(metadata.index >= message.snapshot.index, `image ${metadata.index} is behind ${message.snapshot.index}`);
    const next = () => {
      try {
        return reader.next();
      } catch (error) {
        if (!isDiskTrouble(error)) throw error;
        // That the state was replaced meanwhile by another image is nobody's fault.
        if (!(error instanceof SnapshotError)) this.#fail(error);
        throw new ImageLostError(error.message, { cause: error });
      }
    };
    this.#options.network.sendSnapshot({ ...message, snapshot: metadata }, { next, close: () => reader.close() });
  }

  #membershipChanged(): void {
    const { machine, clock } = this.#options;
    this.#membershipAt = machine.appliedIndex();
    this.#announcePeers();
    this.#removal.membershipChanged(clock.now());
  }

  #announcePeers(): void {
    const { machine, network } = this.#options;
    network.setPeers(machine.members().map((member) => ({ id: member.id as MemberId, peerUrls: member.peerUrls })));
  }

  #isMembershipDurable(): boolean {
    return this.#options.machine.durableIndex() >= this.#membershipAt;
  }

  /**
   * Makes a change of membership durable at once, and only then tells a removed member, which goes when it hears of it. A commit index by itself is not
   * flushed: after a power cut this member might need the vote of one that is gone to commit the removal again.
   */
  #secureMembership(): void {
    const { last } = this.#applier;
    if (this.#isStopped || this.#isSecuring || last === undefined || this.#isMembershipDurable()) return;
    this.#isSecuring = true;
    this.#keeper.flush(last, () => {
      this.#isSecuring = false;
      if (this.#isStopped) return;
      this.#guarded(() => this.#secureMembership());
      this.#announcePeers();
    });
  }
}
