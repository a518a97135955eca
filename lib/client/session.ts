/**
 * A lease that is kept alive: what an application holds (a service entry, a lock, a leadership) hangs on it. When it is lost,
 * `signal` aborts with a SessionLostError: that is the moment to stop acting as holder.
 *
 * Invariant: the session is called lost no later than the store can expire the lease, because the deadline counts from
 * before a keep-alive was sent, on the monotonic clock (e2e/client/session.int.test.ts).
 */
import { setTimeout as sleep } from 'node:timers/promises';
import type { LeaseKeepAliveResponse } from '../base/etcdpb/lease.ts';
import { methods } from '../base/etcdpb/methods.ts';
import { GrpcCode } from '../base/grpc-status.ts';
import { onAbort } from './abort.ts';
import { type Channel, toClientError } from './channel.ts';
import { ClientError, SessionLostError } from './errors.ts';

/** One beat is sent after this part of the TTL, so that two may be lost before the lease is. */
const BEATS_PER_TTL = 3;
const RETRY_MS = 200;

export interface Session {
  readonly lease: bigint;
  /** As the store granted it, which may be more than was asked for. */
  readonly ttlSeconds: number;
  /** Aborts when the lease is lost or the session closed; the reason is a SessionLostError. */
  readonly signal: AbortSignal;
  /**
   * False from the moment on at which the store may have given the lease away, judged when asked: also in a process that was
   * stopped for a while and whose timers have not run yet.
   */
  readonly isAlive: boolean;
  /** Lower-case hex, as keys of locks and elections end with it. */
  readonly leaseHex: string;
  /** Revokes the lease: every key under it goes at once. Safe to call twice. */
  close(): Promise<void>;
}

export async function openSession(channel: Channel, ttlSeconds: number): Promise<Session> {
  const grantedAt = performance.now();
  const grant = await channel.unary(methods.leaseGrant, { ttl: ttlSeconds });
  const lost = new AbortController();
  const lose = (reason: string) => lost.abort(new SessionLostError(reason));
  let deadline = grantedAt + grant.ttl * 1000;
  const renewed = (until: number) => {
    deadline = until;
  };
  const beating = keepAlive({
    channel,
    lease: grant.id,
    ttlSeconds: grant.ttl,
    deadline,
    stopped: lost.signal,
    lose,
    renewed,
  });
  return {
    lease: grant.id,
    leaseHex: BigInt.asUintN(64, grant.id).toString(16),
    ttlSeconds: grant.ttl,
    signal: lost.signal,
    get isAlive() {
      return !lost.signal.aborted && performance.now() < deadline;
    },
    close: async () => {
      if (lost.signal.aborted) return beating;
      lose('the session was closed');
      await beating;
      await channel.unary(methods.leaseRevoke, { id: grant.id }).catch((cause: unknown) => {
        if (toClientError(cause, false).code !== GrpcCode.NOT_FOUND) throw cause;
      });
    },
  };
}

interface Beating {
  readonly channel: Channel;
  readonly lease: bigint;
  readonly ttlSeconds: number;
  /** Of the grant itself. */
  readonly deadline: number;
  readonly stopped: AbortSignal;
  readonly lose: (reason: string) => void;
  readonly renewed: (deadline: number) => void;
}

/** Resolves when stopped or lost; never rejects. */
async function keepAlive(beating: Beating): Promise<void> {
  const { channel, lease, ttlSeconds, stopped, lose } = beating;
  let { deadline } = beating;
  const expiry = new Expiry(() => lose(`lease ${lease.toString(16)} could not be kept alive for ${ttlSeconds} s`));
  expiry.set(deadline);
  let waitMs = (ttlSeconds * 1000) / BEATS_PER_TTL;
  while (!stopped.aborted) {
    await sleep(waitMs, undefined, { signal: stopped }).catch(() => undefined);
    if (stopped.aborted) break;
    const sentAt = performance.now();
    try {
      const { ttl } = await beat(channel, lease, { signal: stopped, timeoutMs: Math.max(1, deadline - sentAt) });
      if (ttl <= 0) {
        lose(`lease ${lease.toString(16)} has expired or was revoked`);
        break;
      }
      deadline = sentAt + ttl * 1000;
      expiry.set(deadline);
      beating.renewed(deadline);
      waitMs = (ttl * 1000) / BEATS_PER_TTL;
    } catch {
      // Unreachable for the moment: beat again soon; the deadline decides when it has been too long.
      waitMs = RETRY_MS;
    }
  }
  expiry.clear();
}

/** One keep-alive on a stream of its own, so that each beat may take whichever endpoint answers. */
async function beat(
  channel: Channel,
  lease: bigint,
  options: { readonly signal: AbortSignal; readonly timeoutMs: number },
): Promise<LeaseKeepAliveResponse> {
  const stream = await channel.duplex(methods.leaseKeepAlive, options);
  const giveUp = () => stream.cancel();
  const timer = setTimeout(giveUp, options.timeoutMs);
  const finished = onAbort(options.signal, giveUp);
  try {
    stream.write({ id: lease });
    stream.end();
    for await (const answer of stream as AsyncIterable<LeaseKeepAliveResponse>) return answer;
    throw new ClientError(GrpcCode.UNAVAILABLE, 'the keep-alive stream ended without an answer');
  } finally {
    clearTimeout(timer);
    finished();
    stream.on('error', () => undefined);
    stream.cancel();
  }
}

/** A deadline that moves. */
class Expiry {
  readonly #action: () => void;
  #timer: NodeJS.Timeout | undefined;

  constructor(action: () => void) {
    this.#action = action;
  }

  set(at: number): void {
    clearTimeout(this.#timer);
    this.#timer = setTimeout(this.#action, Math.max(0, at - performance.now()));
  }

  clear(): void {
    clearTimeout(this.#timer);
  }
}
