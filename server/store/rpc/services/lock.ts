/** v3lockpb.Lock: the mutex of clientv3's recipes, for clients that have no recipes of their own. */
import { EMPTY_BYTES } from '../../../../lib/base/bytes.ts';
import { RangeRequest } from '../../../../lib/base/etcdpb/kv.ts';
import { LockRequest, LockResponse, UnlockRequest, UnlockResponse } from '../../../../lib/base/etcdpb/lock.ts';
import type { StoreMember } from '../../member/types.ts';
import { unary } from '../front/method.ts';
import type { Call, Method } from '../front/types.ts';
import { applied, headerAt, type ServiceContext } from './context.ts';
import { asUnknown, enter, leaseFor, unknown, waitForTurn } from './recipe.ts';

export function lockMethods({ member }: ServiceContext): readonly Method[] {
  return [
    unary('/v3lockpb.Lock/Lock', { request: LockRequest, response: LockResponse }, (request, call) =>
      asUnknown(lock(member, request, call)),
    ),
    unary('/v3lockpb.Lock/Unlock', { request: UnlockRequest, response: UnlockResponse }, async ({ key }) => {
      const { revision } = applied(await member.propose({ deleteRange: { key } }), 'deleteRange');
      return { header: headerAt(member, revision) };
    }),
  ];
}

/** Answers when the lock is held. A client that stops waiting leaves nothing behind. */
async function lock(
  member: StoreMember,
  { name, lease: given }: { readonly name: Uint8Array; readonly lease: bigint },
  call: Call,
) {
  const lease = await leaseFor(member, given);
  const { key, createRevision, header } = await enter(member, { name, lease, value: EMPTY_BYTES });
  try {
    if (!(await waitForTurn(member, call, { name, createRevision }))) return { header, key };
  } catch (error) {
    await member.propose({ deleteRange: { key } });
    throw error;
  }
  // The lease may have died while we waited, and the key with it.
  const { kvs } = member.kv.range(RangeRequest.create({ key, keysOnly: true }));
  if (kvs.length === 0) throw unknown('mutex: session is expired');
  return { header: member.header(), key };
}
