/** package quorate.v1: what the bundled store offers beside etcd's API. extras.proto is its text, held against this by extras.test.ts. */
import { ResponseHeader } from '../etcdpb/kv.ts';
import type { Method } from '../etcdpb/methods.ts';
import { bool, bytes, type MessageType, message, nested, nestedList, ordinal, uint64 } from '../protobuf/schema.ts';

export const ListChildrenRequest = message('quorate.v1.ListChildrenRequest', {
  prefix: bytes(1),
  delimiter: bytes(2),
  revision: ordinal(3),
  limit: ordinal(4),
  after: bytes(5),
  serializable: bool(6),
});
export type ListChildrenRequest = MessageType<typeof ListChildrenRequest>;

export const Child = message('quorate.v1.Child', {
  name: bytes(1),
  isGroup: bool(2),
  keys: ordinal(3),
  bytes: ordinal(4),
  modRevision: ordinal(5),
});
export type Child = MessageType<typeof Child>;

export const ListChildrenResponse = message('quorate.v1.ListChildrenResponse', {
  header: nested(1, () => ResponseHeader),
  children: nestedList(2, () => Child),
  more: bool(3),
  revision: ordinal(4),
});
export type ListChildrenResponse = MessageType<typeof ListChildrenResponse>;

export const WatcherCountsRequest = message('quorate.v1.WatcherCountsRequest', {
  key: bytes(1),
  rangeEnd: bytes(2),
  limit: ordinal(3),
  compactRevision: ordinal(4),
});
export type WatcherCountsRequest = MessageType<typeof WatcherCountsRequest>;

export const WatchedRange = message('quorate.v1.WatchedRange', {
  key: bytes(1),
  rangeEnd: bytes(2),
  watchers: ordinal(3),
  slow: ordinal(4),
  oldestNeeded: ordinal(5),
  cancelled: ordinal(6),
});
export type WatchedRange = MessageType<typeof WatchedRange>;

export const WatcherCountsResponse = message('quorate.v1.WatcherCountsResponse', {
  header: nested(1, () => ResponseHeader),
  watchers: ordinal(2),
  slow: ordinal(3),
  oldestNeeded: ordinal(4),
  ranges: nestedList(5, () => WatchedRange),
  more: bool(6),
  cancelled: ordinal(7),
});
export type WatcherCountsResponse = MessageType<typeof WatcherCountsResponse>;

export const LeaderChangesRequest = message('quorate.v1.LeaderChangesRequest', {});
export const LeaderChange = message('quorate.v1.LeaderChange', {
  header: nested(1, () => ResponseHeader),
  leader: uint64(2),
});
export type LeaderChange = MessageType<typeof LeaderChange>;

function method<Request extends object, Response extends object>(
  name: string,
  codec: Pick<Method<Request, Response>, 'request' | 'response'>,
): Method<Request, Response> {
  return { path: `/quorate.v1.Extras/${name}`, ...codec, repeatable: true };
}

/** All of them only read. */
export const extrasMethods = {
  listChildren: method('ListChildren', { request: ListChildrenRequest, response: ListChildrenResponse }),
  watcherCounts: method('WatcherCounts', { request: WatcherCountsRequest, response: WatcherCountsResponse }),
  leaderChanges: method('LeaderChanges', { request: LeaderChangesRequest, response: LeaderChange }),
};
