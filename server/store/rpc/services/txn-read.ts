/** Transactions that only read: evaluated here, on one state, without a log entry. */
import { etcdErrors } from '../../../../lib/base/etcdpb/errors.ts';
import {
  type Compare,
  CompareTarget,
  RangeRequest,
  type RequestOp,
  ResponseHeader,
  ResponseOp,
  type TxnRequest,
  type TxnResponse,
} from '../../../../lib/base/etcdpb/kv.ts';
import { compareMissing, compareOne } from '../../mvcc/compare.ts';
import type { ReadView } from '../../mvcc/types.ts';

/** The response without its header. All of it sees one state, because nothing here waits. @throws EtcdError */
export function readTxn(kv: ReadView, request: TxnRequest): TxnResponse {
  const succeeded = request.compare.every((compare) => holds(kv, compare));
  const ops = succeeded ? request.success : request.failure;
  return { header: undefined, succeeded, responses: ops.map((op) => readOp(kv, op)) };
}

function holds(kv: ReadView, compare: Compare): boolean {
  const keysOnly = compare.target !== CompareTarget.VALUE;
  const { kvs } = kv.range(RangeRequest.create({ key: compare.key, rangeEnd: compare.rangeEnd, keysOnly }));
  if (kvs.length === 0) return compareMissing(compare);
  return kvs.every((entry) => compareOne(compare, { ...entry, value: () => entry.value }));
}

function readOp(kv: ReadView, op: RequestOp): ResponseOp {
  if (op.requestRange !== undefined) {
    const header = ResponseHeader.create({ revision: kv.revision() });
    return ResponseOp.create({ responseRange: { ...kv.range(op.requestRange), header } });
  }
  if (op.requestTxn === undefined) throw etcdErrors.keyNotFound();
  // As etcd: the header of a nested transaction is present and empty.
  return ResponseOp.create({ responseTxn: { ...readTxn(kv, op.requestTxn), header: ResponseHeader.create() } });
}
