/** Leases: all of them with their keys, one, grant, revoke. Ids are 64-bit and travel as hex. */
import type { LeaseGrantBody, LeaseList, LeaseRevokeBody, LeaseView, WriteResult } from '../../../lib/api/types.ts';
import { GrpcCode } from '../../../lib/base/grpc-status.ts';
import { sameWire, toWire, wireId } from '../../../lib/keys/wire-bytes.ts';
import type { LeaseState } from '../../engines/engine.ts';
import { ConsoleError } from '../errors.ts';
import { leaseFromHex, leaseToHex } from '../ids.ts';
import { requireLeases, requireWritable, type StoreContext } from './context.ts';

/** etcd answers for one lease at a time: more than this are counted but not read. The list comes soonest to expire first. */
export const LEASES_READ_MAX = 1_000;
/** Reads under way at once. */
const CONCURRENT_READS = 16;
/** Keys shown per lease in the list; `keyCount` counts all. */
const LIST_KEYS_MAX = 20;
const FOLLOW_MS = 500;

export async function listLeases(context: StoreContext): Promise<LeaseList> {
  const leases = requireLeases(context);
  const { ids, revision } = await leases.list();
  const read: LeaseState[] = [];
  const queue = ids.slice(0, LEASES_READ_MAX);
  const worker = async (): Promise<void> => {
    for (let id = queue.shift(); id !== undefined; id = queue.shift()) read.push(await leases.read(id));
  };
  await Promise.all(Array.from({ length: CONCURRENT_READS }, worker));
  const at = context.now();
  // A lease that ended between the two calls is gone, not unknown.
  const alive = read.filter((state) => state.remainingTtlSeconds >= 0);
  alive.sort((a, b) => a.remainingTtlSeconds - b.remainingTtlSeconds || (a.id < b.id ? -1 : 1));
  return {
    revision: String(revision),
    at,
    total: ids.length - (read.length - alive.length),
    leases: alive.map((state) => viewOf(state, { at, keysMax: LIST_KEYS_MAX })),
  };
}

/** A lease that is gone has remaining TTL -1 and no keys: an answer, not an error. */
export async function leaseView(context: StoreContext, id: bigint): Promise<LeaseView> {
  return viewOf(await requireLeases(context).read(id), { at: context.now() });
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
  context.ownWrites.note(revision, context.author);
  await context.hub.follows(revision, FOLLOW_MS);
  return { revision: String(revision), kv: null };
}

function viewOf(state: LeaseState, options: { readonly at: number; readonly keysMax?: number }): LeaseView {
  return {
    id: leaseToHex(state.id) ?? '0',
    grantedTtlSeconds: String(state.grantedTtlSeconds),
    remainingTtlSeconds: String(state.remainingTtlSeconds),
    at: options.at,
    keyCount: state.keys.length,
    keys: state.keys.slice(0, options.keysMax ?? state.keys.length).map(toWire),
  };
}
