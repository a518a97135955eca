/** Clients with leases: a key under each, renewed for a while, then left alone or revoked; what they were told goes to the judge. */
import { setTimeout as sleep } from 'node:timers/promises';
import { LeaseKeepAliveRequest, LeaseKeepAliveResponse } from '../../lib/base/etcdpb/lease.ts';
import { GrpcCode } from '../../lib/base/grpc-status.ts';
import type { Prng } from '../../lib/base/prng.ts';
import { type Client, ClientError, connect } from '../../lib/client/index.ts';
import { GrpcClient } from '../../server/store/rpc/test-support/grpc-client.ts';
import type { LeaseLog } from '../../server/store/sim/histories/lease-bounds.ts';
import { now, type Recorder, seenPair } from './recorder.ts';

const HOLDERS = 4;
const TTL_SECONDS = 2;
const CALL_TIMEOUT_MS = 1500;
const RENEWALS_MAX = 5;

interface LeasingOptions {
  readonly endpoints: readonly string[];
  readonly prng: Prng;
  readonly recorder: Recorder;
  readonly prefix: string;
}

/** One lease as its owner knows it. */
interface Held {
  readonly id: bigint;
  readonly key: string;
  renewedAt: number;
  silentSince: number;
  /** An answer said that it was gone. */
  toldGoneAt: number | undefined;
  isRevoked: boolean;
}

export class Leasing {
  readonly #options: LeasingOptions;
  readonly #clients: readonly { readonly client: Client; readonly raw: GrpcClient }[];
  readonly #held: Held[] = [];
  readonly #running: Promise<void>[] = [];
  #isStopped = false;
  #serial = 0;

  constructor(options: LeasingOptions) {
    this.#options = options;
    this.#clients = options.endpoints.map((endpoint) => ({
      client: connect({ endpoints: [endpoint] }),
      raw: new GrpcClient(endpoint),
    }));
  }

  start(): void {
    for (let i = 0; i < HOLDERS; i++) this.#running.push(this.#holder(this.#options.prng.fork()));
  }

  /** Everybody falls silent; what is still held must end by itself. */
  async stop(): Promise<void> {
    this.#isStopped = true;
    try {
      await Promise.all(this.#running);
    } finally {
      for (const { client, raw } of this.#clients) {
        client.close();
        raw.close();
      }
    }
  }

  get keys(): readonly string[] {
    return this.#held.map(({ key }) => key);
  }

  /** @param seenGone when anybody saw that the key was deleted */
  logs(seenGone: (key: string) => number | undefined): readonly LeaseLog[] {
    return this.#held.map(({ id, key, renewedAt, silentSince, toldGoneAt, isRevoked }) => {
      const sightings = [toldGoneAt, seenGone(key)].filter((at) => at !== undefined);
      const goneAt = sightings.length === 0 ? undefined : Math.min(...sightings);
      return { name: `lease ${id} of ${key}`, ttlMs: TTL_SECONDS * 1000, renewedAt, silentSince, goneAt, isRevoked };
    });
  }

  async #holder(prng: Prng): Promise<void> {
    while (!this.#isStopped) {
      const held = await this.#grant(prng);
      for (let left = prng.int(0, RENEWALS_MAX); held !== undefined && left > 0 && !this.#isStopped; left--) {
        await sleep(TTL_SECONDS * 1000 * prng.pick([0.2, 0.4, 0.7, 0.95]));
        if (!(await this.#renew(held, prng))) break;
      }
      if (held !== undefined && prng.chance(0.25)) await this.#revoke(held, prng);
      await sleep(prng.int(50, 400));
    }
  }

  async #grant(prng: Prng): Promise<Held | undefined> {
    const { recorder, prefix } = this.#options;
    const { client } = prng.pick(this.#clients);
    const sentAt = now();
    const options = { timeoutMs: CALL_TIMEOUT_MS };
    const id = await client.grantLease(TTL_SECONDS, options).catch(ignoreClientErrors);
    if (id === undefined) return undefined;
    const serial = ++this.#serial;
    const [key, value] = [`${prefix}lease/${serial}`, `${prefix}leased${serial}`];
    // Its end is unannounced: it may take the key from now on.
    recorder.operations.push({
      key,
      operation: { call: { kind: 'leaseEnds', lease: id }, calledAt: sentAt, answer: undefined },
    });
    const call = { kind: 'put', value, lease: id } as const;
    const put = await recorder.run({ [key]: call }, async () => ({
      [key]: await client.put(key, value, { ...options, lease: id }),
    }));
    if (put === undefined) return undefined;
    const held = { id, key, renewedAt: sentAt, silentSince: now(), toldGoneAt: undefined, isRevoked: false };
    this.#held.push(held);
    return held;
  }

  /** False when the lease is gone. */
  async #renew(held: Held, prng: Prng): Promise<boolean> {
    const { recorder } = this.#options;
    const { key, id } = held;
    const { client } = prng.pick(this.#clients);
    await recorder.run({ [key]: { kind: 'get' } }, async () => {
      const { kvs, revision } = await client.get({ key }, { timeoutMs: CALL_TIMEOUT_MS });
      return { [key]: { revision, pair: seenPair(kvs[0]) } };
    });
    const sentAt = now();
    const ttl = await renew(prng.pick(this.#clients).raw, id);
    held.silentSince = now();
    if (ttl === undefined) return true;
    if (ttl > 0) held.renewedAt = sentAt;
    else held.toldGoneAt ??= now();
    return ttl > 0;
  }

  async #revoke(held: Held, prng: Prng): Promise<void> {
    held.isRevoked = true;
    const { client } = prng.pick(this.#clients);
    const isDone = await client
      .revokeLease(held.id, { timeoutMs: CALL_TIMEOUT_MS })
      .then(() => true, ignoreClientErrors);
    held.silentSince = now();
    // Not known to be done: it may live out its time, and may also go at once.
    if (isDone !== true) this.#held.splice(this.#held.indexOf(held), 1);
  }
}

/** Seconds granted, 0 when the lease is gone, undefined when nobody said. */
async function renew(client: GrpcClient, id: bigint): Promise<number | undefined> {
  const codec = { request: LeaseKeepAliveRequest, response: LeaseKeepAliveResponse };
  const stream = client.stream('/etcdserverpb.Lease/LeaseKeepAlive', codec);
  try {
    stream.send({ id });
    return (await stream.message(CALL_TIMEOUT_MS)).ttl;
  } catch {
    return undefined;
  } finally {
    stream.cancel();
  }
}

function ignoreClientErrors(cause: unknown): undefined {
  if (!(cause instanceof ClientError) || cause.code === GrpcCode.INTERNAL) throw cause;
}
