/**
 * What the leader knows about one member's log, and how it may send to it.
 *
 *   probe      one append at a time until the point where the logs agree is found
 *   replicate  appends are pipelined: `next` runs ahead of `match` by what is in flight
 *   snapshot   the member needs entries that are compacted away; appends wait until a snapshot has arrived
 *
 * Invariant: match < next (asserted after every change; progress.test.ts). `match` never decreases within a term.
 */
import { assert } from '../../../lib/base/assert.ts';
import { type LogIndex, logIndex, type MemberId } from '../../../lib/base/brand.ts';
import { Inflights } from './inflights.ts';
import type { ProgressView } from './types.ts';

export type ProgressState = ProgressView['state'];

export interface ProgressOptions {
  readonly id: MemberId;
  readonly next: LogIndex;
  readonly isLearner: boolean;
  readonly inflightMessagesMax: number;
  readonly inflightBytesMax: number;
}

export class Progress {
  readonly id: MemberId;
  readonly inflights: Inflights;
  isLearner: boolean;
  /** Heard from since the last check-quorum. */
  recentActive = false;
  #match = logIndex(0);
  #next: LogIndex;
  #state: ProgressState = 'probe';
  #isFlowPaused = false;
  #pendingSnapshot = logIndex(0);
  /** Highest commit index this member was told while it could use it. */
  #sentCommit = logIndex(0);

  constructor(options: ProgressOptions) {
    this.id = options.id;
    this.isLearner = options.isLearner;
    this.#next = logIndex(Math.max(options.next, 1));
    this.inflights = new Inflights({ countMax: options.inflightMessagesMax, bytesMax: options.inflightBytesMax });
  }

  get match(): LogIndex {
    return this.#match;
  }
  get next(): LogIndex {
    return this.#next;
  }
  get state(): ProgressState {
    return this.#state;
  }

  /** A new leader knows nothing about anybody (Raft paper §5.3): probe from the end of its own log. */
  restart(lastIndex: LogIndex): void {
    this.#become('probe');
    this.#match = logIndex(0);
    this.#setNext(lastIndex + 1);
    this.#sentCommit = logIndex(0);
    this.recentActive = false;
  }

  becomeProbe(): void {
    const resumeAt = this.#state === 'snapshot' ? Math.max(this.#match, this.#pendingSnapshot) : this.#match;
    this.#become('probe');
    this.#setNext(resumeAt + 1);
  }

  becomeReplicate(): void {
    this.#become('replicate');
    this.#setNext(this.#match + 1);
  }

  becomeSnapshot(index: LogIndex): void {
    this.#become('snapshot');
    this.#pendingSnapshot = index;
    this.#setNext(Math.max(index, this.#match) + 1);
    this.#sentCommit = index;
  }

  /** The snapshot did not arrive: forget it, probe from what is known. */
  snapshotFailed(): void {
    this.#pendingSnapshot = logIndex(0);
    this.becomeProbe();
  }

  /** No append may be sent now. */
  isPaused(): boolean {
    return this.#state === 'snapshot' || this.#isFlowPaused;
  }

  pause(): void {
    this.#isFlowPaused = true;
  }

  /** A heartbeat answer shows the member is there: one more append may go out, also through a full window. */
  resume(): void {
    this.#isFlowPaused = false;
  }

  /** Accounts for an append of `count` entries (0: only a commit index or a probe). */
  sent(count: number, bytes: number): void {
    assert(this.#state !== 'snapshot', `progress: append sent to ${this.id} while it waits for a snapshot`);
    if (this.#state === 'probe') {
      if (count > 0) this.#isFlowPaused = true;
      return;
    }
    if (count > 0) {
      this.#setNext(this.#next + count);
      this.inflights.add(this.#next - 1, bytes);
    }
    this.#isFlowPaused = this.inflights.isFull();
  }

  sentCommit(commitIndex: LogIndex): void {
    this.#sentCommit = commitIndex;
  }

  /** Telling this member `commitIndex` would let it commit more than it knows to be committed. */
  canLearnCommit(commitIndex: LogIndex): boolean {
    return commitIndex > this.#sentCommit && this.#sentCommit < this.#next - 1;
  }

  /** The member has everything up to `index`. False when that was known. */
  acknowledge(index: LogIndex): boolean {
    if (index <= this.#match) return false;
    this.#match = index;
    this.#setNext(Math.max(this.#next, index + 1));
    this.#isFlowPaused = false;
    return true;
  }

  /**
   * The member refused the append that followed `rejected`; the logs may agree at `hint`. False when the answer is old:
   * in replicate every rejection at or below match, in probe every rejection but the one just asked for.
   */
  decreaseTo(rejected: LogIndex, hint: LogIndex): boolean {
    if (this.#state === 'replicate') {
      if (rejected <= this.#match) return false;
      this.#setNext(this.#match + 1);
      return true;
    }
    if (this.#next - 1 !== rejected) return false;
    this.#setNext(Math.max(Math.min(rejected, hint + 1), this.#match + 1));
    this.#isFlowPaused = false;
    return true;
  }

  view(): ProgressView {
    return {
      id: this.id,
      match: this.#match,
      next: this.#next,
      state: this.#state,
      recentActive: this.recentActive,
      isLearner: this.isLearner,
    };
  }

  #become(state: ProgressState): void {
    this.#state = state;
    this.#isFlowPaused = false;
    this.#pendingSnapshot = logIndex(0);
    this.inflights.reset();
  }

  #setNext(next: number): void {
    assert(this.#match < next, `progress of ${this.id}: match ${this.#match} must stay below next ${next}`);
    this.#next = logIndex(next);
    this.#sentCommit = logIndex(Math.min(this.#sentCommit, next - 1));
  }
}
