/** A transaction that only reads: it is never replicated (ReadView.readTxn). */
import { ResponseHeader, type ResponseOp, type TxnRequest, type TxnResponse } from '../../../lib/base/etcdpb/kv.ts';
import { holds } from './compare.ts';
import type { KvStore } from './kv-store.ts';
import { executeRange } from './range.ts';

/** The response without its own header. @throws EtcdError compacted | future revision */
export function readTxn(kv: KvStore, request: TxnRequest): TxnResponse {
  const succeeded = request.compare.every((compare) => holds(kv, compare));
  const header = ResponseHeader.create({ revision: kv.revision() });
  const responses = (succeeded ? request.success : request.failure).map(
    (op): ResponseOp => ({
      responseRange: op.requestRange && { ...executeRange(kv, op.requestRange), header },
      responsePut: undefined,
      responseDeleteRange: undefined,
      responseTxn: op.requestTxn && { ...readTxn(kv, op.requestTxn), header: ResponseHeader.create() },
    }),
  );
  return { header: undefined, succeeded, responses };
}
