/**
 * Writes on their way through the log: queued until the core takes them, then waiting for their entry to be applied here.
 *
 * A write that the core never took is rejected with "no leader" or "too many requests": certainly not proposed. One that was
 * taken is rejected only as Unavailable: its entry may still be committed. When the first entry of a later term has been applied, what
 * was proposed in an earlier term and has not appeared is settled early: nothing of the old leader's log can follow, and only a
 * message still on its way could bring it back.
 */
import { assert } from '../../../lib/base/assert.ts';
import type { Term } from '../../../lib/base/brand.ts';
import { type EtcdError, etcdErrors } from '../../../lib/base/etcdpb/errors.ts';
import { err, type Result } from '../../../lib/base/result.ts';
import type { Applied, ApplyResponse } from '../apply/types.ts';
import type { Clock } from '../ports/clock.ts';
import { ENTRY_CONF_CHANGE, ENTRY_NORMAL, type ProposedEntry, type RaftNode } from '../raft/types.ts';
import { createWaiter, type Waiter } from './waiting.ts';

export type ProposalResult = Result<ApplyResponse, EtcdError>;
export type ProposalCallback = (result: ProposalResult) => void;

/** Writes waiting at once, of all clients of this member. */
const WAITING_MAX = 20_000;
/** Configuration changes waiting for their turn: the core takes one at a time (thesis §4.1). */
const CHANGES_QUEUED_MAX = 16;
/** Payload of one batch handed to the core. */
const BATCH_BYTES_MAX = 1024 * 1024;
/** Payload that has not been taken by the core yet. */
const QUEUED_BYTES_MAX = 64 * 1024 * 1024;

interface Queued {
  readonly id: bigint;
  readonly entry: ProposedEntry;
  readonly onlyInTerm: Term | undefined;
}

interface Waiting extends Waiter<ProposalResult> {
  /** Undefined while queued. */
  term: Term | undefined;
}

interface ProposalsOptions {
  readonly clock: Clock;
  readonly patienceMs: number;
  /** The error for a write that ran out of time after it was proposed: says what is known of the reason. */
  readonly timeoutError: (since: number) => EtcdError;
}

export class Proposals {
  readonly #options: ProposalsOptions;
  readonly #waiting = new Map<bigint, Waiting>();
  #queue: Queued[] = [];
  #queuedBytes = 0;
  readonly #changes: Omit<Queued, 'onlyInTerm'>[] = [];
  #appliedTerm = 0;
  /** Writes answered with an error that no log entry decided. */
  failed = 0;

  constructor(options: ProposalsOptions) {
    this.#options = options;
  }

  /** Writes not answered yet. */
  get pending(): number {
    return this.#waiting.size;
  }

  get hasQueued(): boolean {
    return this.#queue.length > 0;
  }

