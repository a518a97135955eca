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
import { checkTxnPermission } from '../../auth/request-checks.ts';
import {
  isReadOnlyTxn,
  isSerializableTxn,
  validateDeleteRange,
  validatePut,
  validateRange,
  validateTxn,
} from '../../mvcc/validate.ts';
import { unary } from '../front/method.ts';
import type { Call, Method } from '../front/types.ts';
import { applied, headerAt, proposeFor, readFor, type ServiceContext } from './context.ts';

export function kvMethods(context: ServiceContext): readonly Method[] {
  const service = new KvService(context);
  const path = (name: string): string => `/etcdserverpb.KV/${name}`;
  return [
    unary(path('Range'), { request: RangeRequest, response: RangeResponse }, (r, call) => service.range(r, call)),
    unary(path('Put'), { request: PutRequest, response: PutResponse }, (r, call) => service.put(r, call)),
    unary(path('DeleteRange'), { request: DeleteRangeRequest, response: DeleteRangeResponse }, (r, call) =>
      service.deleteRange(r, call),
    ),
    unary(path('Txn'), { request: TxnRequest, response: TxnResponse }, (r, call) => service.txn(r, call)),
    unary(path('Compact'), { request: CompactionRequest, response: HeaderResponse }, (r, call) =>
      service.compact(r, call),
    ),
  ];
}

class KvService {
  readonly #context: ServiceContext;

  constructor(context: ServiceContext) {
    this.#context = context;
  }

  range(request: RangeRequest, call: Call): RangeResponse | Promise<RangeResponse> {
    validateRange(request);
    if (request.serializable) return this.#rangeFor(request, call);
    return this.#context.member.readBarrier().then(() => this.#rangeFor(request, call));
  }

  #rangeFor(request: RangeRequest, call: Call): RangeResponse | Promise<RangeResponse> {
    const { key, rangeEnd } = request;
    return readFor(this.#context, call, {
      check: ({ auth, identity }) => auth.checkRead(identity, key, rangeEnd),
      read: () => this.#rangeNow(request),
    });
  }

  #rangeNow(request: RangeRequest): RangeResponse {
    const { member } = this.#context;
    const { kvs, more, count } = member.kv.range(request);
    return { header: member.header(), kvs, more, count };
  }

  async put(request: PutRequest, call: Call): Promise<PutResponse> {
    validatePut(request);
    const { member } = this.#context;
    const { response, revision } = applied(await proposeFor(this.#context, call, { put: request }), 'put');
    return { ...response, header: headerAt(member, revision) };
  }

  async deleteRange(request: DeleteRangeRequest, call: Call): Promise<DeleteRangeResponse> {
    validateDeleteRange(request);
    const { member } = this.#context;
    const { response, revision } = applied(
      await proposeFor(this.#context, call, { deleteRange: request }),
      'deleteRange',
    );
    return { ...response, header: headerAt(member, revision) };
  }

  async txn(request: TxnRequest, call: Call): Promise<TxnResponse> {
    const { member, txnOpsMax } = this.#context;
    validateTxn(request, txnOpsMax);
    if (isReadOnlyTxn(request)) {
      if (!isSerializableTxn(request)) await member.readBarrier();
      return readFor(this.#context, call, {
        check: (checker) => checkTxnPermission(checker, request),
        read: () => ({ ...member.kv.readTxn(request), header: member.header() }),
      });
    }
    const { response, revision } = applied(await proposeFor(this.#context, call, { txn: request }), 'txn');
    return { ...response, header: headerAt(member, revision) };
  }

  async compact(request: CompactionRequest, call: Call): Promise<HeaderResponse> {
    const { member } = this.#context;
    const { revision } = applied(await proposeFor(this.#context, call, { compaction: request }), 'compaction');
    return { header: headerAt(member, revision) };
  }
}
