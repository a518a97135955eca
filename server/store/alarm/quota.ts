/**
 * What a request will cost in storage, as etcd estimates it, and whether it still fits. The member that receives a
 * request asks before proposing; when it does not fit it raises NOSPACE for itself and refuses.
 */
import type { PutRequest, RequestOp, TxnRequest } from '../../../lib/base/etcdpb/kv.ts';
import type { InternalRaftRequest } from '../../../lib/base/etcdpb/raft.ts';

/** etcd's default for --quota-backend-bytes 0. */
export const QUOTA_BYTES_DEFAULT = 2 * 1024 ** 3;
/** Index and framing of one revision. */
const PUT_OVERHEAD_BYTES = 256;
const LEASE_BYTES = 64;

type Request = Partial<Pick<InternalRaftRequest, 'put' | 'txn' | 'leaseGrant'>>;

/** Estimated bytes a request adds; 0 for whatever only reads, deletes or compacts. */
export function costOf(request: Request): number {
  if (request.put !== undefined) return costOfPut(request.put);
  if (request.txn !== undefined) return costOfTxn(request.txn);
  return request.leaseGrant === undefined ? 0 : LEASE_BYTES;
}

/** The dearer branch: above 0 exactly when one of them, nested ones included, puts something. */
function costOfTxn(request: TxnRequest): number {
  const costOfBranch = (ops: readonly RequestOp[]) => ops.reduce((sum, op) => sum + costOfOp(op), 0);
  return Math.max(costOfBranch(request.success), costOfBranch(request.failure));
}

function costOfOp(op: RequestOp): number {
  if (op.requestPut !== undefined) return costOfPut(op.requestPut);
  return op.requestTxn === undefined ? 0 : costOfTxn(op.requestTxn);
}

const costOfPut = (put: PutRequest): number => PUT_OVERHEAD_BYTES + put.key.length + put.value.length;

/** `quotaBytes`: 0 means the default, negative no quota. Free requests always fit. */
export function fitsQuota(options: {
  readonly sizeBytes: number;
  readonly costBytes: number;
  readonly quotaBytes: number;
}): boolean {
  const { sizeBytes, costBytes, quotaBytes } = options;
  if (quotaBytes < 0 || costBytes === 0) return true;
  return sizeBytes + costBytes <= (quotaBytes === 0 ? QUOTA_BYTES_DEFAULT : quotaBytes);
}
