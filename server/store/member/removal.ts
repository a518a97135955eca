/**
 * The end of a member that was removed: when it knows, and when it may go.
 *
 * It is needed a while longer. That its removal is committed may be known to nobody else yet, and whoever does not know still needs its vote: of two
 * members, the one that stays could never elect itself. So it stays, and answers votes with what it knows to be committed
 * (../raft/election.ts), until a majority of those who stay told it that it is gone; who says so has it durable. etcd goes after a second in any case.
 */
import type { MemberId } from '../../../lib/base/brand.ts';
import type { StateMachine } from '../apply/types.ts';
import type { Log } from '../ports/log.ts';
import { majority } from '../raft/quorum.ts';

/** How long it goes on in any case, so that answers and its last commit reach the others (etcd waits as long). */
const LINGER_MS = 1000;
/** Election timeouts after which it goes although nobody told it: the others may be gone for good. */
const PATIENCE_ELECTIONS = 10;

interface RemovalOptions {
  readonly id: MemberId;
  readonly machine: StateMachine;
  readonly log: Log;
  readonly electionTimeoutMs: number;
  /** Called once. */
  readonly onRemoved: () => void;
}

export class Removal {
  readonly #options: RemovalOptions;
  readonly #saidBy = new Set<MemberId>();
  /** When it first heard of its removal. */
  #since: number | undefined;
  #isOver = false;

  constructor(options: RemovalOptions) {
    this.#options = options;
  }

  /** Called when the membership changed. */
  membershipChanged(now: number): void {
    if (!this.#isInOwnLog() || this.#since !== undefined) return;
    this.#since = now;
    this.#options.log('warn', 'this member was removed; it stops when those who stay know of it', {});
  }

  /** `by` refuses to talk to this member because it was removed. Peers repeat it as often as they are dialled. */
  said(by: MemberId, now: number): void {
    this.#since ??= now;
    this.#saidBy.add(by);
  }

  /**
   * Goes if it is time. A leader keeps no contact with removed members: whoever hears from one, or leads, is needed, and the peer that says
   * otherwise is mistaken (say, a minority that was forced into a cluster of its own).
   */
  tick(now: number, isInContact: boolean): void {
    if (this.#since === undefined || this.#isOver) return;
    const isInOwnLog = this.#isInOwnLog();
    if (!isInOwnLog && isInContact) {
      this.#since = undefined;
      this.#saidBy.clear();
      return;
    }
    const { log, electionTimeoutMs, onRemoved } = this.#options;
    const waitedMs = now - this.#since;
    if (isInOwnLog && waitedMs < LINGER_MS) return;
    const isKnown = this.#isKnownToMajority();
    if (!isKnown && waitedMs < PATIENCE_ELECTIONS * electionTimeoutMs) return;
    this.#isOver = true;
    if (!isKnown)
      log(
        'warn',
        'most of those who stay did not say that they know of it; if they find no leader, start this member once more',
        {},
      );
    log('error', 'the member has been permanently removed from the cluster', {});
    onRemoved();
  }

  #isInOwnLog(): boolean {
    const { machine, id } = this.#options;
    return machine.isRemoved(id);
  }

  #isKnownToMajority(): boolean {
    const { machine, id } = this.#options;
    const { voters, votersOutgoing } = machine.confState();
    const staying = new Set([...voters, ...votersOutgoing]);
    staying.delete(id);
    return [...staying].filter((voter) => this.#saidBy.has(voter)).length >= majority(staying.size);
  }
}
