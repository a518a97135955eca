/** v3lockpb.Lock: the mutex of clientv3's recipes, for clients that have no recipes of their own. */
import { EMPTY_BYTES } from '../../../../lib/base/bytes.ts';
import { etcdErrors } from '../../../../lib/base/etcdpb/errors.ts';
import { RangeRequest } from '../../../../lib/base/etcdpb/kv.ts';
import { LockRequest, LockResponse, UnlockRequest, UnlockResponse } from '../../../../lib/base/etcdpb/lock.ts';
import { unary } from '../front/method.ts';
import type { Call, Method } from '../front/types.ts';
import { applied, CallerStore, headerAt, type ServiceContext } from './context.ts';
import { asUnknown, enter, leaseFor, rangeUnder, unknown, waitForTurn } from './recipe.ts';

export function lockMethods(context: ServiceContext): readonly Method[] {
  return [
    unary('/v3lockpb.Lock/Lock', { request: LockRequest, response: LockResponse }, (request, call) =>
      asUnknown(lock(new CallerStore(context, call), request, call)),
    ),
    unary('/v3lockpb.Lock/Unlock', { request: UnlockRequest, response: UnlockResponse }, ({ key }, call) =>
      asUnknown(unlock(new CallerStore(context, call), key)),
    ),
  ];
}

async function unlock(store: CallerStore, key: Uint8Array) {
  if (key.length === 0) throw etcdErrors.emptyKey();
  const { revision } = applied(await store.propose({ deleteRange: { key } }), 'deleteRange');
  return { header: headerAt(store.member, revision) };
}

/** Answers when the lock is held. A client that stops waiting leaves nothing behind. */
async function lock(
  store: CallerStore,
  { name, lease: given }: { readonly name: Uint8Array; readonly lease: bigint },
  call: Call,
) {
  const { member } = store;
  const lease = await leaseFor(store, given);
  // Whoever may not see the queue shall not stand in it.
  await store.checkRead(rangeUnder(name));
  const { key, createRevision, header } = await enter(store, { name, lease, value: EMPTY_BYTES });
  try {
    if (!(await waitForTurn(store, call, { name, createRevision }))) return { header, key };
  } catch (error) {
    await store.propose({ deleteRange: { key } });
    throw error;
  }
  // The lease may have died while we waited, and the key with it.
  const { kvs } = member.kv.range(RangeRequest.create({ key, keysOnly: true }));
  if (kvs.length === 0) throw unknown('mutex: session is expired');
  return { header: member.header(), key };
}
