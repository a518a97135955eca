/**
 * Which permissions a request needs. Reads need READ, writes WRITE, and whoever wants to see what a write replaced needs both.
 * Of a transaction every comparison and both branches are checked, whichever of them will run.
 */
import { EMPTY_BYTES } from '../../../lib/base/bytes.ts';
import type { DeleteRangeRequest, PutRequest, RequestOp, TxnRequest } from '../../../lib/base/etcdpb/kv.ts';
import type { AuthView, Identity } from './types.ts';

export interface Checker {
  readonly auth: AuthView;
  readonly identity: Identity;
  /** The keys attached to a lease; none when it is unknown. */
  readonly keysOfLease: (id: bigint) => Iterable<Uint8Array>;
}

/** @throws EtcdError */
export function checkPutPermission(checker: Checker, { key, lease, prevKv }: PutRequest): void {
  const { auth, identity } = checker;
  auth.checkWrite(identity, key, EMPTY_BYTES);
  // Whoever attaches a key to a lease decides when its other keys can go: they must be his to write, too.
  if (lease !== 0n) checkLeaseWrite(checker, lease);
  if (prevKv) auth.checkRead(identity, key, EMPTY_BYTES);
}

/** @throws EtcdError */
export function checkDeletePermission({ auth, identity }: Checker, request: DeleteRangeRequest): void {
  const { key, rangeEnd, prevKv } = request;
  auth.checkWrite(identity, key, rangeEnd);
  if (prevKv) auth.checkRead(identity, key, rangeEnd);
}

/** @throws EtcdError */
export function checkTxnPermission(checker: Checker, { compare, success, failure }: TxnRequest): void {
  for (const { key, rangeEnd } of compare) checker.auth.checkRead(checker.identity, key, rangeEnd);
  for (const op of success) checkOpPermission(checker, op);
  for (const op of failure) checkOpPermission(checker, op);
}

function checkOpPermission(checker: Checker, op: RequestOp): void {
  if (op.requestRange !== undefined)
    checker.auth.checkRead(checker.identity, op.requestRange.key, op.requestRange.rangeEnd);
  else if (op.requestPut !== undefined) checkPutPermission(checker, op.requestPut);
  else if (op.requestDeleteRange !== undefined) checkDeletePermission(checker, op.requestDeleteRange);
  else if (op.requestTxn !== undefined) checkTxnPermission(checker, op.requestTxn);
}

/** Every key attached to the lease may be written: needed to revoke, renew or use it. @throws EtcdError */
export function checkLeaseWrite({ auth, identity, keysOfLease }: Checker, lease: bigint): void {
  if (auth.isRoot(identity)) return;
  for (const key of keysOfLease(lease)) auth.checkWrite(identity, key, EMPTY_BYTES);
}

/** Every key attached to the lease may be read: needed to be told of them. @throws EtcdError */
export function checkLeaseRead({ auth, identity, keysOfLease }: Checker, lease: bigint): void {
  if (auth.isRoot(identity)) return;
  for (const key of keysOfLease(lease)) auth.checkRead(identity, key, EMPTY_BYTES);
}
