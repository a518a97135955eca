/** Users and roles of an etcd store, as its Auth service tells them. */
import { PermissionType } from '../../../lib/base/etcdpb/auth.ts';
import { methods } from '../../../lib/base/etcdpb/methods.ts';
import { GrpcCode } from '../../../lib/base/grpc-status.ts';
import {
  type AccessCapability,
  type AccessChanges,
  type Credentials,
  EngineError,
  type Permission,
  type Role,
} from '../engine.ts';
import { saysAuthIsOff } from './auth.ts';
import type { EndpointPool } from './pool.ts';

const WRONG = 'etcdserver: authentication failed, invalid user ID or password';
/** etcd's own rule: whoever has this role may do everything. */
const ROOT_ROLE = 'root';
/** Nobody needs to have this name. */
const NOBODY: Credentials = { user: 'quorate-asks-whether-to-sign-in', password: '' };
const NO_SUCH_USER = 'etcdserver: user name not found';
const NO_SUCH_ROLE = 'etcdserver: role name not found';
const NO_USER = 'etcdserver: user name is empty';
/** Any key serves, existing or not. */
const SOME_KEY = Uint8Array.of(0);

const TYPES: Readonly<Record<number, Permission['type']>> = {
  [PermissionType.READ]: 'read',
  [PermissionType.WRITE]: 'write',
  [PermissionType.READWRITE]: 'readwrite',
};
const TYPE_NUMBERS = {
  read: PermissionType.READ,
  write: PermissionType.WRITE,
  readwrite: PermissionType.READWRITE,
} as const;

/** @param namedByCertificate whether the channel names a user to the store without any token */
export function accessOf(pool: EndpointPool, namedByCertificate: boolean): AccessCapability {
  const roleOf = async (name: string): Promise<Role> => {
    const { perm } = await pool.call(methods.roleGet, { role: name });
    const permissions = perm.flatMap(({ permType, key, rangeEnd }) => {
      const type = TYPES[permType];
      return type === undefined ? [] : [{ type, key, end: rangeEnd }];
    });
    return { name, permissions };
  };
  const check = async (credentials: Credentials): Promise<void> => {
    try {
      await pool.logIn(credentials);
    } catch (cause) {
      if (!(cause instanceof EngineError) || !cause.message.includes(WRONG)) throw cause;
      throw new EngineError(GrpcCode.UNAUTHENTICATED, 'user and password do not fit');
    }
  };
  /** A login that can only fail; a store without authentication refuses it as pointless. */
  const wantsLogins = async (): Promise<boolean> => {
    try {
      await check(NOBODY);
      return true;
    } catch (cause) {
      if (!(cause instanceof EngineError)) throw cause;
      if (saysAuthIsOff(cause)) return false;
      if (cause.code === GrpcCode.UNAUTHENTICATED) return true;
      throw cause;
    }
  };
  /** AuthStatus came with 3.5 and is for root alone once authentication is on: being refused is an answer too. */
  const isEnabled = async (): Promise<boolean> => {
    try {
      return (await pool.call(methods.authStatus, {})).enabled;
    } catch (cause) {
      if (!(cause instanceof EngineError)) throw cause;
      if (cause.code === GrpcCode.UNIMPLEMENTED) return wantsLogins();
      if (isRefusal(cause)) return true;
      throw cause;
    }
  };
  return {
    check,
    isEnabled,
    /** By a read without a token, which costs least. A certificate may carry that read through; then the store is asked outright. */
    async required() {
      try {
        await pool.call(methods.range, { key: SOME_KEY, limit: 1, keysOnly: true, serializable: true });
        return namedByCertificate ? await isEnabled() : false;
      } catch (cause) {
        if (cause instanceof EngineError && isRefusal(cause)) return true;
        throw cause;
      }
    },
    async grantsOf(user) {
      const { roles } = await pool.call(methods.userGet, { name: user });
      const isRoot = roles.includes(ROOT_ROLE);
      // The role root need not exist as one, and nothing it lists could add to it.
      const named = roles.filter((name) => name !== ROOT_ROLE);
      return { isRoot, roles: await Promise.all(named.map(roleOf)) };
    },
    userNames: async () => (await pool.call(methods.userList, {})).users,
    rolesOf: (user) => unlessGone(NO_SUCH_USER, async () => (await pool.call(methods.userGet, { name: user })).roles),
    roleNames: async () => (await pool.call(methods.roleList, {})).roles,
    role: (name) => unlessGone(NO_SUCH_ROLE, () => roleOf(name)),
    change: changesOf(pool),
  };
}

/** The store wants to know who asks, or does not like who does. */
const isRefusal = ({ code, message }: EngineError): boolean =>
  code === GrpcCode.UNAUTHENTICATED || code === GrpcCode.PERMISSION_DENIED || message.includes(NO_USER);

async function unlessGone<T>(words: string, read: () => Promise<T>): Promise<T | null> {
  try {
    return await read();
  } catch (cause) {
    if (cause instanceof EngineError && cause.message.includes(words)) return null;
    throw cause;
  }
}

function changesOf(pool: EndpointPool): AccessChanges {
  return {
    async addUser(name, password) {
      await pool.call(methods.userAdd, { name, password: password ?? '', options: { noPassword: password === null } });
    },
    async setPassword(name, password) {
      await pool.call(methods.userChangePassword, { name, password });
    },
    async deleteUser(name) {
      await pool.call(methods.userDelete, { name });
    },
    async grantRole(user, role) {
      await pool.call(methods.userGrantRole, { user, role });
    },
    async revokeRole(user, role) {
      await pool.call(methods.userRevokeRole, { name: user, role });
    },
    async addRole(name) {
      await pool.call(methods.roleAdd, { name });
    },
    async deleteRole(name) {
      await pool.call(methods.roleDelete, { role: name });
    },
    async grantPermission(role, { type, key, end }) {
      const perm = { permType: TYPE_NUMBERS[type], key, rangeEnd: end };
      await pool.call(methods.roleGrantPermission, { name: role, perm });
    },
    async revokePermission(role, { key, end }) {
      await pool.call(methods.roleRevokePermission, { role, key, rangeEnd: end });
    },
    async enable() {
      await pool.call(methods.authEnable, {});
    },
    async disable() {
      await pool.call(methods.authDisable, {});
    },
  };
}
