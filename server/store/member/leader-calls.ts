/**
 * What only the leader knows, asked from any member: lease renewal, time to live, order of expiry. On the leader it is
 * answered here; elsewhere the request travels to the leader and is repeated while leadership moves, until patience ends.
 */
import { type LeaseId, leaseId, type MemberId, NO_MEMBER } from '../../../lib/base/brand.ts';
import { type EtcdError, etcdErrors } from '../../../lib/base/etcdpb/errors.ts';
import { WireError } from '../../../lib/base/protobuf/reader.ts';
import {
  bool,
  int64,
  type Message,
  type MessageType,
  message,
  ordinal,
  uint64,
} from '../../../lib/base/protobuf/schema.ts';
import { err, ok, type Result } from '../../../lib/base/result.ts';
import type { LeaseView } from '../apply/types.ts';
import type { Clock } from '../ports/clock.ts';
import type { PeerNetwork } from '../ports/peer-network.ts';
import type { RaftStatus } from '../raft/types.ts';
import type { LeaseKeeper } from './lease-keeper.ts';

const ATTEMPT_MS = 1000;
const RETRY_MS = 50;
/** A learner is in sync when it holds this share of the leader's log (etcd's readyPercentThreshold). */
const IN_SYNC_SHARE = 0.9;

const Operation = { RENEW: 1, REMAINING: 2, BY_EXPIRY: 3, LEARNER: 4 } as const;
const LeaderCall = message('quorate.LeaderCall', { operation: ordinal(1), lease: int64(2), member: uint64(3) });
const LeaderAnswer = message('quorate.LeaderAnswer', {
  /** The one asked leads no more (or not yet): ask again. */
  isNotLeader: bool(1),
  isKnown: bool(2),
  ttl: ordinal(3),
  grantedTtl: ordinal(4),
  leases: int64.packed(5),
  isInSync: bool(6),
});
type LeaderCall = MessageType<typeof LeaderCall>;
type LeaderAnswer = MessageType<typeof LeaderAnswer>;

type Done<T> = (result: Result<T, EtcdError>) => void;

interface LeaderCallsOptions {
  readonly clock: Clock;
  readonly network: PeerNetwork;
  readonly leases: LeaseView;
  readonly keeper: LeaseKeeper;
  readonly patienceMs: number;
  readonly memberId: MemberId;
  readonly leaderId: () => MemberId;
  /** Calls back when this member, leader still, has applied all that was committed before; false: it could not find out. */
  readonly whenCaughtUp: (done: (isCaughtUp: boolean) => void) => void;
  readonly status: () => RaftStatus;
  readonly timeoutError: (since: number) => EtcdError;
}

export class LeaderCalls {
  readonly #options: LeaderCallsOptions;
  #isStopped = false;

  constructor(options: LeaderCallsOptions) {
    this.#options = options;
  }

