/** Packages authpb and etcdserverpb, service Auth: users, roles, permissions, signing in. */
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

export const PermissionType = { READ: 0, WRITE: 1, READWRITE: 2 } as const;

export const UserAddOptions = message('authpb.UserAddOptions', { noPassword: bool(1) });
export type UserAddOptions = MessageType<typeof UserAddOptions>;
/** As etcd stores it. `password` is a bcrypt hash in its text form. */
export const User = message('authpb.User', {
  name: bytes(1),
  password: bytes(2),
  roles: string.repeated(3),
  options: nested(4, () => UserAddOptions),
});
export type User = MessageType<typeof User>;
export const Permission = message('authpb.Permission', {
  permType: enumeration(1, PermissionType, { json: 'permType' }),
  key: bytes(2),
  rangeEnd: bytes(3),
});
export type Permission = MessageType<typeof Permission>;
export const Role = message('authpb.Role', {
  name: bytes(1),
  keyPermission: nestedList(2, () => Permission, { json: 'keyPermission' }),
});
export type Role = MessageType<typeof Role>;

const header = nested(1, () => ResponseHeader);
const nothing = (name: string) => message(`etcdserverpb.${name}`, {});

export const AuthEnableRequest = nothing('AuthEnableRequest');
export const AuthDisableRequest = nothing('AuthDisableRequest');
export const AuthStatusRequest = nothing('AuthStatusRequest');
export const AuthUserListRequest = nothing('AuthUserListRequest');
export const AuthRoleListRequest = nothing('AuthRoleListRequest');

export const AuthenticateRequest = message('etcdserverpb.AuthenticateRequest', {
  name: string(1),
  password: string(2),
});
export type AuthenticateRequest = MessageType<typeof AuthenticateRequest>;
/** How a successful sign-in stands in the log: the password was checked before. */
export const InternalAuthenticateRequest = message('etcdserverpb.InternalAuthenticateRequest', {
  name: string(1),
  password: string(2),
  simpleToken: string(3),
});
export const AuthUserAddRequest = message('etcdserverpb.AuthUserAddRequest', {
  name: string(1),
  password: string(2),
  options: nested(3, () => UserAddOptions),
  /** base64 of the bcrypt hash. */
  hashedPassword: string(4, { json: 'hashedPassword' }),
});
export type AuthUserAddRequest = MessageType<typeof AuthUserAddRequest>;
export const AuthUserChangePasswordRequest = message('etcdserverpb.AuthUserChangePasswordRequest', {
  name: string(1),
  password: string(2),
  /** base64 of the bcrypt hash. */
  hashedPassword: string(3, { json: 'hashedPassword' }),
});
export type AuthUserChangePasswordRequest = MessageType<typeof AuthUserChangePasswordRequest>;
export const AuthUserGetRequest = message('etcdserverpb.AuthUserGetRequest', { name: string(1) });
export const AuthUserDeleteRequest = message('etcdserverpb.AuthUserDeleteRequest', { name: string(1) });
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
export const AuthRoleDeleteRequest = message('etcdserverpb.AuthRoleDeleteRequest', { role: string(1) });
export const AuthRoleGrantPermissionRequest = message('etcdserverpb.AuthRoleGrantPermissionRequest', {
  name: string(1),
  perm: nested(2, () => Permission),
});
export type AuthRoleGrantPermissionRequest = MessageType<typeof AuthRoleGrantPermissionRequest>;
export const AuthRoleRevokePermissionRequest = message('etcdserverpb.AuthRoleRevokePermissionRequest', {
  role: string(1),
  key: bytes(2),
  rangeEnd: bytes(3),
});
export type AuthRoleRevokePermissionRequest = MessageType<typeof AuthRoleRevokePermissionRequest>;

export const AuthStatusResponse = message('etcdserverpb.AuthStatusResponse', {
  header,
  enabled: bool(2),
  authRevision: ordinal(3, { json: 'authRevision' }),
});
export const AuthenticateResponse = message('etcdserverpb.AuthenticateResponse', { header, token: string(2) });
export type AuthenticateResponse = MessageType<typeof AuthenticateResponse>;
export const AuthUserGetResponse = message('etcdserverpb.AuthUserGetResponse', { header, roles: string.repeated(2) });
export const AuthUserListResponse = message('etcdserverpb.AuthUserListResponse', { header, users: string.repeated(2) });
export const AuthRoleGetResponse = message('etcdserverpb.AuthRoleGetResponse', {
  header,
  perm: nestedList(2, () => Permission),
});
export const AuthRoleListResponse = message('etcdserverpb.AuthRoleListResponse', { header, roles: string.repeated(2) });
