/** What every service works with, and the response headers as etcd fills them (§5 of the protocol reference). */
import { assert } from '../../../../lib/base/assert.ts';
import { leaseId } from '../../../../lib/base/brand.ts';
import { etcdErrors } from '../../../../lib/base/etcdpb/errors.ts';
import type { ResponseHeader } from '../../../../lib/base/etcdpb/kv.ts';
import { doublingBounds, Histogram } from '../../../../lib/base/histogram.ts';
import type { ApplyResponse } from '../../apply/types.ts';
import type { Checker } from '../../auth/request-checks.ts';
import type { Identity } from '../../auth/types.ts';
import type { StoreMember } from '../../member/types.ts';
import type { Clock } from '../../ports/clock.ts';
import type { Callers } from '../auth/callers.ts';
import type { PasswordHasher } from '../auth/password-hasher.ts';
import type { Call } from '../front/types.ts';

/** etcd's bounds: 10 ms doubled up to 164 s. */
const HASH_BUCKETS_SECONDS = doublingBounds(0.01, 15);

export interface ServiceContext {
  readonly member: StoreMember;
  readonly clock: Clock;
  readonly random: () => number;
  /** `--max-request-bytes` + RECEIVE_OVERHEAD_BYTES: also where a fragmented watch response is cut. */
  readonly receiveBytesMax: number;
  readonly txnOpsMax: number;
  readonly quotaBytes: number;
  readonly electionTimeoutMs: number;
  readonly progressNotifyIntervalMs: number;
  readonly callers: Callers;
  readonly passwords: PasswordHasher;
  readonly times: ServiceTimes;
}

/** How long services took for what is measured of them. */
export class ServiceTimes {
  readonly hashSeconds = new Histogram(HASH_BUCKETS_SECONDS);
  readonly hashKvSeconds = new Histogram(HASH_BUCKETS_SECONDS);
}

/** Proposes on behalf of whoever calls. */
export function proposeFor(
  { member, callers }: Pick<ServiceContext, 'member' | 'callers'>,
  call: Call,
  request: Parameters<StoreMember['propose']>[0],
): Promise<ApplyResponse> {
  if (!member.auth.isEnabled) return member.propose(request);
  return callers.identify(call).then((identity) => member.propose(request, identity));
}

/**
 * Reads what the caller is allowed to: `check` and `read` see the same state. While authentication is off `check` is not called and
 * the answer is given at once.
 * @throws EtcdError
 */
export function readFor<T>(
  { member, callers }: Pick<ServiceContext, 'member' | 'callers'>,
  call: Call,
  { check, read }: { readonly check: (checker: Checker) => void; readonly read: () => T },
): T | Promise<T> {
  if (!member.auth.isEnabled) return read();
  return callers.identify(call).then((identity) => {
    check(checkerOf(member, identity));
    return read();
  });
}

const checkerOf = (member: StoreMember, identity: Identity): Checker => ({
  auth: member.auth,
  identity,
  keysOfLease: (id) => member.leases.get(leaseId(id))?.keys ?? [],
});

/** The header of a response whose revision is not the current one. */
export function headerAt(member: StoreMember, revision: number): ResponseHeader {
  const { clusterId, memberId, raftTerm } = member.header();
  return { clusterId, memberId, revision, raftTerm };
}

/** Narrows what propose() answered to the kind that was asked for. */
export function applied<K extends ApplyResponse['kind']>(
  response: ApplyResponse,
  kind: K,
): Extract<ApplyResponse, { kind: K }> {
  assert(response.kind === kind, `applied a ${kind}, got the response of a ${response.kind}`);
  return response as Extract<ApplyResponse, { kind: K }>;
}

/** The store as one caller may use it: what locks and elections do for him is done in his name. */
export class CallerStore {
  readonly member: StoreMember;
  readonly #context: Pick<ServiceContext, 'member' | 'callers'>;
  readonly #call: Call;

  constructor(context: Pick<ServiceContext, 'member' | 'callers'>, call: Call) {
    this.member = context.member;
    this.#context = context;
    this.#call = call;
  }

  propose(request: Parameters<StoreMember['propose']>[0]): Promise<ApplyResponse> {
    return proposeFor(this.#context, this.#call, request);
  }

  /** @throws EtcdError when the caller may not read all of it */
  async checkRead({ key, rangeEnd }: { readonly key: Uint8Array; readonly rangeEnd: Uint8Array }): Promise<void> {
    const check = ({ auth, identity }: Checker): void => auth.checkRead(identity, key, rangeEnd);
    await readFor(this.#context, this.#call, { check, read: () => undefined });
  }

  /** @throws EtcdError when nobody is named */
  async checkUser(): Promise<void> {
    const check = ({ identity }: Checker): void => {
      if (identity.revision === 0) throw etcdErrors.userEmpty();
    };
    await readFor(this.#context, this.#call, { check, read: () => undefined });
  }
}
