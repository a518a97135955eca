/**
 * etcdserverpb.KV: ranges, writes, transactions, compaction. What can be refused by its shape is refused here; the member
 * refuses what is too large once wrapped for the log.
 */
import {
  CompactionRequest,
  DeleteRangeRequest,
  DeleteRangeResponse,
  HeaderResponse,
  PutRequest,
  PutResponse,
  RangeRequest,
  RangeResponse,
  TxnRequest,
  TxnResponse,
} from '../../../../lib/base/etcdpb/kv.ts';
import { readTxn } from '../../mvcc/read-txn.ts';
import {
  isReadOnlyTxn,
  isSerializableTxn,
  validateDeleteRange,
  validatePut,
  validateRange,
  validateTxn,
} from '../../mvcc/validate.ts';
import { unary } from '../front/method.ts';
import type { Method } from '../front/types.ts';
import { applied, headerAt, type ServiceContext } from './context.ts';

export function kvMethods(context: ServiceContext): readonly Method[] {
  const service = new KvService(context);
  const path = (name: string): string => `/etcdserverpb.KV/${name}`;
  return [
    unary(path('Range'), { request: RangeRequest, response: RangeResponse }, (r) => service.range(r)),
    unary(path('Put'), { request: PutRequest, response: PutResponse }, (r) => service.put(r)),
    unary(path('DeleteRange'), { request: DeleteRangeRequest, response: DeleteRangeResponse }, (r) =>
      service.deleteRange(r),
    ),
    unary(path('Txn'), { request: TxnRequest, response: TxnResponse }, (r) => service.txn(r)),
    unary(path('Compact'), { request: CompactionRequest, response: HeaderResponse }, (r) => service.compact(r)),
  ];
}

class KvService {
  readonly #context: ServiceContext;

  constructor(context: ServiceContext) {
    this.#context = context;
  }

  range(request: RangeRequest): RangeResponse | Promise<RangeResponse> {
    validateRange(request);
    if (request.serializable) return this.#rangeNow(request);
    return this.#context.member.readBarrier().then(() => this.#rangeNow(request));
  }

  #rangeNow(request: RangeRequest): RangeResponse {
    const { member } = this.#context;
    const { kvs, more, count } = member.kv.range(request);
    return { header: member.header(), kvs, more, count };
  }

  async put(request: PutRequest): Promise<PutResponse> {
    validatePut(request);
    const { member } = this.#context;
    const { response, revision } = applied(await member.propose({ put: request }), 'put');
    return { ...response, header: headerAt(member, revision) };
  }

  async deleteRange(request: DeleteRangeRequest): Promise<DeleteRangeResponse> {
    validateDeleteRange(request);
    const { member } = this.#context;
    const { response, revision } = applied(await member.propose({ deleteRange: request }), 'deleteRange');
    return { ...response, header: headerAt(member, revision) };
  }

  async txn(request: TxnRequest): Promise<TxnResponse> {
    const { member, txnOpsMax } = this.#context;
    validateTxn(request, txnOpsMax);
    if (isReadOnlyTxn(request)) {
      if (!isSerializableTxn(request)) await member.readBarrier();
      return { ...readTxn(member.kv, request), header: member.header() };
    }
    const { response, revision } = applied(await member.propose({ txn: request }), 'txn');
    return { ...response, header: headerAt(member, revision) };
  }

  async compact(request: CompactionRequest): Promise<HeaderResponse> {
    const { member } = this.#context;
    const { revision } = applied(await member.propose({ compaction: request }), 'compaction');
    return { header: headerAt(member, revision) };
  }
}
