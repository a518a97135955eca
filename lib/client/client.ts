/** The client: keys, transactions, watches and leases of an etcd v3 store, ours or a real etcd. */
import { randomInt } from 'node:crypto';
import { EMPTY_BYTES, prefixRangeEnd, utf8Encode } from '../base/bytes.ts';
import { type Compare, CompareResult, CompareTarget, type TxnRequest } from '../base/etcdpb/kv.ts';
import { methods } from '../base/etcdpb/methods.ts';
import type { KeyValue } from '../base/etcdpb/mvcc.ts';
import type { Init } from '../base/protobuf/schema.ts';
import { type CallOptions, Channel, type Credentials, type Tls } from './channel.ts';
import { type Host, systemHost } from './host.ts';
import { openSession, type Session } from './session.ts';
import { type WatchBatch, watchRange } from './watch.ts';

/** Text means its UTF-8 bytes. */
export type Bytes = string | Uint8Array;

export interface ConnectOptions {
  /** `host:port` each, in the order in which they are tried. */
  readonly endpoints: readonly string[];
  /** Which is tried first. A fleet that is given one list spreads over the members by 'any'; the others follow in turn. Default: 'first'. */
  readonly begin?: 'first' | 'any';
  readonly tls?: Tls;
  /** For a store with authentication. Tokens are got and renewed as needed. */
  readonly credentials?: Credentials;
}

/** A key, or every key that starts with a prefix ('' is every key there is). */
export type Target = { readonly key: Bytes } | { readonly prefix: Bytes };

export interface GetOptions extends CallOptions {
  /** Read as of this revision; default: now, linearizable. */
  readonly revision?: number;
  readonly limit?: number;
  readonly keysOnly?: boolean;
  /** Answered by whichever member is asked, from what it has: cheaper, perhaps behind. Default: linearizable. */
  readonly serializable?: boolean;
}

export interface GetResult {
  readonly kvs: readonly KeyValue[];
  /** All matches, also beyond `limit`. */
  readonly count: number;
  readonly more: boolean;
  /** The store's revision when it answered. */
  readonly revision: number;
}

export interface PutOptions extends CallOptions {
  /** Attaches the key to this lease; without it the key belongs to none afterwards. */
  readonly lease?: bigint;
}

export interface WatchOptions {
  /** First revision to deliver; default: from now on. */
  readonly startRevision?: number;
  /** Also deliver what stood there before each change. */
  readonly prevKv?: boolean;
  readonly signal?: AbortSignal;
}

export class Client {
  /** Time and chance for the recipes. */
  readonly host: Host = systemHost;
  readonly #channel: Channel;

  constructor(channel: Channel) {
    this.#channel = channel;
  }

  /** @throws ClientError */
  async get(target: Target, options: GetOptions = {}): Promise<GetResult> {
    const request = {
      ...rangeOf(target),
      revision: options.revision ?? 0,
      limit: options.limit ?? 0,
      keysOnly: options.keysOnly ?? false,
      serializable: options.serializable ?? false,
    };
    const answer = await this.#channel.unary(methods.range, request, options);
    return { kvs: answer.kvs, count: answer.count, more: answer.more, revision: answer.header?.revision ?? 0 };
  }

  /** Resolves to the revision of the write. @throws ClientError; see its `maybeApplied`. */
  async put(key: Bytes, value: Bytes, options: PutOptions = {}): Promise<{ readonly revision: number }> {
    const request = { key: toBytes(key), value: toBytes(value), lease: options.lease ?? 0n };
    const answer = await this.#channel.unary(methods.put, request, options);
    return { revision: answer.header?.revision ?? 0 };
  }

  /** @throws ClientError; see its `maybeApplied`. */
  async delete(
    target: Target,
    options: CallOptions = {},
  ): Promise<{ readonly deleted: number; readonly revision: number }> {
    const answer = await this.#channel.unary(methods.deleteRange, rangeOf(target), options);
    return { deleted: answer.deleted, revision: answer.header?.revision ?? 0 };
  }

