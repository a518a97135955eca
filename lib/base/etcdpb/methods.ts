/**
 * etcd's RPCs as clients call them: path, codecs, and whether one may be sent again when its outcome is unknown.
 *
 * Repeatable are reads and renewals. A write is not: it may have happened, and so may a grant or a revoke, whose second answer
 * would be a misleading "already exists" or "not found".
 */
import type { Message } from '../protobuf/schema.ts';
import * as auth from './auth.ts';
import * as cluster from './cluster.ts';
import * as kv from './kv.ts';
import * as lease from './lease.ts';
import * as watch from './watch.ts';

export interface Method<Request extends object, Response extends object> {
  readonly path: string;
  readonly request: Message<Request>;
  readonly response: Message<Response>;
  /** False: sent at most once. */
  readonly repeatable: boolean;
}

function method<Request extends object, Response extends object>(
  path: string,
  request: Message<Request>,
  response: Message<Response>,
  repeatable: boolean,
): Method<Request, Response> {
  return { path: `/etcdserverpb.${path}`, request, response, repeatable };
}

export const methods = {
  range: method('KV/Range', kv.RangeRequest, kv.RangeResponse, true),
  put: method('KV/Put', kv.PutRequest, kv.PutResponse, false),
  deleteRange: method('KV/DeleteRange', kv.DeleteRangeRequest, kv.DeleteRangeResponse, false),
  txn: method('KV/Txn', kv.TxnRequest, kv.TxnResponse, false),
  compact: method('KV/Compact', kv.CompactionRequest, kv.HeaderResponse, false),
  watch: method('Watch/Watch', watch.WatchRequest, watch.WatchResponse, true),
  leaseGrant: method('Lease/LeaseGrant', lease.LeaseGrantRequest, lease.LeaseGrantResponse, false),
  leaseRevoke: method('Lease/LeaseRevoke', lease.LeaseRevokeRequest, kv.HeaderResponse, false),
  leaseKeepAlive: method('Lease/LeaseKeepAlive', lease.LeaseKeepAliveRequest, lease.LeaseKeepAliveResponse, true),
  leaseTimeToLive: method('Lease/LeaseTimeToLive', lease.LeaseTimeToLiveRequest, lease.LeaseTimeToLiveResponse, true),
  leaseLeases: method('Lease/LeaseLeases', lease.LeaseLeasesRequest, lease.LeaseLeasesResponse, true),
  memberList: method('Cluster/MemberList', cluster.MemberListRequest, cluster.MembersResponse, true),
  memberAdd: method('Cluster/MemberAdd', cluster.MemberAddRequest, cluster.MemberAddResponse, false),
  memberRemove: method('Cluster/MemberRemove', cluster.MemberIdRequest, cluster.MembersResponse, false),
  memberUpdate: method('Cluster/MemberUpdate', cluster.MemberUpdateRequest, cluster.MembersResponse, false),
  memberPromote: method('Cluster/MemberPromote', cluster.MemberIdRequest, cluster.MembersResponse, false),
  alarm: method('Maintenance/Alarm', cluster.AlarmRequest, cluster.AlarmResponse, false),
  moveLeader: method('Maintenance/MoveLeader', cluster.MoveLeaderRequest, kv.HeaderResponse, false),
  defragment: method('Maintenance/Defragment', cluster.DefragmentRequest, kv.HeaderResponse, false),
  hashKv: method('Maintenance/HashKV', cluster.HashKvRequest, cluster.HashKvResponse, true),
  snapshot: method('Maintenance/Snapshot', cluster.SnapshotRequest, cluster.SnapshotResponse, false),
  status: method('Maintenance/Status', cluster.StatusRequest, cluster.StatusResponse, true),
  authEnable: method('Auth/AuthEnable', auth.AuthEnableRequest, kv.HeaderResponse, false),
  authDisable: method('Auth/AuthDisable', auth.AuthDisableRequest, kv.HeaderResponse, false),
  authStatus: method('Auth/AuthStatus', auth.AuthStatusRequest, auth.AuthStatusResponse, true),
  authenticate: method('Auth/Authenticate', auth.AuthenticateRequest, auth.AuthenticateResponse, true),
  userAdd: method('Auth/UserAdd', auth.AuthUserAddRequest, kv.HeaderResponse, false),
  userGet: method('Auth/UserGet', auth.AuthUserGetRequest, auth.AuthUserGetResponse, true),
  userList: method('Auth/UserList', auth.AuthUserListRequest, auth.AuthUserListResponse, true),
  userDelete: method('Auth/UserDelete', auth.AuthUserDeleteRequest, kv.HeaderResponse, false),
  userChangePassword: method('Auth/UserChangePassword', auth.AuthUserChangePasswordRequest, kv.HeaderResponse, false),
  userGrantRole: method('Auth/UserGrantRole', auth.AuthUserGrantRoleRequest, kv.HeaderResponse, false),
  userRevokeRole: method('Auth/UserRevokeRole', auth.AuthUserRevokeRoleRequest, kv.HeaderResponse, false),
  roleAdd: method('Auth/RoleAdd', auth.AuthRoleAddRequest, kv.HeaderResponse, false),
  roleGet: method('Auth/RoleGet', auth.AuthRoleGetRequest, auth.AuthRoleGetResponse, true),
  roleList: method('Auth/RoleList', auth.AuthRoleListRequest, auth.AuthRoleListResponse, true),
  roleDelete: method('Auth/RoleDelete', auth.AuthRoleDeleteRequest, kv.HeaderResponse, false),
  roleGrantPermission: method(
    'Auth/RoleGrantPermission',
    auth.AuthRoleGrantPermissionRequest,
    kv.HeaderResponse,
    false,
  ),
  roleRevokePermission: method(
    'Auth/RoleRevokePermission',
    auth.AuthRoleRevokePermissionRequest,
    kv.HeaderResponse,
    false,
  ),
} as const;
