/**
 * Transactions. All compares, nested ones included, are judged against the state before the transaction, and so are
 * the checks that make it atomic (unknown lease, ignore_* on a missing key, unreadable revision): after the first
 * write nothing can fail. Then the operations of the chosen branches run in order at one revision; ranges see the
 * writes before them.
 */
import { assert } from '../../../lib/base/assert.ts';
import { toByteString } from '../../../lib/base/bytes.ts';
import { etcdErrors } from '../../../lib/base/etcdpb/errors.ts';
import {
  type DeleteRangeRequest,
  type DeleteRangeResponse,
  type PutRequest,
  type PutResponse,
  type RequestOp,
  ResponseHeader,
  type ResponseOp,
  type TxnRequest,
  type TxnResponse,
} from '../../../lib/base/etcdpb/kv.ts';
import { holds } from './compare.ts';
import { keyRangeOf } from './key-range.ts';
import type { KvStore, LeaseBindings, WriteBatch } from './kv-store.ts';
import { executeRange } from './range.ts';
import { NO_ROW, type Row } from './row-table.ts';

export interface WriteContext {
  readonly kv: KvStore;
  readonly leases: LeaseBindings;
}

/** @throws EtcdError lease not found | key not found */
export function checkPut({ kv, leases }: WriteContext, request: PutRequest): void {
  if (request.key.length === 0) throw etcdErrors.emptyKey();
  if (request.lease !== 0n && !leases.has(request.lease)) throw etcdErrors.leaseNotFound();
  if ((request.ignoreValue || request.ignoreLease) && kv.find(toByteString(request.key)) === NO_ROW) {
    kv.counts.range();
    throw etcdErrors.keyNotFound();
  }
}

/** The request must have passed checkPut. */
export function put(kv: KvStore, batch: WriteBatch, request: PutRequest): PutResponse {
  const key = toByteString(request.key);
  const needsPrevious = request.prevKv || request.ignoreValue || request.ignoreLease;
  if (needsPrevious) kv.counts.range();
  const previous = needsPrevious ? kv.find(key) : NO_ROW;
  const prevKv = request.prevKv && previous !== NO_ROW ? kv.keyValue(previous) : undefined;
  const value = request.ignoreValue ? kv.value(previous) : request.value;
  const lease = request.ignoreLease ? kv.index.rows.lease(previous) : request.lease;
  batch.put(key, value, lease);
  return { header: undefined, prevKv };
}

export function deleteRange(kv: KvStore, batch: WriteBatch, request: DeleteRangeRequest): DeleteRangeResponse {
  if (request.prevKv) kv.counts.range();
  kv.counts.delete();
  const found: Row[] = [];
  kv.forEachLive(keyRangeOf(request), 0, (row) => {
    found.push(row);
    return true;
  });
  const prevKvs = request.prevKv ? found.map((row) => kv.keyValue(row)) : [];
  for (const row of found) batch.delete(row);
  return { header: undefined, deleted: found.length, prevKvs };
}

/** Which branch of a transaction and of each nested one in it runs. */
interface Path {
  readonly succeeded: boolean;
  readonly ops: readonly RequestOp[];
  /** One per nested transaction in `ops`, in order. */
  readonly nested: readonly Path[];
}

function choosePath(kv: KvStore, request: TxnRequest): Path {
  const succeeded = request.compare.every((compare) => holds(kv, compare));
  const ops = succeeded ? request.success : request.failure;
  const nested = ops.flatMap((op) => (op.requestTxn === undefined ? [] : [choosePath(kv, op.requestTxn)]));
  return { succeeded, ops, nested };
}

/** etcd's order: all puts of the path first, then all ranges. */
function checkPath(context: WriteContext, path: Path): void {
  forEachOp(path, ({ requestPut }) => {
    if (requestPut === undefined) return;
    checkPut(context, requestPut);
    if (requestPut.ignoreValue || requestPut.ignoreLease) context.kv.counts.range();
  });
  forEachOp(path, (op) => op.requestRange && context.kv.checkReadable(op.requestRange.revision));
}

function forEachOp(path: Path, visit: (op: RequestOp) => void): void {
  let nestedAt = 0;
  for (const op of path.ops) {
    if (op.requestTxn === undefined) visit(op);
    else forEachOp(path.nested[nestedAt++] as Path, visit);
  }
}

/**
 * Runs a transaction whose shape is valid (validate.ts). Changes go into `batch`; the caller commits.
 * @throws EtcdError before anything was written
 */
export function executeTxn(context: WriteContext, batch: WriteBatch, request: TxnRequest): TxnResponse {
  assert(batch.changes.length === 0, 'a transaction starts on a batch that already changed something');
  const path = choosePath(context.kv, request);
  checkPath(context, path);
  context.kv.counts.endPass();
  return runPath(context.kv, batch, path);
}

function runPath(kv: KvStore, batch: WriteBatch, path: Path): TxnResponse {
  let nestedAt = 0;
  const responses = path.ops.map((op) =>
    op.requestTxn === undefined
      ? runOp(kv, batch, op)
      : responseOp({
          // etcd fills in no revision here: the header of a nested transaction is present and empty.
          responseTxn: { ...runPath(kv, batch, path.nested[nestedAt++] as Path), header: ResponseHeader.create() },
        }),
  );
  return { header: undefined, succeeded: path.succeeded, responses };
}

function runOp(kv: KvStore, batch: WriteBatch, op: RequestOp): ResponseOp {
  if (op.requestRange !== undefined) {
    const response = executeRange(kv, op.requestRange);
    return responseOp({ responseRange: { ...response, header: headerOf(batch) } });
  }
  if (op.requestPut !== undefined) {
    const response = put(kv, batch, op.requestPut);
    return responseOp({ responsePut: { ...response, header: headerOf(batch) } });
  }
  if (op.requestDeleteRange !== undefined) {
    const response = deleteRange(kv, batch, op.requestDeleteRange);
    return responseOp({ responseDeleteRange: { ...response, header: headerOf(batch) } });
  }
  return responseOp({});
}

/** Headers inside a transaction carry the revision alone. */
const headerOf = (batch: WriteBatch): ResponseHeader => ResponseHeader.create({ revision: batch.revision() });

function responseOp(member: Partial<ResponseOp>): ResponseOp {
  return {
    responseRange: undefined,
    responsePut: undefined,
    responseDeleteRange: undefined,
    responseTxn: undefined,
    ...member,
  };
}