  /** Seconds granted; 0 when unknown or expired. */
  renew(lease: LeaseId, done: Done<number>): void {
    this.#call({ operation: Operation.RENEW, lease, member: 0n }, (result) =>
      done(result.ok ? ok(result.value.ttl) : result),
    );
  }

  remaining(lease: LeaseId, done: Done<{ readonly ttl: number; readonly grantedTtl: number } | undefined>): void {
    this.#call({ operation: Operation.REMAINING, lease, member: 0n }, (result) => {
      if (!result.ok) done(result);
      else done(ok(result.value.isKnown ? { ttl: result.value.ttl, grantedTtl: result.value.grantedTtl } : undefined));
    });
  }

  byExpiry(done: Done<readonly LeaseId[]>): void {
    this.#call({ operation: Operation.BY_EXPIRY, lease: 0n, member: 0n }, (result) =>
      done(result.ok ? ok(result.value.leases.map(leaseId)) : result),
    );
  }

  /** How far `member` follows the leader; 'unknown' when it is not replicated to. */
  followership(member: MemberId, done: Done<'inSync' | 'behind' | 'unknown'>): void {
    this.#call({ operation: Operation.LEARNER, lease: 0n, member }, (result) => {
      if (!result.ok) done(result);
      else if (!result.value.isKnown) done(ok('unknown'));
      else done(ok(result.value.isInSync ? 'inSync' : 'behind'));
    });
  }

  /** A peer asks, taking this member for the leader. What cannot be read stays unanswered. */
  answer(payload: Uint8Array, respond: (answer: Uint8Array) => void): void {
    const call = decodeOrNothing(LeaderCall, payload);
    if (call !== undefined) this.#local(call, (answer) => respond(LeaderAnswer.encode(answer)));
  }

  stop(): void {
    this.#isStopped = true;
  }

  #call(call: LeaderCall, done: Done<LeaderAnswer>): void {
    const since = this.#options.clock.now();
    this.#attempt(call, since, done);
  }

  #attempt(call: LeaderCall, since: number, done: Done<LeaderAnswer>): void {
    const { clock, network, memberId, leaderId, patienceMs, timeoutError } = this.#options;
    const leader = leaderId();
    const conclude = (answer: LeaderAnswer | undefined) => {
      if (this.#isStopped) done(err(etcdErrors.stopped()));
      else if (answer !== undefined && !answer.isNotLeader) done(ok(answer));
      else if (clock.now() - since >= patienceMs)
        done(err(leaderId() === NO_MEMBER ? etcdErrors.noLeader() : timeoutError(since)));
      else clock.after(RETRY_MS, () => this.#attempt(call, since, done));
    };
    if (leader === memberId) this.#local(call, conclude);
    else if (leader === NO_MEMBER) conclude(undefined);
    else {
      const timeoutMs = Math.min(ATTEMPT_MS, patienceMs);
      network.request(leader, { payload: LeaderCall.encode(call), timeoutMs }, (answer) =>
        conclude(answer === undefined ? undefined : decodeOrNothing(LeaderAnswer, answer)),
      );
    }
  }

  #local(call: LeaderCall, done: (answer: LeaderAnswer) => void): void {
    const { leases, memberId, leaderId, whenCaughtUp } = this.#options;
    const id = leaseId(call.lease);
    const perform = (isCaughtUp: boolean) => {
      if (!isCaughtUp || leaderId() !== memberId) done(LeaderAnswer.create({ isNotLeader: true }));
      else this.#perform(call, done);
    };
    // A renewal that is acknowledged must hold: not by a leader that was replaced and does not know, not with a revoke of the
    // leader before still in the log. And others may have applied, and answered, a grant that this leader has not.
    const isRenewal = call.operation === Operation.RENEW;
    const isAhead = call.operation === Operation.REMAINING && leases.get(id) === undefined;
    if (isRenewal || isAhead || call.operation === Operation.LEARNER) whenCaughtUp(perform);
    else perform(true);
  }

  #perform(call: LeaderCall, done: (answer: LeaderAnswer) => void): void {
    const { keeper, leases } = this.#options;
    const id = leaseId(call.lease);
    if (call.operation === Operation.RENEW) {
      keeper.renew(id, (ttl) => done(LeaderAnswer.create({ ttl, isKnown: ttl > 0 })));
    } else if (call.operation === Operation.REMAINING) {
      const ttl = keeper.remaining(id);
      const grantedTtl = leases.get(id)?.grantedTtl ?? 0;
      done(LeaderAnswer.create({ isKnown: ttl !== undefined, ttl: ttl ?? 0, grantedTtl }));
    } else if (call.operation === Operation.LEARNER) {
      const { progress, lastIndex } = this.#options.status();
      const match = progress.find(({ id: peer }) => peer === call.member)?.match;
      const isInSync = match !== undefined && match >= lastIndex * IN_SYNC_SHARE;
      done(LeaderAnswer.create({ isKnown: match !== undefined, isInSync }));
    } else done(LeaderAnswer.create({ leases: keeper.byExpiry() }));
  }
}

function decodeOrNothing<T extends object>(table: Message<T>, bytes: Uint8Array): T | undefined {
  try {
    return table.decode(bytes);
  } catch (error) {
    if (error instanceof WireError) return undefined;
    throw error;
  }
}