  /**
   * `id` stands in the entry's header and is unique among all members and runs. With `onlyInTerm` it is proposed by the leader of
   * that term or not at all, never forwarded.
   */
  add(id: bigint, data: Uint8Array, done: ProposalCallback, onlyInTerm?: Term): void {
    assert(!this.#waiting.has(id), `request id ${id} is used twice`);
    const { clock, patienceMs } = this.#options;
    if (this.#waiting.size >= WAITING_MAX || this.#queuedBytes + data.length > QUEUED_BYTES_MAX) {
      clock.after(0, () => done(err(etcdErrors.tooManyRequests())));
      return;
    }
    this.#waiting.set(id, { ...createWaiter(clock, patienceMs, done), term: undefined });
    this.#queue.push({ id, entry: { type: ENTRY_NORMAL, data }, onlyInTerm });
    this.#queuedBytes += data.length;
  }

  /** A configuration change (raftpb.ConfChange with `id` in it). It waits here while the core has one pending. */
  addChange(id: bigint, data: Uint8Array, done: ProposalCallback): void {
    const { clock, patienceMs } = this.#options;
    if (this.#changes.length >= CHANGES_QUEUED_MAX) {
      clock.after(0, () => done(err(etcdErrors.tooManyRequests())));
      return;
    }
    this.#waiting.set(id, { ...createWaiter(clock, patienceMs, done), term: undefined });
    this.#changes.push({ id, entry: { type: ENTRY_CONF_CHANGE, data } });
  }

  /** Hands what is queued to the core, in batches, until it takes no more. */
  submit(raft: RaftNode): void {
    this.#submitChange(raft);
    this.#dropOutlived(raft);
    while (this.#queue.length > 0) {
      let bytes = 0;
      let count = 0;
      for (const { entry } of this.#queue) {
        bytes += entry.data.length;
        if (count > 0 && bytes > BATCH_BYTES_MAX) break;
        count++;
      }
      const batch = this.#queue.slice(0, count);
      const result = raft.propose(batch.map(({ entry }) => entry));
      if (result === 'noLeader' || result === 'dropped') return;
      this.#queue = this.#queue.slice(count);
      const { term } = raft.status();
      for (const { id, entry } of batch) {
        this.#queuedBytes -= entry.data.length;
        const waiting = this.#waiting.get(id);
        if (waiting !== undefined) waiting.term = term;
      }
    }
  }

  /** An entry was applied: answers whoever waits for it here. */
  settle(applied: Applied): void {
    const waiting = this.#waiting.get(applied.requestId);
    if (waiting === undefined) return;
    this.#waiting.delete(applied.requestId);
    waiting.done(applied.outcome);
  }

  /** An entry of `term` was applied. */
  appliedTerm(term: Term): void {
    if (term <= this.#appliedTerm) return;
    this.#appliedTerm = term;
    this.#reject((waiting) => waiting.term !== undefined && waiting.term < term, etcdErrors.leaderChanged);
  }

  /** The state machine jumped over entries: what was proposed may be among them. */
  skipped(): void {
    this.#reject((waiting) => waiting.term !== undefined, etcdErrors.leaderChanged);
  }

  expire(now: number): void {
    for (const [id, waiting] of this.#waiting) {
      if (waiting.deadline > now) return;
      this.#waiting.delete(id);
      this.failed++;
      if (waiting.term === undefined) {
        this.#unqueue(id);
        waiting.done(err(etcdErrors.noLeader()));
      } else waiting.done(err(this.#options.timeoutError(waiting.since)));
    }
  }

  stop(): void {
    this.#reject(() => true, etcdErrors.stopped);
    this.#queue = [];
    this.#changes.length = 0;
  }

  #submitChange(raft: RaftNode): void {
    const [change] = this.#changes;
    if (change === undefined) return;
    const result = raft.propose([change.entry]);
    if (result === 'noLeader' || result === 'dropped') return;
    this.#changes.shift();
    const waiting = this.#waiting.get(change.id);
    if (waiting !== undefined) waiting.term = raft.status().term;
  }

  #dropOutlived(raft: RaftNode): void {
    if (!this.#queue.some(({ onlyInTerm }) => onlyInTerm !== undefined)) return;
    const { role, term } = raft.status();
    for (const { id, onlyInTerm } of this.#queue) {
      if (onlyInTerm === undefined || (role === 'leader' && term === onlyInTerm)) continue;
      const waiting = this.#waiting.get(id);
      this.#waiting.delete(id);
      this.failed++;
      this.#unqueue(id);
      waiting?.done(err(etcdErrors.noLeader()));
    }
  }

  #unqueue(id: bigint): void {
    const change = this.#changes.findIndex((queued) => queued.id === id);
    if (change >= 0) this.#changes.splice(change, 1);
    this.#queue = this.#queue.filter((queued) => {
      if (queued.id !== id) return true;
      this.#queuedBytes -= queued.entry.data.length;
      return false;
    });
  }

  #reject(isMeant: (waiting: Waiting) => boolean, error: () => EtcdError): void {
    for (const [id, waiting] of [...this.#waiting]) {
      if (!isMeant(waiting)) continue;
      this.#waiting.delete(id);
      this.failed++;
      waiting.done(err(error()));
    }
  }
}
