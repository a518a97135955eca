/**
 * What stands in the log and the WAL, in etcd's own encoding so that its tools can read ours:
 * packages raftpb, walpb and the InternalRaftRequest envelope of etcdserverpb.
 */
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
import * as auth from './auth.ts';
import { AlarmRequest } from './cluster.ts';
import { CompactionRequest, DeleteRangeRequest, PutRequest, RangeRequest, TxnRequest } from './kv.ts';
import { LeaseCheckpointRequest, LeaseGrantRequest, LeaseRevokeRequest } from './lease.ts';

const always = { always: true } as const;

export const EntryType = { NORMAL: 0, CONF_CHANGE: 1, CONF_CHANGE_V2: 2 } as const;

export const RaftEntry = message('raftpb.Entry', {
  type: enumeration(1, EntryType, always),
  term: ordinal(2, always),
  index: ordinal(3, always),
  data: bytes.optional(4),
});
export const RaftHardState = message('raftpb.HardState', {
  term: ordinal(1, always),
  vote: uint64(2, always),
  commit: ordinal(3, always),
});
export const RaftConfState = message('raftpb.ConfState', {
  voters: uint64.repeated(1),
  learners: uint64.repeated(2),
  votersOutgoing: uint64.repeated(3),
  learnersNext: uint64.repeated(4),
  autoLeave: bool(5, always),
});
export type RaftConfState = MessageType<typeof RaftConfState>;

export const ConfChangeType = { ADD_NODE: 0, REMOVE_NODE: 1, UPDATE_NODE: 2, ADD_LEARNER_NODE: 3 } as const;
export const RaftConfChange = message('raftpb.ConfChange', {
  id: uint64(1, always),
  type: enumeration(2, ConfChangeType, always),
  nodeId: uint64(3, always),
  context: bytes.optional(4),
});
export const ConfChangeTransition = { AUTO: 0, JOINT_IMPLICIT: 1, JOINT_EXPLICIT: 2 } as const;
export const RaftConfChangeSingle = message('raftpb.ConfChangeSingle', {
  type: enumeration(1, ConfChangeType, always),
  nodeId: uint64(2, always),
});
export const RaftConfChangeV2 = message('raftpb.ConfChangeV2', {
  transition: enumeration(1, ConfChangeTransition, always),
  changes: nestedList(2, () => RaftConfChangeSingle),
  context: bytes.optional(3),
});

export const WalRecordType = { METADATA: 1, ENTRY: 2, STATE: 3, CRC: 4, SNAPSHOT: 5 } as const;
export const WalRecord = message('walpb.Record', {
  type: ordinal(1, always),
  crc: uint32(2, always),
  data: bytes.optional(3),
});
export const WalSnapshot = message('walpb.Snapshot', {
  index: ordinal(1, always),
  term: ordinal(2, always),
  confState: nested(3, () => RaftConfState),
});
/** etcd's WAL metadata record (etcdserverpb.Metadata): whose log this is. */
export const WalMetadata = message('etcdserverpb.Metadata', {
  nodeId: uint64(1, always),
  clusterId: uint64(2, always),
});

export const RequestHeader = message('etcdserverpb.RequestHeader', {
  id: uint64(1, { json: 'ID' }),
  username: string(2),
  authRevision: ordinal(3),
});

/** membershippb.Member and friends: how etcd 3.5+ records a member's name and client URLs. */
export const MemberAttributes = message('membershippb.Attributes', { name: string(1), clientUrls: string.repeated(2) });
export const ClusterMemberAttrSetRequest = message('membershippb.ClusterMemberAttrSetRequest', {
  memberId: uint64(1),
  attributes: nested(2, () => MemberAttributes),
});
export const ClusterVersionSetRequest = message('membershippb.ClusterVersionSetRequest', { version: string(1) });

/** One member besides the header is set. Auth requests that only read never stand in the log (rpc/services/auth.ts). */
export const InternalRaftRequest = message('etcdserverpb.InternalRaftRequest', {
  id: uint64(1, { json: 'ID' }),
  range: nested(3, () => RangeRequest),
  put: nested(4, () => PutRequest),
  deleteRange: nested(5, () => DeleteRangeRequest),
  txn: nested(6, () => TxnRequest),
  compaction: nested(7, () => CompactionRequest),
  leaseGrant: nested(8, () => LeaseGrantRequest),
  leaseRevoke: nested(9, () => LeaseRevokeRequest),
  alarm: nested(10, () => AlarmRequest),
  leaseCheckpoint: nested(11, () => LeaseCheckpointRequest),
  header: nested(100, () => RequestHeader),
  authEnable: nested(1000, () => auth.AuthEnableRequest),
  authDisable: nested(1011, () => auth.AuthDisableRequest),
  authenticate: nested(1012, () => auth.InternalAuthenticateRequest),
  authUserAdd: nested(1100, () => auth.AuthUserAddRequest),
  authUserDelete: nested(1101, () => auth.AuthUserDeleteRequest),
  authUserChangePassword: nested(1103, () => auth.AuthUserChangePasswordRequest),
  authUserGrantRole: nested(1104, () => auth.AuthUserGrantRoleRequest),
  authUserRevokeRole: nested(1105, () => auth.AuthUserRevokeRoleRequest),
  authRoleAdd: nested(1200, () => auth.AuthRoleAddRequest),
  authRoleDelete: nested(1201, () => auth.AuthRoleDeleteRequest),
  authRoleGrantPermission: nested(1203, () => auth.AuthRoleGrantPermissionRequest),
  authRoleRevokePermission: nested(1204, () => auth.AuthRoleRevokePermissionRequest),
  clusterVersionSet: nested(1300, () => ClusterVersionSetRequest),
  clusterMemberAttrSet: nested(1301, () => ClusterMemberAttrSetRequest),
});
export type InternalRaftRequest = MessageType<typeof InternalRaftRequest>;
