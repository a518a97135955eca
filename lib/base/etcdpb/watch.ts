/** package etcdserverpb, service Watch. */
import {
  bool,
  bytes,
  enumerations,
  int64,
  type MessageType,
  message,
  nested,
  nestedList,
  ordinal,
  string,
} from '../protobuf/schema.ts';
import { ResponseHeader } from './kv.ts';
import { Event } from './mvcc.ts';

export const FilterType = { NOPUT: 0, NODELETE: 1 } as const;

export const WatchCreateRequest = message('etcdserverpb.WatchCreateRequest', {
  key: bytes(1),
  rangeEnd: bytes(2),
  startRevision: ordinal(3),
  progressNotify: bool(4),
  filters: enumerations(5, FilterType),
  prevKv: bool(6),
  watchId: int64(7),
  fragment: bool(8),
});
export type WatchCreateRequest = MessageType<typeof WatchCreateRequest>;

export const WatchCancelRequest = message('etcdserverpb.WatchCancelRequest', { watchId: int64(1) });
export const WatchProgressRequest = message('etcdserverpb.WatchProgressRequest', {});

/** A oneof: exactly one member is set. */
export const WatchRequest = message('etcdserverpb.WatchRequest', {
  createRequest: nested(1, () => WatchCreateRequest),
  cancelRequest: nested(2, () => WatchCancelRequest),
  progressRequest: nested(3, () => WatchProgressRequest),
});
export type WatchRequest = MessageType<typeof WatchRequest>;

export const WatchResponse = message('etcdserverpb.WatchResponse', {
  header: nested(1, () => ResponseHeader),
  watchId: int64(2),
  created: bool(3),
  canceled: bool(4),
  compactRevision: ordinal(5),
  cancelReason: string(6),
  fragment: bool(7),
  events: nestedList(11, () => Event),
});
export type WatchResponse = MessageType<typeof WatchResponse>;
