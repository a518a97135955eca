/** etcdserverpb.Lease. Deadlines belong to the leader; this service only asks for them. */

import { type LeaseId, leaseId } from '../../../../lib/base/brand.ts';
import { etcdErrors } from '../../../../lib/base/etcdpb/errors.ts';
import { HeaderResponse } from '../../../../lib/base/etcdpb/kv.ts';
import {
  LeaseGrantRequest,
  LeaseGrantResponse,
  LeaseKeepAliveRequest,
  LeaseKeepAliveResponse,
  LeaseLeasesRequest,
  LeaseLeasesResponse,
  LeaseRevokeRequest,
  LeaseTimeToLiveRequest,
  LeaseTimeToLiveResponse,
} from '../../../../lib/base/etcdpb/lease.ts';
import type { MessageType } from '../../../../lib/base/protobuf/schema.ts';
import { checkLeaseRead, checkLeaseWrite } from '../../auth/request-checks.ts';
import { bidi, unary } from '../front/method.ts';
import type { Call, Method, ServerStream, StreamHandler } from '../front/types.ts';
import { KEEPALIVE_QUEUE_MAX, LEASE_TTL_SECONDS_MAX } from '../limits.ts';
import { applied, headerAt, proposeFor, readFor, type ServiceContext } from './context.ts';

export function leaseMethods(context: ServiceContext): readonly Method[] {
  const service = new LeaseService(context);
  const path = (name: string): string => `/etcdserverpb.Lease/${name}`;
  return [
    unary(path('LeaseGrant'), { request: LeaseGrantRequest, response: LeaseGrantResponse }, (r, call) =>
      service.grant(r, call),
    ),
    unary(path('LeaseRevoke'), { request: LeaseRevokeRequest, response: HeaderResponse }, (r, call) =>
      service.revoke(r, call),
    ),
    unary(path('LeaseTimeToLive'), { request: LeaseTimeToLiveRequest, response: LeaseTimeToLiveResponse }, (r, call) =>
      service.timeToLive(r, call),
    ),
    unary(path('LeaseLeases'), { request: LeaseLeasesRequest, response: LeaseLeasesResponse }, (_, call) =>
      service.leases(call),
    ),
    bidi(
      path('LeaseKeepAlive'),
      { request: LeaseKeepAliveRequest, response: LeaseKeepAliveResponse },
      (stream) => new KeepAliveStream(context, stream),
    ),
  ];
}

type KeepAlive = MessageType<typeof LeaseKeepAliveRequest>;

class LeaseService {
  readonly #context: ServiceContext;

  constructor(context: ServiceContext) {
    this.#context = context;
  }

  /** A TTL below the store's minimum is raised when the grant is applied; the answer tells the real one. */
  async grant(request: LeaseGrantRequest, call: Call) {
    if (request.ttl > LEASE_TTL_SECONDS_MAX) throw etcdErrors.leaseTtlTooLarge();
    const { member } = this.#context;
    const id = request.id === 0n ? member.newLeaseId() : request.id;
    const { response, revision } = applied(
      await proposeFor(this.#context, call, { leaseGrant: { ttl: request.ttl, id } }),
      'leaseGrant',
    );
    return { ...response, header: headerAt(member, revision) };
  }

  async revoke(request: LeaseRevokeRequest, call: Call) {
    const { member } = this.#context;
    const { revision } = applied(
      await proposeFor(this.#context, call, { leaseRevoke: { id: request.id } }),
      'leaseRevoke',
    );
    return { header: headerAt(member, revision) };
  }

  async timeToLive(request: LeaseTimeToLiveRequest, call: Call) {
    const { member } = this.#context;
    const id = leaseId(request.id);
    const remaining = await member.leaseRemaining(id);
    if (remaining === undefined) return { header: member.header(), id, ttl: -1 };
    let keys: readonly Uint8Array[] = [];
    if (request.keys) {
      // The deadline is the leader's; the keys are read here, so they must be as fresh as a linearizable read.
      await member.readBarrier();
      keys = await readFor(this.#context, call, {
        check: (checker) => checkLeaseRead(checker, id),
        read: () => member.leases.get(id)?.keys ?? [],
      });
    }
    return { header: member.header(), id, ttl: Math.floor(remaining.ttl), grantedTtl: remaining.grantedTtl, keys };
  }

  /** Whoever may not read a key of some lease sees none of them, as in etcd. */
  async leases(call: Call) {
    const { member } = this.#context;
    const ids = await member.leasesByExpiry();
    return readFor(this.#context, call, {
      check: (checker) => {
        for (const id of ids) checkLeaseRead(checker, id);
      },
      read: () => ({ header: member.header(), leases: ids.map((id) => ({ id })) }),
    });
  }
}

/** One answer per request, in their order. An unknown lease is answered with TTL 0, which is no error. */
class KeepAliveStream implements StreamHandler<KeepAlive> {
  readonly #context: ServiceContext;
  readonly #stream: ServerStream<LeaseKeepAliveResponse>;
  readonly #queue: bigint[] = [];
  #working = false;
  #ended = false;
  #paused = false;

  constructor(context: ServiceContext, stream: ServerStream<LeaseKeepAliveResponse>) {
    this.#context = context;
    this.#stream = stream;
  }

  onMessage(request: KeepAlive): void {
    this.#queue.push(request.id);
    if (this.#queue.length >= KEEPALIVE_QUEUE_MAX && !this.#paused) {
      this.#paused = true;
      this.#stream.pauseReading();
    }
    this.#work();
  }

  onEnd(): void {
    this.#ended = true;
    if (!this.#working) this.#stream.end();
  }

  onDrain(): void {
    this.#work();
  }

  onClose(): void {
    this.#queue.length = 0;
  }

  /** Keeping a lease alive decides over its keys: they must be the caller's to write. */
  async #renew(id: LeaseId): Promise<number> {
    const { member } = this.#context;
    await readFor(this.#context, this.#stream, {
      check: (checker) => {
        if (checker.identity.revision === 0) throw etcdErrors.userEmpty();
        checkLeaseWrite(checker, id);
      },
      read: () => undefined,
    });
    return member.renewLease(id);
  }

  #work(): void {
    if (this.#working || this.#stream.full) return;
    const next = this.#queue.shift();
    if (next === undefined) {
      if (this.#ended) this.#stream.end();
      return;
    }
    if (this.#paused && this.#queue.length < KEEPALIVE_QUEUE_MAX / 2) {
      this.#paused = false;
      this.#stream.resumeReading();
    }
    this.#working = true;
    this.#renew(leaseId(next)).then(
      (ttl) => {
        this.#stream.send({ header: this.#context.member.header(), id: next, ttl });
        this.#working = false;
        this.#work();
      },
      (error: Error) => this.#stream.fail(error),
    );
  }
}
