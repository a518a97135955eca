/**
 * A transaction that only reads, answered from a ReadView: it is never replicated. The caller makes sure that
 * isReadOnlyTxn(request) and, unless all its ranges are serializable, that the view is linearizable.
 */
import {
  type Compare,
  CompareTarget,
  RangeRequest,
  ResponseHeader,
  type ResponseOp,
  type TxnRequest,
  type TxnResponse,
} from '../../../lib/base/etcdpb/kv.ts';
import { compareMissing, compareOne } from './compare.ts';
import type { ReadView } from './types.ts';

/** The response without its own header. @throws EtcdError compacted | future revision */
export function readTxn(view: ReadView, request: TxnRequest): TxnResponse {
  const succeeded = request.compare.every((compare) => viewHolds(view, compare));
  const header = ResponseHeader.create({ revision: view.revision() });
  const responses = (succeeded ? request.success : request.failure).map(
    (op): ResponseOp => ({
      responseRange: op.requestRange && { ...view.range(op.requestRange), header },
      responsePut: undefined,
      responseDeleteRange: undefined,
      responseTxn: op.requestTxn && { ...readTxn(view, op.requestTxn), header: ResponseHeader.create() },
    }),
  );
  return { header: undefined, succeeded, responses };
}

function viewHolds(view: ReadView, compare: Compare): boolean {
  const { key, rangeEnd, target } = compare;
  const { kvs } = view.range(RangeRequest.create({ key, rangeEnd, keysOnly: target !== CompareTarget.VALUE }));
  if (kvs.length === 0) return compareMissing(compare);
  return kvs.every((kv) => compareOne(compare, { ...kv, value: () => kv.value }));
}
