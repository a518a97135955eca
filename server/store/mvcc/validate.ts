/**
 * Checks of a request's shape, before anything is proposed. They need no state, so every member would answer the same;
 * rpc/ calls them with its limits, and apply/ repeats the one the index depends on (a key changes at most once in a
 * transaction).
 */
import { etcdErrors } from '../../../lib/base/etcdpb/errors.ts';
import {
  type DeleteRangeRequest,
  type PutRequest,
  type RangeRequest,
  type RequestOp,
  SortOrder,
  SortTarget,
  type TxnRequest,
} from '../../../lib/base/etcdpb/kv.ts';
import { checkDuplicateKeys } from './duplicate-keys.ts';

/** etcd's --max-txn-ops. */
const TXN_OPS_MAX_DEFAULT = 128;

/** @throws EtcdError */
export function validateRange(request: RangeRequest): void {
  if (request.key.length === 0) throw etcdErrors.emptyKey();
  if (!Object.values<number>(SortOrder).includes(request.sortOrder)) throw etcdErrors.invalidSortOption();
  if (!Object.values<number>(SortTarget).includes(request.sortTarget)) throw etcdErrors.invalidSortOption();
}

/** @throws EtcdError */
export function validatePut(request: PutRequest): void {
  if (request.key.length === 0) throw etcdErrors.emptyKey();
  if (request.ignoreValue && request.value.length > 0) throw etcdErrors.valueProvided();
  if (request.ignoreLease && request.lease !== 0n) throw etcdErrors.leaseProvided();
}

/** @throws EtcdError */
export function validateDeleteRange(request: DeleteRangeRequest): void {
  if (request.key.length === 0) throw etcdErrors.emptyKey();
}

/**
 * @param opsMax operations (and compares) allowed in each list; a nested transaction gets what its parent's longest list
 *   leaves over.
 * @throws EtcdError
 */
export function validateTxn(request: TxnRequest, opsMax: number = TXN_OPS_MAX_DEFAULT): void {
  validateOps(request, opsMax);
  checkDuplicateKeys(request);
}

function validateOps(request: TxnRequest, opsMax: number): void {
  const longest = Math.max(request.compare.length, request.success.length, request.failure.length);
  if (longest > opsMax) throw etcdErrors.tooManyOps();
  for (const compare of request.compare) if (compare.key.length === 0) throw etcdErrors.emptyKey();
  for (const op of request.success) validateOp(op, opsMax - longest);
  for (const op of request.failure) validateOp(op, opsMax - longest);
}

function validateOp(op: RequestOp, opsLeft: number): void {
  if (op.requestRange !== undefined) validateRange(op.requestRange);
  else if (op.requestPut !== undefined) validatePut(op.requestPut);
  else if (op.requestDeleteRange !== undefined) validateDeleteRange(op.requestDeleteRange);
  else if (op.requestTxn !== undefined) validateOps(op.requestTxn, opsLeft);
  else throw etcdErrors.keyNotFound();
}

/** True when the request can only read: it need not be replicated. */
export function isReadOnlyTxn(request: TxnRequest): boolean {
  return [...request.success, ...request.failure].every(
    (op) => op.requestRange !== undefined || (op.requestTxn !== undefined && isReadOnlyTxn(op.requestTxn)),
  );
}

/** True when every range of a read-only transaction asks for a local read. */
export function isSerializableTxn(request: TxnRequest): boolean {
  return [...request.success, ...request.failure].every((op) =>
    op.requestTxn !== undefined ? isSerializableTxn(op.requestTxn) : op.requestRange?.serializable === true,
  );
}
