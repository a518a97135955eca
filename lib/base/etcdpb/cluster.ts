/** package etcdserverpb, services Cluster and Maintenance. */
import {
  bool,
  bytes,
  enumeration,
  type MessageType,
  message,
  nested,
  nestedList,
  ordinal,
  string,
  uint32,
  uint64,
} from '../protobuf/schema.ts';
import { ResponseHeader } from './kv.ts';

export const Member = message('etcdserverpb.Member', {
  id: uint64(1, { json: 'ID' }),
  name: string(2),
  peerUrls: string.repeated(3, { json: 'peerURLs' }),
  clientUrls: string.repeated(4, { json: 'clientURLs' }),
  isLearner: bool(5, { json: 'isLearner' }),
});
export type Member = MessageType<typeof Member>;

export const MemberAddRequest = message('etcdserverpb.MemberAddRequest', {
  peerUrls: string.repeated(1, { json: 'peerURLs' }),
  isLearner: bool(2, { json: 'isLearner' }),
});
export const MemberAddResponse = message('etcdserverpb.MemberAddResponse', {
  header: nested(1, () => ResponseHeader),
  member: nested(2, () => Member),
  members: nestedList(3, () => Member),
});
/** MemberRemoveRequest and MemberPromoteRequest share this shape. */
export const MemberIdRequest = message('etcdserverpb.MemberIdRequest', { id: uint64(1, { json: 'ID' }) });
export const MemberUpdateRequest = message('etcdserverpb.MemberUpdateRequest', {
  id: uint64(1, { json: 'ID' }),
  peerUrls: string.repeated(2, { json: 'peerURLs' }),
});
export const MemberListRequest = message('etcdserverpb.MemberListRequest', { linearizable: bool(1) });
/** The answer of list, remove, update and promote alike. */
export const MembersResponse = message('etcdserverpb.MembersResponse', {
  header: nested(1, () => ResponseHeader),
  members: nestedList(2, () => Member),
});
export type MembersResponse = MessageType<typeof MembersResponse>;

export const AlarmAction = { GET: 0, ACTIVATE: 1, DEACTIVATE: 2 } as const;
export const AlarmType = { NONE: 0, NOSPACE: 1, CORRUPT: 2 } as const;
export const AlarmRequest = message('etcdserverpb.AlarmRequest', {
  action: enumeration(1, AlarmAction),
  memberId: uint64(2, { json: 'memberID' }),
  alarm: enumeration(3, AlarmType),
});
export type AlarmRequest = MessageType<typeof AlarmRequest>;
export const AlarmMember = message('etcdserverpb.AlarmMember', {
  memberId: uint64(1, { json: 'memberID' }),
  alarm: enumeration(2, AlarmType),
});
export type AlarmMember = MessageType<typeof AlarmMember>;
export const AlarmResponse = message('etcdserverpb.AlarmResponse', {
  header: nested(1, () => ResponseHeader),
  alarms: nestedList(2, () => AlarmMember),
});
export type AlarmResponse = MessageType<typeof AlarmResponse>;

export const DowngradeAction = { VALIDATE: 0, ENABLE: 1, CANCEL: 2 } as const;

export const DowngradeRequest = message('etcdserverpb.DowngradeRequest', {
  action: enumeration(1, DowngradeAction),
  version: string(2),
});
export type DowngradeRequest = MessageType<typeof DowngradeRequest>;

export const DowngradeResponse = message('etcdserverpb.DowngradeResponse', {
  header: nested(1, () => ResponseHeader),
  version: string(2),
});

export const StatusRequest = message('etcdserverpb.StatusRequest', {});
export const DowngradeInfo = message('etcdserverpb.DowngradeInfo', {
  enabled: bool(1),
  targetVersion: string(2, { json: 'targetVersion' }),
});
export const StatusResponse = message('etcdserverpb.StatusResponse', {
  header: nested(1, () => ResponseHeader),
  version: string(2),
  dbSize: ordinal(3, { json: 'dbSize' }),
  leader: uint64(4),
  raftIndex: ordinal(5, { json: 'raftIndex' }),
  raftTerm: ordinal(6, { json: 'raftTerm' }),
  raftAppliedIndex: ordinal(7, { json: 'raftAppliedIndex' }),
  errors: string.repeated(8),
  dbSizeInUse: ordinal(9, { json: 'dbSizeInUse' }),
  isLearner: bool(10, { json: 'isLearner' }),
  storageVersion: string(11, { json: 'storageVersion' }),
  dbSizeQuota: ordinal(12, { json: 'dbSizeQuota' }),
  downgradeInfo: nested(13, () => DowngradeInfo, { json: 'downgradeInfo' }),
});
export type StatusResponse = MessageType<typeof StatusResponse>;

export const MoveLeaderRequest = message('etcdserverpb.MoveLeaderRequest', {
  targetId: uint64(1, { json: 'targetID' }),
});
export const DefragmentRequest = message('etcdserverpb.DefragmentRequest', {});
export const HashRequest = message('etcdserverpb.HashRequest', {});
export const HashResponse = message('etcdserverpb.HashResponse', {
  header: nested(1, () => ResponseHeader),
  hash: uint32(2),
});
export const HashKvRequest = message('etcdserverpb.HashKVRequest', { revision: ordinal(1) });
export const HashKvResponse = message('etcdserverpb.HashKVResponse', {
  header: nested(1, () => ResponseHeader),
  hash: uint32(2),
  compactRevision: ordinal(3),
  hashRevision: ordinal(4),
});
export const SnapshotRequest = message('etcdserverpb.SnapshotRequest', {});
export const SnapshotResponse = message('etcdserverpb.SnapshotResponse', {
  header: nested(1, () => ResponseHeader),
  remainingBytes: ordinal(2),
  blob: bytes(3),
  version: string(4),
});
