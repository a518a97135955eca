/** Users and roles of an etcd store, as its Auth service tells them. */
import { PermissionType } from '../../../lib/base/etcdpb/auth.ts';
import { methods } from '../../../lib/base/etcdpb/methods.ts';
import { GrpcCode } from '../../../lib/base/grpc-status.ts';
import { type AccessCapability, type Credentials, EngineError, type Permission, type Role } from '../engine.ts';
import { saysAuthIsOff } from './auth.ts';
import type { EndpointPool } from './pool.ts';

const WRONG = 'etcdserver: authentication failed, invalid user ID or password';
/** etcd's own rule: whoever has this role may do everything. */
const ROOT_ROLE = 'root';
/** Nobody needs to have this name. */
const NOBODY: Credentials = { user: 'quorate-asks-whether-to-sign-in', password: '' };
const NO_USER = 'etcdserver: user name is empty';
/** Any key serves, existing or not. */
const SOME_KEY = Uint8Array.of(0);

const TYPES: Readonly<Record<number, Permission['type']>> = {
  [PermissionType.READ]: 'read',
  [PermissionType.WRITE]: 'write',
  [PermissionType.READWRITE]: 'readwrite',
};

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
  return {
    check,
    /**
     * By a read without a token. AuthStatus will not do: it came with 3.5 and is for root alone. A certificate may carry that
     * read through; then a login is tried, which only a store without authentication refuses as pointless.
     */
    async required() {
      try {
        await pool.call(methods.range, { key: SOME_KEY, limit: 1, keysOnly: true, serializable: true });
        if (!namedByCertificate) return false;
        await check(NOBODY);
        return true;
      } catch (cause) {
        if (!(cause instanceof EngineError)) throw cause;
        if (saysAuthIsOff(cause)) return false;
        const isRefusal = cause.code === GrpcCode.UNAUTHENTICATED || cause.code === GrpcCode.PERMISSION_DENIED;
        if (isRefusal || cause.message.includes(NO_USER)) return true;
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
  };
}
