/**
 * package etcdserverpb, service Auth, and package authpb: users, roles and what they may do. The stored forms (User, Role)
 * are also what etcd keeps in its backend. Calls that change something answer with a HeaderResponse.
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
} from '../protobuf/schema.ts';
import { ResponseHeader } from './kv.ts';

const header = nested(1, () => ResponseHeader);

export const PermissionType = { READ: 0, WRITE: 1, READWRITE: 2 } as const;

/** `rangeEnd` empty: one key; "\0": every key from `key` on. */
export const Permission = message('authpb.Permission', {
  permType: enumeration(1, PermissionType, { json: 'permType' }),
  key: bytes(2),
  rangeEnd: bytes(3),
});
export type Permission = MessageType<typeof Permission>;

export const UserAddOptions = message('authpb.UserAddOptions', { noPassword: bool(1) });

/** As stored: `password` is a bcrypt hash, empty for a user without one. */
export const User = message('authpb.User', {
  name: bytes(1),
  password: bytes(2),
  roles: string.repeated(3),
  options: nested(4, () => UserAddOptions),
});
export type User = MessageType<typeof User>;

export const Role = message('authpb.Role', {
  name: bytes(1),
  keyPermission: nestedList(2, () => Permission, { json: 'keyPermission' }),
});
export type Role = MessageType<typeof Role>;

export const AuthEnableRequest = message('etcdserverpb.AuthEnableRequest', {});
export const AuthDisableRequest = message('etcdserverpb.AuthDisableRequest', {});
export const AuthStatusRequest = message('etcdserverpb.AuthStatusRequest', {});
export const AuthStatusResponse = message('etcdserverpb.AuthStatusResponse', {
  header,
  enabled: bool(2),
  authRevision: ordinal(3, { json: 'authRevision' }),
});

export const AuthenticateRequest = message('etcdserverpb.AuthenticateRequest', {
  name: string(1),
  password: string(2),
});
export const AuthenticateResponse = message('etcdserverpb.AuthenticateResponse', { header, token: string(2) });
export type AuthenticateResponse = MessageType<typeof AuthenticateResponse>;

/** `hashedPassword` (base64 of the hash) spares a client to send the password itself. */
export const AuthUserAddRequest = message('etcdserverpb.AuthUserAddRequest', {
  name: string(1),
  password: string(2),
  options: nested(3, () => UserAddOptions),
  hashedPassword: string(4, { json: 'hashedPassword' }),
});
export type AuthUserAddRequest = MessageType<typeof AuthUserAddRequest>;
export const AuthUserGetRequest = message('etcdserverpb.AuthUserGetRequest', { name: string(1) });
export const AuthUserGetResponse = message('etcdserverpb.AuthUserGetResponse', { header, roles: string.repeated(2) });
export const AuthUserListRequest = message('etcdserverpb.AuthUserListRequest', {});
export const AuthUserListResponse = message('etcdserverpb.AuthUserListResponse', { header, users: string.repeated(2) });
export const AuthUserDeleteRequest = message('etcdserverpb.AuthUserDeleteRequest', { name: string(1) });
export const AuthUserChangePasswordRequest = message('etcdserverpb.AuthUserChangePasswordRequest', {
  name: string(1),
  password: string(2),
  hashedPassword: string(3, { json: 'hashedPassword' }),
});
export type AuthUserChangePasswordRequest = MessageType<typeof AuthUserChangePasswordRequest>;
export const AuthUserGrantRoleRequest = message('etcdserverpb.AuthUserGrantRoleRequest', {
  user: string(1),
  role: string(2),
});
export const AuthUserRevokeRoleRequest = message('etcdserverpb.AuthUserRevokeRoleRequest', {
  name: string(1),
  role: string(2),
});

export const AuthRoleAddRequest = message('etcdserverpb.AuthRoleAddRequest', { name: string(1) });
export const AuthRoleGetRequest = message('etcdserverpb.AuthRoleGetRequest', { role: string(1) });
export const AuthRoleGetResponse = message('etcdserverpb.AuthRoleGetResponse', {
  header,
  perm: nestedList(2, () => Permission),
});
export const AuthRoleListRequest = message('etcdserverpb.AuthRoleListRequest', {});
export const AuthRoleListResponse = message('etcdserverpb.AuthRoleListResponse', { header, roles: string.repeated(2) });
export const AuthRoleDeleteRequest = message('etcdserverpb.AuthRoleDeleteRequest', { role: string(1) });
export const AuthRoleGrantPermissionRequest = message('etcdserverpb.AuthRoleGrantPermissionRequest', {
  name: string(1),
  perm: nested(2, () => Permission),
});
export const AuthRoleRevokePermissionRequest = message('etcdserverpb.AuthRoleRevokePermissionRequest', {
  role: string(1),
  key: bytes(2),
  rangeEnd: bytes(3),
});
