/** package etcdserverpb, service KV: ranges, writes, transactions, compaction. */
import {
  bool,
  bytes,
  enumeration,
  int64,
  type Message,
  type MessageType,
  message,
  nested,
  nestedList,
  ordinal,
  uint64,
} from '../protobuf/schema.ts';
import { KeyValue } from './mvcc.ts';

export const ResponseHeader = message('etcdserverpb.ResponseHeader', {
  clusterId: uint64(1),
  memberId: uint64(2),
  revision: ordinal(3),
  raftTerm: ordinal(4),
});
export type ResponseHeader = MessageType<typeof ResponseHeader>;

export const SortOrder = { NONE: 0, ASCEND: 1, DESCEND: 2 } as const;
export const SortTarget = { KEY: 0, VERSION: 1, CREATE: 2, MOD: 3, VALUE: 4 } as const;

export const RangeRequest = message('etcdserverpb.RangeRequest', {
  key: bytes(1),
  rangeEnd: bytes(2),
  limit: ordinal(3),
  revision: ordinal(4),
  sortOrder: enumeration(5, SortOrder),
  sortTarget: enumeration(6, SortTarget),
  serializable: bool(7),
  keysOnly: bool(8),
  countOnly: bool(9),
  minModRevision: ordinal(10),
  maxModRevision: ordinal(11),
  minCreateRevision: ordinal(12),
  maxCreateRevision: ordinal(13),
});
export type RangeRequest = MessageType<typeof RangeRequest>;

export const RangeResponse = message('etcdserverpb.RangeResponse', {
  header: nested(1, () => ResponseHeader),
  kvs: nestedList(2, () => KeyValue),
  more: bool(3),
  count: ordinal(4),
});
export type RangeResponse = MessageType<typeof RangeResponse>;

export const PutRequest = message('etcdserverpb.PutRequest', {
  key: bytes(1),
  value: bytes(2),
  lease: int64(3),
  prevKv: bool(4),
  ignoreValue: bool(5),
  ignoreLease: bool(6),
});
export type PutRequest = MessageType<typeof PutRequest>;

export const PutResponse = message('etcdserverpb.PutResponse', {
  header: nested(1, () => ResponseHeader),
  prevKv: nested(2, () => KeyValue),
});
export type PutResponse = MessageType<typeof PutResponse>;

export const DeleteRangeRequest = message('etcdserverpb.DeleteRangeRequest', {
  key: bytes(1),
  rangeEnd: bytes(2),
  prevKv: bool(3),
});
export type DeleteRangeRequest = MessageType<typeof DeleteRangeRequest>;

export const DeleteRangeResponse = message('etcdserverpb.DeleteRangeResponse', {
  header: nested(1, () => ResponseHeader),
  deleted: ordinal(2),
  prevKvs: nestedList(3, () => KeyValue),
});
export type DeleteRangeResponse = MessageType<typeof DeleteRangeResponse>;

export const CompareResult = { EQUAL: 0, GREATER: 1, LESS: 2, NOT_EQUAL: 3 } as const;
export const CompareTarget = { VERSION: 0, CREATE: 1, MOD: 2, VALUE: 3, LEASE: 4 } as const;

/** `version` … `lease` are a oneof: at most one is set, and none means "compare with 0 or empty". */
export const Compare = message('etcdserverpb.Compare', {
  result: enumeration(1, CompareResult),
  target: enumeration(2, CompareTarget),
  key: bytes(3),
  version: ordinal.optional(4),
  createRevision: ordinal.optional(5),
  modRevision: ordinal.optional(6),
  value: bytes.optional(7),
  lease: int64.optional(8),
  rangeEnd: bytes(64),
});
export type Compare = MessageType<typeof Compare>;

/** Exactly one member is set; none is a malformed op ("key not found", as etcd answers). */
export interface RequestOp {
  readonly requestRange: RangeRequest | undefined;
  readonly requestPut: PutRequest | undefined;
  readonly requestDeleteRange: DeleteRangeRequest | undefined;
  readonly requestTxn: TxnRequest | undefined;
}
export interface TxnRequest {
  readonly compare: readonly Compare[];
  readonly success: readonly RequestOp[];
  readonly failure: readonly RequestOp[];
}
export interface ResponseOp {
  readonly responseRange: RangeResponse | undefined;
  readonly responsePut: PutResponse | undefined;
  readonly responseDeleteRange: DeleteRangeResponse | undefined;
  readonly responseTxn: TxnResponse | undefined;
}
export interface TxnResponse {
  readonly header: ResponseHeader | undefined;
  readonly succeeded: boolean;
  readonly responses: readonly ResponseOp[];
}

export const RequestOp: Message<RequestOp> = message('etcdserverpb.RequestOp', {
  requestRange: nested(1, () => RangeRequest),
  requestPut: nested(2, () => PutRequest),
  requestDeleteRange: nested(3, () => DeleteRangeRequest),
  requestTxn: nested<TxnRequest>(4, () => TxnRequest),
});

export const TxnRequest: Message<TxnRequest> = message('etcdserverpb.TxnRequest', {
  compare: nestedList(1, () => Compare),
  success: nestedList<RequestOp>(2, () => RequestOp),
  failure: nestedList<RequestOp>(3, () => RequestOp),
});

export const ResponseOp: Message<ResponseOp> = message('etcdserverpb.ResponseOp', {
  responseRange: nested(1, () => RangeResponse),
  responsePut: nested(2, () => PutResponse),
  responseDeleteRange: nested(3, () => DeleteRangeResponse),
  responseTxn: nested<TxnResponse>(4, () => TxnResponse),
});

export const TxnResponse: Message<TxnResponse> = message('etcdserverpb.TxnResponse', {
  header: nested(1, () => ResponseHeader),
  succeeded: bool(2),
  responses: nestedList<ResponseOp>(3, () => ResponseOp),
});

export const CompactionRequest = message('etcdserverpb.CompactionRequest', {
  revision: ordinal(1),
  physical: bool(2),
});
export type CompactionRequest = MessageType<typeof CompactionRequest>;

/** The shape of every response that carries a header and nothing else. */
export const HeaderResponse = message('etcdserverpb.HeaderResponse', { header: nested(1, () => ResponseHeader) });
export type HeaderResponse = MessageType<typeof HeaderResponse>;
