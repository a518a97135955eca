/**
 * Reads waiting to be linearizable (thesis §6.4): a quorum confirms the leader after the read arrived, and this member has
 * applied what was committed then. One confirmation is under way at a time; the next one serves everyone who came meanwhile.
 *
 * A confirmation that does not come is asked for again: after RETRY_MS (etcd's), and at once when the leader changes.
 */
import type { LogIndex } from '../../../lib/base/brand.ts';
import { type EtcdError, etcdErrors } from '../../../lib/base/etcdpb/errors.ts';
import type { Clock } from '../ports/clock.ts';
import type { RaftNode } from '../raft/types.ts';
import { createWaiter, type Waiter } from './waiting.ts';

export type BarrierCallback = (error: EtcdError | undefined) => void;

const RETRY_MS = 500;
const WAITING_MAX = 100_000;

type Barrier = Waiter<EtcdError | undefined>;

interface Round {
  readonly id: bigint;
  readonly sentAt: number;
  readonly waiters: Barrier[];
}

interface ReadBarriersOptions {
  readonly clock: Clock;
  readonly patienceMs: number;
  readonly newRequestId: () => bigint;
  readonly timeoutError: (since: number) => EtcdError;
}

export class ReadBarriers {
  readonly #options: ReadBarriersOptions;
  /** Reads answered with an error. */
  failed = 0;
  /** Confirmations asked for again. */
  slow = 0;
  /** Not asked for yet. */
  #waiting: Barrier[] = [];
  #round: Round | undefined;
  /** Confirmed, to be answered once applied that far. By ascending index. */
  #confirmed: { readonly index: LogIndex; readonly waiters: readonly Barrier[] }[] = [];

  constructor(options: ReadBarriersOptions) {
    this.#options = options;
  }

  add(done: BarrierCallback): void {
    const { clock, patienceMs } = this.#options;
    if (this.#waiting.length >= WAITING_MAX) {
      clock.after(0, () => done(etcdErrors.tooManyRequests()));
      return;
    }
    this.#waiting.push(createWaiter(clock, patienceMs, done));
  }

  submit(raft: RaftNode): void {
    if (this.#round !== undefined || this.#waiting.length === 0) return;
    const id = this.#options.newRequestId();
    const context = new Uint8Array(8);
    new DataView(context.buffer).setBigUint64(0, id);
    const result = raft.readIndex(context);
    if (result === 'noLeader' || result === 'dropped') return;
    this.#round = { id, sentAt: this.#options.clock.now(), waiters: this.#waiting };
    this.#waiting = [];
  }

  /** A ReadState came. Late ones of rounds given up are ignored: their readers ask again. */
  confirmed(context: Uint8Array, index: LogIndex): void {
    if (this.#round === undefined || context.length !== 8) return;
    const id = new DataView(context.buffer, context.byteOffset, 8).getBigUint64(0);
    if (id !== this.#round.id) return;
    this.#confirmed.push({ index, waiters: this.#round.waiters });
    this.#round = undefined;
  }

  applied(index: LogIndex): void {
    while (this.#confirmed[0] !== undefined && this.#confirmed[0].index <= index) {
      const { waiters } = this.#confirmed[0];
      this.#confirmed.shift();
      for (const waiter of waiters) waiter.done(undefined);
    }
  }

  /** The one who was asked may be gone. */
  leaderChanged(): void {
    if (this.#round === undefined) return;
    this.#waiting = [...this.#round.waiters, ...this.#waiting];
    this.#round = undefined;
  }

  tick(now: number): void {
    if (this.#round !== undefined && now - this.#round.sentAt >= RETRY_MS) {
      this.slow++;
      this.leaderChanged();
    }
    this.#waiting = this.#expire(this.#waiting, now);
    this.#confirmed = this.#confirmed
      .map(({ index, waiters }) => ({ index, waiters: this.#expire(waiters, now) }))
      .filter(({ waiters }) => waiters.length > 0);
  }

  stop(): void {
    const all = [...this.#waiting, ...(this.#round?.waiters ?? []), ...this.#confirmed.flatMap((c) => c.waiters)];
    this.#waiting = [];
    this.#round = undefined;
    this.#confirmed = [];
    for (const waiter of all) waiter.done(etcdErrors.stopped());
  }

  #expire(waiters: readonly Barrier[], now: number): Barrier[] {
    const late = waiters.filter((waiter) => waiter.deadline <= now);
    this.failed += late.length;
    for (const waiter of late) waiter.done(this.#options.timeoutError(waiter.since));
    return late.length === 0 ? (waiters as Barrier[]) : waiters.filter((waiter) => waiter.deadline > now);
  }
}
