/**
 * What locks and elections share, in clientv3's key layout: every contender owns `<name>/<lease in hex>` under its lease,
 * and the one with the smallest create revision is in front. Contenders from any client library line up together.
 */
import { concatBytes, prefixRangeEnd, toByteString, utf8Encode } from '../../../../lib/base/bytes.ts';
import { EtcdError, etcdErrors } from '../../../../lib/base/etcdpb/errors.ts';
import {
  CompareResult,
  CompareTarget,
  RangeRequest,
  type RequestOp,
  type ResponseHeader,
  SortOrder,
  SortTarget,
  type TxnResponse,
} from '../../../../lib/base/etcdpb/kv.ts';
import type { KeyValue } from '../../../../lib/base/etcdpb/mvcc.ts';
import { GrpcCode } from '../../../../lib/base/grpc-status.ts';
import type { Init } from '../../../../lib/base/protobuf/schema.ts';
import type { StoreMember } from '../../member/types.ts';
import type { WatchHandle } from '../../mvcc/types.ts';
import type { Call } from '../front/types.ts';
import { applied, type CallerStore, headerAt } from './context.ts';

/** TTL of the lease made for a request that names none (clientv3's session default), in seconds. */
const SESSION_TTL_SECONDS = 60;
const SLASH = utf8Encode('/');

export const prefixOf = (name: Uint8Array): Uint8Array => concatBytes([name, SLASH]);

/** Every contender's key. */
export function rangeUnder(name: Uint8Array): { readonly key: Uint8Array; readonly rangeEnd: Uint8Array } {
  const key = prefixOf(name);
  return { key, rangeEnd: prefixRangeEnd(key) };
}

/** Refusals of these services are not in etcd's table of errors, so they arrive as Unknown with their own text. */
export const unknown = (message: string): EtcdError => new EtcdError(GrpcCode.UNKNOWN, message);

const WRAPPED: ReadonlySet<GrpcCode> = new Set([
  GrpcCode.NOT_FOUND,
  GrpcCode.INVALID_ARGUMENT,
  GrpcCode.PERMISSION_DENIED,
  GrpcCode.UNAUTHENTICATED,
]);

/** @throws the same refusal as Unknown, as etcd's services wrap their client's errors */
export async function asUnknown<T>(work: Promise<T>): Promise<T> {
  try {
    return await work;
  } catch (error) {
    if (error instanceof EtcdError && WRAPPED.has(error.code)) throw unknown(error.message);
    throw error;
  }
}

/** The lease to contend under: the given one, or a fresh one that nobody keeps alive. */
export async function leaseFor(store: CallerStore, lease: bigint): Promise<bigint> {
  if (lease !== 0n) return lease;
  await store.checkUser();
  const id = store.member.newLeaseId();
  applied(await store.propose({ leaseGrant: { id, ttl: SESSION_TTL_SECONDS } }), 'leaseGrant');
  return id;
}

export interface Contender {
  readonly key: Uint8Array;
  readonly createRevision: number;
  /** False when the key was there already, with `value`. */
  readonly isNew: boolean;
  readonly value: Uint8Array;
  /** Of the transaction that wrote or found the key. */
  readonly header: ResponseHeader;
}

interface Entry {
  readonly name: Uint8Array;
  readonly lease: bigint;
  readonly value: Uint8Array;
}

/** Writes this contender's key unless it is there already. */
export async function enter(store: CallerStore, { name, lease, value }: Entry): Promise<Contender> {
  const key = concatBytes([prefixOf(name), utf8Encode(BigInt.asUintN(64, lease).toString(16))]);
  const { revision, succeeded, responses, header } = await guarded(store, {
    key,
    createRevision: 0,
    success: { requestPut: { key, value, lease } },
    failure: { requestRange: { key } },
  });
  if (succeeded) return { key, createRevision: revision, isNew: true, value, header };
  const existing = responses[0]?.responseRange?.kvs[0];
  if (existing === undefined) throw unknown('etcdserver: the contender key vanished while it was read');
  return { key, createRevision: existing.createRevision, isNew: false, value: existing.value, header };
}

interface Guarded {
  readonly key: Uint8Array;
  /** The guard: create_revision of `key` is exactly this; 0: it does not exist. */
  readonly createRevision: number;
  readonly success: Init<RequestOp>;
  readonly failure?: Init<RequestOp>;
}

export async function guarded(
  store: CallerStore,
  { key, createRevision, success, failure }: Guarded,
): Promise<TxnResponse & { readonly revision: number; readonly header: ResponseHeader }> {
  const compare = [{ key, target: CompareTarget.CREATE, result: CompareResult.EQUAL, createRevision }];
  const txn = { compare, success: [success], failure: failure === undefined ? [] : [failure] };
  const { response, revision } = applied(await store.propose({ txn }), 'txn');
  return { ...response, revision, header: headerAt(store.member, revision) };
}

/** The contender in front, if any. Linearizable. */
export async function front(store: CallerStore, name: Uint8Array): Promise<KeyValue | undefined> {
  await store.member.readBarrier();
  const range = { ...rangeUnder(name), limit: 1 };
  await store.checkRead(range);
  const order = { sortTarget: SortTarget.CREATE, sortOrder: SortOrder.ASCEND };
  return store.member.kv.range(RangeRequest.create({ ...range, ...order })).kvs[0];
}

/** Waits until nobody under `name` was there before `createRevision`. False: no wait was needed. @throws EtcdError Canceled */
export async function waitForTurn(
  store: CallerStore,
  call: Call,
  turn: { readonly name: Uint8Array; readonly createRevision: number },
): Promise<boolean> {
  const { member } = store;
  const range = rangeUnder(turn.name);
  for (let hasWaited = false; ; hasWaited = true) {
    await store.checkRead(range);
    const before = member.kv.range(
      RangeRequest.create({
        ...range,
        limit: 1,
        sortTarget: SortTarget.CREATE,
        sortOrder: SortOrder.DESCEND,
        maxCreateRevision: turn.createRevision - 1,
        keysOnly: true,
      }),
    ).kvs[0];
    if (before === undefined) return hasWaited;
    await untilDeleted(member, call, before.key);
  }
}

/** Waits for the deletion of `key`, which exists in the state read just now. */
function untilDeleted(member: StoreMember, call: Call, key: Uint8Array): Promise<void> {
  return new Promise((resolve, reject) => {
    let handle: WatchHandle | undefined;
    const settle = (act: () => void): boolean => {
      handle?.cancel();
      act();
      return true;
    };
    handle = member.watches.watch(
      {
        key: toByteString(key),
        rangeEnd: toByteString(new Uint8Array(0)),
        startRevision: member.kv.revision() + 1,
        prevKv: false,
        noPut: true,
        noDelete: false,
      },
      {
        deliver: ({ events }) => events.length === 0 || settle(resolve),
        compacted: () => settle(() => reject(etcdErrors.compacted())),
      },
    );
    call.onCancel(() => settle(() => reject(new EtcdError(GrpcCode.CANCELED, 'context canceled'))));
  });
}
