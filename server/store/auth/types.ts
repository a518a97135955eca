/** What the rest of the store may ask of users and roles, and who asks. */
import type { Permission, User } from '../../../lib/base/etcdpb/auth.ts';

/** Whom a request came from, as the member that received it found out. */
export interface Identity {
  readonly username: string;
  /** The auth revision that the identity was established at. 0: nobody was named. */
  readonly revision: number;
}

/** A request without a user: everything is refused as soon as authentication is on. */
export const NOBODY: Identity = { username: '', revision: 0 };

export interface StoredUser extends Pick<User, 'options'> {
  readonly name: string;
  /** bcrypt hash as text in ASCII bytes; empty: nothing matches. */
  readonly password: Uint8Array;
  /** In byte order. */
  readonly roles: readonly string[];
}

export interface StoredRole {
  readonly name: string;
  /** By key. */
  readonly permissions: readonly Permission[];
}

export interface AuthRecord {
  readonly isEnabled: boolean;
  readonly revision: number;
  readonly users: readonly StoredUser[];
  readonly roles: readonly StoredRole[];
}

/** Throws of checks are EtcdErrors. All of them pass while authentication is off. */
export interface AuthView {
  readonly isEnabled: boolean;
  /** Raised by every change of users, roles or permissions. Not the revision of the keys. */
  readonly revision: number;
  user(name: string): StoredUser | undefined;
  /** Names in byte order. */
  userNames(): readonly string[];
  roleNames(): readonly string[];
  /** What RoleGet answers. Undefined: no such role. */
  permissionsOf(role: string): readonly Permission[] | undefined;
  /** Has the role root, or authentication is off. */
  isRoot(identity: Identity): boolean;
  /** @throws EtcdError user name is empty | user name not found | permission denied */
  checkRoot(identity: Identity): void;
  /** @throws EtcdError user name is empty | revision of auth store is old | permission denied */
  checkRead(identity: Identity, key: Uint8Array, rangeEnd: Uint8Array): void;
  /** @throws as checkRead */
  checkWrite(identity: Identity, key: Uint8Array, rangeEnd: Uint8Array): void;
}

/** What a change of users does to the tokens that members hold in memory. */
export type TokenChange =
  | { readonly kind: 'assign'; readonly token: string; readonly username: string }
  | { readonly kind: 'dropUser'; readonly username: string }
  | { readonly kind: 'dropAll' };
