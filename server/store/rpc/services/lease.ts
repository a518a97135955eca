/** etcdserverpb.Lease. Deadlines belong to the leader; this service only asks for them. */

import { leaseId } from '../../../../lib/base/brand.ts';
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
import { bidi, unary } from '../front/method.ts';
import type { Method, ServerStream, StreamHandler } from '../front/types.ts';
import { KEEPALIVE_QUEUE_MAX, LEASE_TTL_SECONDS_MAX } from '../limits.ts';
import { applied, headerAt, type ServiceContext } from './context.ts';

export function leaseMethods(context: ServiceContext): readonly Method[] {
  const service = new LeaseService(context);
  const path = (name: string): string => `/etcdserverpb.Lease/${name}`;
  return [
    unary(path('LeaseGrant'), { request: LeaseGrantRequest, response: LeaseGrantResponse }, (r) => service.grant(r)),
    unary(path('LeaseRevoke'), { request: LeaseRevokeRequest, response: HeaderResponse }, (r) => service.revoke(r)),
    unary(path('LeaseTimeToLive'), { request: LeaseTimeToLiveRequest, response: LeaseTimeToLiveResponse }, (r) =>
      service.timeToLive(r),
    ),
    unary(path('LeaseLeases'), { request: LeaseLeasesRequest, response: LeaseLeasesResponse }, () => service.leases()),
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
  async grant(request: LeaseGrantRequest) {
    if (request.ttl > LEASE_TTL_SECONDS_MAX) throw etcdErrors.leaseTtlTooLarge();
    const { member } = this.#context;
    const id = request.id === 0n ? member.newLeaseId() : request.id;
    const { response, revision } = applied(
      await member.propose({ leaseGrant: { ttl: request.ttl, id } }),
      'leaseGrant',
    );
    return { ...response, header: headerAt(member, revision) };
  }

  async revoke(request: LeaseRevokeRequest) {
    const { member } = this.#context;
    const { revision } = applied(await member.propose({ leaseRevoke: { id: request.id } }), 'leaseRevoke');
    return { header: headerAt(member, revision) };
  }

  async timeToLive(request: LeaseTimeToLiveRequest) {
    const { member } = this.#context;
    const id = leaseId(request.id);
    const remaining = await member.leaseRemaining(id);
    if (remaining === undefined) return { header: member.header(), id, ttl: -1 };
    let keys: readonly Uint8Array[] = [];
    if (request.keys) {
      // The deadline is the leader's; the keys are read here, so they must be as fresh as a linearizable read.
      await member.readBarrier();
      keys = member.leases.get(id)?.keys ?? [];
    }
    return { header: member.header(), id, ttl: Math.floor(remaining.ttl), grantedTtl: remaining.grantedTtl, keys };
  }

  async leases() {
    const { member } = this.#context;
    const leases = (await member.leasesByExpiry()).map((id) => ({ id }));
    return { header: member.header(), leases };
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
    this.#context.member.renewLease(leaseId(next)).then(
      (ttl) => {
        this.#stream.send({ header: this.#context.member.header(), id: next, ttl });
        this.#working = false;
        this.#work();
      },
      (error: Error) => this.#stream.fail(error),
    );
  }
}
