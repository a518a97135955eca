/** One lease with all its keys, as the store says now; grant; revoke. Ids are 64-bit and travel as hex. */
import type { LeaseGrantBody, LeaseRevokeBody, LeaseView, WriteResult } from '../../../lib/api/types.ts';
import { GrpcCode } from '../../../lib/base/grpc-status.ts';
import { sameWire, toWire, wireId } from '../../../lib/keys/wire-bytes.ts';
import { ConsoleError } from '../errors.ts';
import { leaseFromHex, leaseToHex } from '../ids.ts';
import { requireLeases, requireWritable, type StoreContext } from './context.ts';

const FOLLOW_MS = 500;

/** A lease that is gone has remaining TTL -1 and no keys: an answer, not an error. */
export async function leaseView(context: StoreContext, id: bigint): Promise<LeaseView> {
  const state = await requireLeases(context).read(id);
  return {
    id: leaseToHex(state.id) ?? '0',
    grantedTtlSeconds: String(state.grantedTtlSeconds),
    remainingTtlSeconds: String(state.remainingTtlSeconds),
    at: context.now(),
    keyCount: state.keys.length,
    keys: state.keys.map(toWire),
    hasHidden: state.hasHidden,
  };
}

export async function grantLease(context: StoreContext, body: LeaseGrantBody): Promise<LeaseView> {
  requireWritable(context);
  const wanted = body.id === undefined ? 0n : leaseFromHex(body.id);
  const { id } = await requireLeases(context).grant(body.ttlSeconds, wanted);
  return leaseView(context, id);
}

/**
 * Refused when the lease holds keys that were not shown. etcd has no guarded revoke: a key attached in the instant between
 * the check and the revoke goes with it.
 *
 * @throws ConsoleError ABORTED with the lease as it is, NOT_FOUND when it is gone
 */
export async function revokeLease(context: StoreContext, hex: string, body: LeaseRevokeBody): Promise<WriteResult> {
  requireWritable(context);
  const id = leaseFromHex(hex);
  const current = await leaseView(context, id);
  if (current.remainingTtlSeconds === '-1') throw new ConsoleError(GrpcCode.NOT_FOUND, `lease ${hex} is gone already`);
  if (current.hasHidden) {
    throw new ConsoleError(
      GrpcCode.FAILED_PRECONDITION,
      `lease ${hex} holds keys that you may not read, and they would go with it: ask somebody who may`,
    );
  }
  const shown = new Set(body.expectKeys.map(wireId));
  const others = current.keys.filter((key) => !shown.has(wireId(key)));
  if (others.length > 0 || shown.size !== current.keys.length) {
    const missing = body.expectKeys.filter((key) => !current.keys.some((other) => sameWire(other, key)));
    throw new ConsoleError(
      GrpcCode.ABORTED,
      `lease ${hex} holds other keys than those shown (${others.length} new, ${missing.length} gone); nothing was revoked`,
      { current, added: others, removed: missing },
    );
  }
  const { revision } = await requireLeases(context).revoke(id);
  context.authors.note(revision, context.author);
  await context.hub.follows(revision, FOLLOW_MS);
  return { revision: String(revision), kv: null };
}