  /** All or nothing, in one revision; `ranges` holds the answers to the reads of the branch taken. @throws ClientError */
  async txn(request: Init<TxnRequest>, options: CallOptions = {}): Promise<TxnResult> {
    const answer = await this.#channel.unary(methods.txn, request, options);
    const ranges = answer.responses.flatMap((op) => (op.responseRange === undefined ? [] : [op.responseRange.kvs]));
    return { succeeded: answer.succeeded, revision: answer.header?.revision ?? 0, ranges };
  }

  /** Never ends by itself: break out of the loop or abort `signal`. @throws CompactedError, ClientError */
  watch(target: Target, options: WatchOptions = {}): AsyncGenerator<WatchBatch, void, void> {
    return watchRange(this.#channel, {
      ...rangeOf(target),
      startRevision: options.startRevision,
      prevKv: options.prevKv ?? false,
      signal: options.signal,
    });
  }

  /** Grants a lease and keeps it alive until `close()`. @param ttlSeconds how long it outlives us when we die. */
  session(options: { readonly ttlSeconds: number }): Promise<Session> {
    return openSession(this.#channel, options.ttlSeconds);
  }

  /** A lease that ends by itself unless somebody keeps it alive; `session` does. Resolves to its id. */
  async grantLease(ttlSeconds: number, options: CallOptions = {}): Promise<bigint> {
    const answer = await this.#channel.unary(methods.leaseGrant, { ttl: ttlSeconds }, options);
    return answer.id;
  }

  /** Ends a lease: every key under it is deleted, in one revision. @throws ClientError NOT_FOUND */
  async revokeLease(lease: bigint, options: CallOptions = {}): Promise<void> {
    await this.#channel.unary(methods.leaseRevoke, { id: lease }, options);
  }

  /** Drops history below `revision`, which itself stays readable. @throws ClientError OUT_OF_RANGE when already gone */
  async compact(revision: number, options: CallOptions = {}): Promise<void> {
    await this.#channel.unary(methods.compact, { revision }, options);
  }

  close(): void {
    this.#channel.close();
  }
}

export interface TxnResult {
  readonly succeeded: boolean;
  readonly revision: number;
  readonly ranges: readonly (readonly KeyValue[])[];
}

/** Connects lazily: the first call finds out whether anyone answers. */
export function connect({ endpoints, begin = 'first', tls, credentials }: ConnectOptions): Client {
  const at = begin === 'any' && endpoints.length > 0 ? randomInt(endpoints.length) : 0;
  return new Client(new Channel([...endpoints.slice(at), ...endpoints.slice(0, at)], tls, credentials));
}

export const toBytes = (value: Bytes): Uint8Array => (typeof value === 'string' ? utf8Encode(value) : value);

export function rangeOf(target: Target): { readonly key: Uint8Array; readonly rangeEnd: Uint8Array } {
  if ('key' in target) return { key: toBytes(target.key), rangeEnd: EMPTY_BYTES };
  const prefix = toBytes(target.prefix);
  return { key: prefix.length === 0 ? Uint8Array.of(0) : prefix, rangeEnd: prefixRangeEnd(prefix) };
}

/** The guard "nobody changed it since": `revision` 0 means that the key does not exist. */
export function modRevisionIs(key: Bytes, revision: number): Init<Compare> {
  return { key: toBytes(key), target: CompareTarget.MOD, result: CompareResult.EQUAL, modRevision: revision };
}

/** The guard "it is still the same life of the key"; 0: it does not exist. */
export function createRevisionIs(key: Bytes, revision: number): Init<Compare> {
  return { key: toBytes(key), target: CompareTarget.CREATE, result: CompareResult.EQUAL, createRevision: revision };
}

export const putOp = (key: Bytes, value: Bytes, lease = 0n) => ({
  requestPut: { key: toBytes(key), value: toBytes(value), lease },
});
export const getOp = (target: Target) => ({ requestRange: rangeOf(target) });
export const deleteOp = (target: Target) => ({ requestDeleteRange: rangeOf(target) });
